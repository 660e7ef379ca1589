package import Domain
package import Platform
package import Storage
import Transport

/// Which key a server signs receipts with: the one in the file, if the storage was used with that one or with none. A first
/// one is made only for a storage that is new.
package struct ReceiptKeyChoice {
    private let file: ReceiptKeyFile
    private let mark: ReceiptKeyMark
    /// Where the key of a storage lies that was used before there were marks.
    private let usual: ReceiptKeyFile?
    /// Whether the storage holds users' files since before this start.
    private let isUsed: Bool

    /// - Parameter chosen: the file that an admin has chosen; nil stands for the usual place.
    package init(chosen: String?, _ storage: borrowing Storage, at folder: String) throws(ReceiptKeyError) {
        try self.init(chosen: chosen, in: storage.own, isUsed: storage.isUsed, at: folder)
    }

    /// - Parameters:
    ///   - own: the server's own folder of the storage.
    ///   - isUsed: whether the storage holds users' files.
    package init(chosen: String?, in own: Directory, isUsed: Bool, at folder: String) throws(ReceiptKeyError) {
        self.isUsed = isUsed
        file = try ReceiptKeyFile(chosen: chosen, in: own, of: folder)
        mark = ReceiptKeyMark(in: own)
        usual = try chosen.map { _ throws(ReceiptKeyError) in try ReceiptKeyFile(chosen: nil, in: own, of: folder) }
    }

    /// What `keyring` takes, with nothing made or noted.
    ///
    /// - Returns: nil: it makes one.
    package func look() throws(ReceiptKeyError) -> ReceiptKey? {
        try present(readMark())?.key
    }

    /// - Parameter warn: is told what an admin should know.
    /// - Throws: `ReceiptKeyError` when there is no key that clients of this storage would trust.
    package func keyring(_ warn: (String) -> Void) throws(ReceiptKeyError) -> ReceiptKeyring {
        let found = try readMark()
        if let keyring = try present(found) {
            note(keyring, found, warn)
            return keyring
        }
        let keyring = try file.loadOrMake()
        warn(
            "made a key for receipts: keep a copy of \(escaped(file.path)); clients that know another one stop deleting"
        )
        note(keyring, found, warn)
        return keyring
    }

    /// - Returns: nil where there is none, and one may be made.
    private func present(_ found: ReceiptKeyMark.Finding) throws(ReceiptKeyError) -> ReceiptKeyring? {
        if let keyring = try file.load() {
            if let used = found.key {
                guard used.leads(to: keyring.key, over: keyring.predecessors) else { throw .another(file.path, used) }
            }
            return keyring
        }
        switch found {
        // Before there were marks, one was used, too; where it lies, nobody knows but the admin.
        case .none: if isUsed, usual != nil { throw .lost(file.path, nil) }
        case .forgotten: break
        case .key(let key): throw .lost(file.path, key)
        case .unknown: throw .lost(file.path, nil)
        }
        if let usual, try usual.load() != nil { throw .elsewhere(file.path, usual.path) }
        return nil
    }

    /// Gives the storage another key, signed by its present one.
    ///
    /// - Returns: the new key and the one before it.
    package func renew() throws(ReceiptKeyError) -> (new: ReceiptKey, old: ReceiptKey) {
        guard let old = try file.load() else { throw .missing(file.path) }
        guard let new = old.renewed() else { throw .noKey }
        try file.replace(with: new)
        // A crash before this does no harm: the new key's file names the old one.
        if case .key = try readMark() { note(new, .none) { Log.write(.warning, $0) } }
        return (new.key, old.key)
    }

    private func readMark() throws(ReceiptKeyError) -> ReceiptKeyMark.Finding {
        do throws(SystemError) {
            return try mark.read()
        } catch {
            throw .unusable(file.path, error)
        }
    }

    /// A storage without room for the mark is served all the same.
    private func note(_ keyring: ReceiptKeyring, _ found: ReceiptKeyMark.Finding, _ warn: (String) -> Void) {
        if found.key == keyring.key { return }
        do throws(SystemError) {
            try mark.write(keyring.key)
        } catch {
            warn("can't note in the storage which key for receipts it is used with: \(error)")
        }
    }
}
