import CommandLine
import Platform

/// The services that new connections get. Where the storage folder's path has come to lead to another storage, as when its disk
/// was mounted after the start, that one is opened in the place of the first.
final class Storehouse: Sendable {
    /// What is kept in a storage folder.
    struct Stock {
        let vault: Vault
        let receipts: ReceiptKeyring
    }

    private let current: Monitor<Services>
    private let open: @Sendable (_ predecessor: Vault) throws(ProgramError) -> Stock
    private let path: String
    /// What was told last of why it can't be opened.
    private let told = Monitor<String?>(nil)

    /// - Parameters:
    ///   - path: of the storage folder.
    ///   - open: opens a storage that was used before, and makes nothing that isn't there.
    init(
        _ services: Services, path: String,
        open: @escaping @Sendable (_ predecessor: Vault) throws(ProgramError) -> Stock
    ) {
        current = Monitor(services)
        self.path = path
        self.open = open
    }

    var services: Services { current.withLock { $0 } }

    /// Seconds between two looks.
    private static let interval = 2.0

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
    private func look() {
        let services = services
        if !services.vault.isRetired {
            guard let displacement = services.vault.displacement(), displacement.isStorage else { return }
            // First: the one that is opened may be the same, by another mount.
            services.vault.retire()
        }
        do throws(ProgramError) {
            let stock = try open(services.vault)
            current.withLock { ($0.vault, $0.receipts) = (stock.vault, stock.receipts) }
            told.withLock { $0 = nil }
            services.report([.storageOpened(path: path), .receiptKey(stock.receipts.key)])
        } catch {
            let text = error.message
            let isNews = told.withLock { told in
                defer { told = text }
                return told != text
            }
            if isNews { services.report(.warning(text)) }
        }
    }
}
