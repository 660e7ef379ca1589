import Platform
import SQLite

/// Connections for those who ask: as many at a time as there are, opened when they are needed and closed when they no longer are.
final class Readers: Sendable {
    fileprivate struct Slot: ~Copyable {
        var connection: SQLiteConnection?
        var epoch = 0
        var lastUse = Instant.now
    }

    private let slots: [Monitor<Slot>]
    private let free: Monitor<[Int]>

    private static let count = 4
    /// Seconds that somebody waits for a connection, and for who locks the file.
    private static let patience = 10.0
    /// Seconds after which an unused connection is closed.
    private static let idleSeconds = 30.0

    init() {
        slots = (0..<Self.count).map { _ in Monitor(Slot()) }
        free = Monitor(Array(0..<Self.count))
    }

    func read<R>(
        _ place: CataloguePlace, _ epoch: Int, _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(CatalogueError) -> R {
        // The one that was used last comes first.
        guard let index = free.wait(before: .after(seconds: Self.patience), until: { $0.popLast() }) else {
            throw .busy
        }
        defer { free.change { $0.append(index) } }
        return try slots[index].withLock { slot throws(CatalogueError) in
            if slot.epoch != epoch { slot.connection = nil }
            slot.epoch = epoch
            slot.lastUse = .now
            do throws(SQLiteError) {
                if slot.connection == nil { slot.connection = try Self.open(place) }
                return try slot.read(body)
            } catch {
                slot.connection = nil
                throw error.meansLocked ? .busy : .failed(error)
            }
        }
    }

    private static func open(_ place: CataloguePlace) throws(SQLiteError) -> SQLiteConnection {
        var connection = try SQLiteConnection(path: place.path, makes: false)
        connection.setBusyTimeout(milliseconds: CatalogueStore.patience)
        try connection.setUpMemory(kilobytes: 2048)
        try connection.execute("PRAGMA query_only = ON")
        return connection
    }

    /// Closes those that nobody has used for a while, or all that nobody uses just now.
    func close(all: Bool = false) {
        let idle = free.change { free in
            defer { free = [] }
            return free
        }
        let now = Instant.now
        for index in idle {
            slots[index].withLock { slot in
                if all || now.seconds(since: slot.lastUse) > Self.idleSeconds { slot.connection = nil }
            }
        }
        free.change { $0 = idle + $0 }
    }
}

extension Readers.Slot {
    fileprivate mutating func read<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        guard let result = try connection?.snapshot(body) else { throw .damaged("it isn't open") }
        return result
    }
}
