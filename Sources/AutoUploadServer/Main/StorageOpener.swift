import Accounts
import Blobs
import Catalogue
import CommandLine
import Events
import Logins
import Platform
import Receipts
import Storage
import Transport
import WebFace

/// What is kept in a storage folder.
struct Stock {
    let vault: Vault
    let receipts: ReceiptKeyring
    /// Nil: there is to be none.
    let catalogue: CataloguePlace?
    /// Where expiring blobs lie, should there be any.
    var blobs: BlobPlace?
    /// What an admin should know.
    var warnings: [String] = []
}

/// Opens the storage folder with all that belongs to it, at the start and anew.
struct StorageOpener: Sendable {
    let configuration: Configuration
    let accounts: AccountDirectory
    var codes = OneTimeCodes()

    /// Why it can't be opened.
    struct Trouble: Error {
        let message: String
        /// It may go by itself.
        let lacksRoom: Bool

        var error: ProgramError { ProgramError(message, exitCode: .configuration) }
    }

    /// At the start: makes what a storage needs, where it is new.
    func open() throws(Trouble) -> Stock {
        try open(requiresMarker: configuration.requiresMarker, after: nil)
    }

    /// Opens what the storage folder's path leads to by now. Nothing is made that isn't there: clients would stop deleting for
    /// another receipt key.
    ///
    /// - Parameter old: is retired where it has the same storage open.
    func reopen(after old: Vault) throws(ProgramError) -> Stock {
        do throws(Trouble) {
            try requireReceiptKey()
            // Its lock would keep this process out, too.
            if old.isStillThere { old.retire() }
            return try open(requiresMarker: true, after: old)
        } catch {
            throw error.error
        }
    }

    private func open(requiresMarker: Bool, after old: Vault?) throws(Trouble) -> Stock {
        let storage = try storage(requiresMarker: requiresMarker)
        var warnings = storage.warnings
        if configuration.readsBack, !storage.canReadPastCache { warnings.append(Self.weakReadBack) }
        try chooseDecoys(storage)
        try keepUsedCodes(storage)
        let receipts = try receiptKeyring(storage, &warnings)
        let catalogue =
            configuration.hasCatalogue
            ? CataloguePlace(folder: configuration.folder, own: storage.own, files: storage.files) : nil
        let own = storage.own
        let vault = try vault(storage, after: old)
        let blobs = BlobPlace(folder: configuration.folder, own: own) { [weak vault] in vault?.spareRoom ?? 0 }
        return Stock(
            vault: vault, receipts: receipts, catalogue: catalogue, blobs: blobs, warnings: warnings + vault.warnings)
    }

    private func storage(requiresMarker: Bool) throws(Trouble) -> Storage {
        do throws(StorageError) {
            return try Storage(
                folder: configuration.folder, allowWeak: configuration.allowWeakStorage, requiresMarker: requiresMarker,
                rights: configuration.rights)
        } catch {
            throw Trouble(message: "--folder: \(error)", lacksRoom: error.lacksRoom)
        }
    }

    private static let weakReadBack =
        "--read-back: the storage folder's file system can't be read past the page cache; what is cached of a file is "
        + "dropped before it is read back, as far as the system does that"

    private func chooseDecoys(_ storage: borrowing Storage) throws(Trouble) {
        do throws(SystemError) {
            let keyedHash = try DecoyKey.load(in: storage.own)
            accounts.chooseDecoys { keyedHash.hash(of: [$0]) }
        } catch {
            throw Trouble(message: error.description, lacksRoom: false)
        }
    }

    private func keepUsedCodes(_ storage: borrowing Storage) throws(Trouble) {
        do throws(SystemError) {
            try codes.keep(in: storage.own)
        } catch {
            throw Trouble(message: error.description, lacksRoom: error.errno == .noSpace)
        }
    }

    private func vault(_ storage: consuming Storage, after old: Vault?) throws(Trouble) -> Vault {
        let (accounts, drops) = (accounts, configuration.drops)
        do throws(StorageError) {
            return try Vault(
                storage, rights: configuration.rights, partials: configuration.partials, space: configuration.space,
                quotas: { Self.quota(of: $0, in: accounts, drops) }, trash: configuration.trash,
                readsBack: configuration.readsBack, after: old,
                tellingOf: { place, displacement in
                    Log.write(ServerEvent.storageAway(path: place.path, displacement).logLine)
                })
        } catch {
            throw Trouble(message: error.description, lacksRoom: error.lacksRoom)
        }
    }

    private static func quota(of user: FileName, in accounts: AccountDirectory, _ drops: DropRules?) -> QuotaSetting {
        if let drops, drops.folder == user { return .bytes(drops.quota) }
        guard let entry = accounts.entry(named: user.bytes) else { return .unknown }
        return entry.settings.quota.map(QuotaSetting.bytes) ?? .none
    }
}

// MARK: - The key for receipts

extension StorageOpener {
    private func receiptKeyring(
        _ storage: borrowing Storage, _ warnings: inout [String]
    ) throws(Trouble) -> ReceiptKeyring {
        do throws(ReceiptKeyError) {
            let choice = try ReceiptKeyChoice(chosen: configuration.receiptKey, storage, at: configuration.folder)
            return try choice.keyring { warnings.append($0) }
        } catch {
            throw Trouble(message: error.description, lacksRoom: error.lacksRoom)
        }
    }

    /// Looks whether there is one, before anything is given up for a storage that can't be served.
    private func requireReceiptKey() throws(Trouble) {
        let folder = configuration.folder
        do throws(ReceiptKeyError) {
            if try receiptKeyFile(of: folder).load() != nil { return }
        } catch {
            throw Trouble(message: error.description, lacksRoom: false)
        }
        throw Trouble(
            message:
                "the storage folder \(escaped(folder)) has no receipt key: if one is to be made, restart the server",
            lacksRoom: false)
    }

    private func receiptKeyFile(of folder: String) throws(ReceiptKeyError) -> ReceiptKeyFile {
        let own: Directory
        do throws(SystemError) {
            own = try Directory.open(path: folder).openFolder(StoragePlace.ownFolder)
        } catch {
            throw .unusable(folder, error)
        }
        return try ReceiptKeyFile(chosen: configuration.receiptKey, in: own, of: folder)
    }
}
