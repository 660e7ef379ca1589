import Blobs
import Catalogue
import CommandLine
import Connections
import Events
import Platform
import Receipts
import Storage

/// The services that new connections get. Where the storage folder's path has come to lead to another storage, as when its disk
/// was mounted after the start, that one is opened in the place of the first, which serves on until there is another.
final class Storehouse: Sendable {
    private let current: Monitor<Services>
    private let open: @Sendable (_ predecessor: Vault) throws(ProgramError) -> Stock
    let path: String
    /// Nil where there are to be none.
    let blobs: BlobStore?
    private let attempts = Monitor(Attempts())

    /// To open one storage.
    private struct Attempts {
        /// Why it failed, as far as that was told.
        var told: Set<String> = []
        var pause = Storehouse.interval
        var next: Instant?
    }

    /// - Parameters:
    ///   - path: of the storage folder.
    ///   - blobs: that lie in it; nil where there are to be none.
    ///   - open: opens a storage that was used before, and makes nothing that isn't there. It retires the predecessor where that
    ///     has the same one open, by another mount.
    init(
        _ services: Services, path: String, blobs: BlobStore? = nil,
        open: @escaping @Sendable (_ predecessor: Vault) throws(ProgramError) -> Stock
    ) {
        current = Monitor(services)
        self.path = path
        self.blobs = blobs
        self.open = open
    }

    var services: Services { current.withLock { $0 } }

    /// Has new connections be bound by other limits.
    func take(_ limits: Limits) {
        current.withLock { $0.take(limits) }
    }

    /// Seconds between two looks.
    private static let interval = 2.0
    /// Seconds between two attempts, when many have failed.
    private static let longestPause = 60.0

    /// Begins to look, for as long as the server serves: on a thread of its own, as a disk that doesn't answer is to hold up nothing
    /// else.
    func start() throws(SystemError) {
        try Thread.detach { [self] in
            while !services.registry.isStopping {
                Thread.sleep(seconds: Self.interval)
                look()
            }
        }
    }

    /// Looks where the path leads, and opens what is there in the place of what was open, if that is a storage folder.
    func look(now: Instant = .now) {
        let services = services
        guard Self.isToBeReplaced(services.vault) else { return attempts.withLock { $0 = Attempts() } }
        guard attempts.withLock({ $0.next.map { $0 <= now } ?? true }) else { return }
        do throws(ProgramError) {
            replace(services, with: try open(services.vault))
        } catch {
            noteFailure(error.message, now, services)
        }
    }

    private static func isToBeReplaced(_ vault: Vault) -> Bool {
        if vault.isRetired { return true }
        guard let displacement = vault.displacement() else { return vault.canBeTriedAnew }
        return displacement.isStorage
    }

    private func replace(_ old: Services, with stock: Stock) {
        old.vault.retire()
        current.withLock { ($0.vault, $0.receipts) = (stock.vault, stock.receipts) }
        attempts.withLock { $0 = Attempts() }
        openCatalogue(stock)
        openBlobs(stock)
        // Also those that say nothing: they keep the disk busy that a person may want to take away.
        old.registry.endAll(.storageOpened)
        old.report([.storageOpened(path: path), .receiptKey(stock.receipts.key)])
        old.report(stock.warnings.map(ServerEvent.warning))
    }

    /// What can't be opened is tried again, by its own thread: nobody waits for it.
    func openCatalogue(_ stock: Stock) {
        guard let place = stock.catalogue else { return }
        do throws(SystemError) {
            try services.catalogue.start(at: place)
        } catch {
            services.report(.warning("the catalogue: \(error)"))
        }
    }

    /// As the catalogue.
    func openBlobs(_ stock: Stock) {
        guard let blobs, let place = stock.blobs else { return }
        do throws(SystemError) {
            try blobs.start(at: place)
        } catch {
            services.report(.warning("the blobs: \(error)"))
        }
    }

    /// Each reason is told once, and the pauses grow.
    private func noteFailure(_ text: String, _ now: Instant, _ services: Services) {
        let isNews = attempts.withLock { attempts in
            attempts.next = now.advanced(bySeconds: attempts.pause)
            attempts.pause = min(attempts.pause * 2, Self.longestPause)
            return attempts.told.insert(text).inserted
        }
        if isNews { services.report(.warning(text)) }
    }
}
