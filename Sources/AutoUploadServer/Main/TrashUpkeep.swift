import Connections
import Events
import Platform
import Storage

/// Removes what has been in the trash for long enough: soon after the start, and every hour. On a thread of its own, as it may be much.
final class TrashUpkeep: Sendable {
    private let storehouse: Storehouse
    private let time = ClearingTime(.trash)
    /// What stood against it, as far as that was told.
    private let told = Monitor<Set<String>>([])

    /// Seconds between two looks.
    private static let interval = 3600.0
    /// Seconds; a server may be switched off at night.
    private static let worthTelling: Int64 = 86_400
    /// Seconds until the first: a server that has just started has other work.
    private static let delay = 30.0

    init(_ storehouse: Storehouse) {
        self.storehouse = storehouse
    }

    /// Begins to look, for as long as the server serves.
    func start() throws(SystemError) {
        try Thread.detach { [self] in
            Thread.lowerPriority()
            Thread.sleep(seconds: Self.delay)
            while !storehouse.services.registry.isStopping {
                look()
                let next = Deadline.after(seconds: Self.interval)
                while !next.hasPassed, !storehouse.services.registry.isStopping { Thread.sleep(seconds: 10) }
            }
        }
    }

    /// Removes what is due.
    ///
    /// - Parameters:
    ///   - now: the machine's clock, Unix seconds.
    ///   - instant: when that is, by a clock that never jumps.
    func look(now: Int64 = currentUnixTime(), instant: Instant = .now) {
        let services = storehouse.services
        do throws(ClearingObjection) {
            let (time, behind) = try time.read(now: now, instant, in: services.vault.ownFolder)
            if behind > Self.worthTelling { tell(Self.catchingUp) }
            services.vault.emptyTrash(now: time) { user, outcome in
                switch outcome {
                case .success(let (file, batch)): services.report(.purged(nil, owner: user, file, batch))
                case .failure(let error): tell("the trash of \(user): \(error)")
                }
            }
        } catch {
            tell("no trash is emptied: \(error.text)")
        }
    }

    private static let catchingUp =
        "the clock is far after the last look for trash to empty: what becomes due goes twice as fast until it is reached. If the clock is "
        + "wrong, set it"

    private func tell(_ text: String) {
        if told.change({ $0.insert(text).inserted }) { storehouse.services.report(.warning(text)) }
    }
}
