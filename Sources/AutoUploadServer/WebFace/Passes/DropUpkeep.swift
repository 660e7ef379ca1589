import Catalogue
package import Connections
import Events
package import Platform
import SQLite
import Storage

/// Gives back the room that unfinished uploads hold whose link takes nothing any more: nobody can go on with them. On a thread of its own.
package struct DropUpkeep: Sendable {
    /// They change with the storage.
    private let services: @Sendable () -> Services

    /// Seconds between two looks.
    private static let interval = 60.0
    /// Seconds until the first, and the next where the catalogue couldn't be asked.
    private static let pause = 5.0

    package init(_ services: @escaping @Sendable () -> Services) {
        self.services = services
    }

    /// Begins to look, for as long as the server serves.
    package func start() throws(SystemError) {
        try Thread.detach { [self] in
            Thread.lowerPriority()
            var pause = Self.pause
            while !services().registry.isStopping {
                Thread.sleep(seconds: pause)
                pause = look() ? Self.interval : Self.pause
            }
        }
    }

    /// - Returns: whether it could be told of each whether its link is over.
    private func look() -> Bool {
        let services = services()
        var known: [LinkID: Bool] = [:]
        var isCertain = true
        services.vault.giveUpResources { traits in
            guard let id = traits.dropMark?.link else { return false }
            if let isOver = known[id] { return isOver }
            let found = Result { () throws(CatalogueError) in
                try services.catalogue.read { connection throws(SQLiteError) in try connection.link(id) }
            }
            guard case .success(let link) = found else {
                isCertain = false
                return false
            }
            let isOver = link?.isOver(at: currentUnixTime()) ?? true
            known[id] = isOver
            return isOver
        } tellingOfReclaimed: { file, offset in
            services.report(.reclaimed(file, offset: offset))
        }
        return isCertain
    }
}
