import Connections
import Events
import Platform
import Storage

/// Removes what has been in the trash for long enough: soon after the start, and every hour. On a thread of its own, as it may be much.
struct TrashUpkeep: Sendable {
    private let storehouse: Storehouse

    /// Seconds between two looks.
    private static let interval = 3600.0
    /// Seconds until the first: a server that has just started has other work.
    private static let delay = 30.0

    init(_ storehouse: Storehouse) {
        self.storehouse = storehouse
    }

    /// Begins to look, for as long as the server serves.
    func start() throws(SystemError) {
        try Thread.detach { [self] in
            Thread.lowerPriority()
            var told: Set<String> = []
            Thread.sleep(seconds: Self.delay)
            while !storehouse.services.registry.isStopping {
                look(&told)
                Thread.sleep(seconds: Self.interval)
            }
        }
    }

    /// - Parameter told: what stood against it, as far as that was told.
    private func look(_ told: inout Set<String>) {
        let services = storehouse.services
        services.vault.emptyTrash { user, outcome in
            switch outcome {
            case .success(let (file, batch)): services.report(.purged(nil, owner: user, file, batch))
            case .failure(let error):
                let text = "the trash of \(user): \(error)"
                if told.insert(text).inserted { services.report(.warning(text)) }
            }
        }
    }
}
