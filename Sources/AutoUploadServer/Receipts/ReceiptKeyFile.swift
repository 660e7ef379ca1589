package import Domain
package import Platform
import Storage
import Transport

/// Where the key that receipts are signed with is kept: durable before its first use, and for its owner only.
package struct ReceiptKeyFile {
    private let folder: Directory
    private let name: FileName
    private let newName: FileName
    /// For people.
    package let path: String

    private static let permissions: UInt32 = 0o600
    private static let ofOthers: UInt32 = 0o077

    /// - Parameters:
    ///   - chosen: by an admin; nil stands for the usual place.
    ///   - own: the server's own folder of the storage.
    package init(chosen: String?, in own: Directory, of storage: String) throws(ReceiptKeyError) {
        if let chosen {
            try self.init(path: chosen)
        } else {
            self.init(in: own, of: storage)
        }
    }

    private init(in own: Directory, of storage: String) {
        folder = own
        (name, newName) = (Self.usualName, Self.usualNewName)
        path = "\(storage)/.auto-upload/\(Self.usualName)"
    }

    private static let usualName = FileName(constant: "receipt-key.pem")
    private static let usualNewName = FileName(constant: "receipt-key.pem.new")

    /// A place that an admin has chosen; a link is followed, so that what it leads to is replaced.
    package init(path: String) throws(ReceiptKeyError) {
        self.path = path
        let real = (try? canonicalPath(path)) ?? path
        guard let (folder, name) = splitPath(real), let newName = FileName(name.bytes + Array(".new".utf8)) else {
            throw .unusable(path, SystemError("use", escaped(path), errno: .invalid))
        }
        do throws(SystemError) {
            self.folder = try Directory.open(path: folder)
        } catch {
            throw .unusable(path, error)
        }
        (self.name, self.newName) = (name, newName)
    }

    /// Reads the key, or makes one when there is none.
    func loadOrMake() throws(ReceiptKeyError) -> ReceiptKeyring {
        if let keyring = try load() { return keyring }
        guard let keyring = ReceiptKeyring.make() else { throw .noKey }
        try write(keyring, replacing: false)
        return keyring
    }

    /// - Returns: nil when there is none.
    package func load() throws(ReceiptKeyError) -> ReceiptKeyring? {
        guard var content = try read() else { return nil }
        defer { overwrite(&content) }
        guard let keyring = ReceiptKeyring(content: content) else { throw .damaged(path) }
        return keyring
    }

    /// Puts a new key in the place of the old one, in one step.
    func replace(with keyring: ReceiptKeyring) throws(ReceiptKeyError) {
        try write(keyring, replacing: true)
    }
}

// MARK: - Disk

extension ReceiptKeyFile {
    private func read() throws(ReceiptKeyError) -> [UInt8]? {
        let (content, status): ([UInt8], FileStatus)
        do throws(SystemError) {
            let file = try folder.open(name, .reading)
            status = try file.status()
            guard status.kind == .regular else {
                throw SystemError("read", escaped(path), errno: status.kind == .directory ? .isDirectory : .invalid)
            }
            content = try file.readAll(limit: ReceiptKeyring.largest)
            // A predecessor may have been killed before it did this.
            try folder.flush()
        } catch {
            if error.errno == .noEntry { return nil }
            throw .unusable(path, error)
        }
        guard status.permissions & Self.ofOthers == 0 else { throw .openToOthers(path) }
        return content
    }

    private func write(_ keyring: ReceiptKeyring, replacing: Bool) throws(ReceiptKeyError) {
        guard var content = keyring.content() else { throw .noKey }
        defer { overwrite(&content) }
        do throws(SystemError) {
            try makeNew(content, like: replacing ? folder.status(of: name) : nil)
            do throws(SystemError) {
                try publish(replacing: replacing)
                try folder.flush()
            } catch {
                try? folder.remove(newName)
                throw error
            }
        } catch {
            throw error.meansNoSecrets ? .openToAll(path) : .unusable(path, error)
        }
    }

    /// - Parameter old: whose owner is kept: root may renew the key of a server that isn't root.
    private func makeNew(_ content: [UInt8], like old: FileStatus?) throws(SystemError) {
        do throws(SystemError) {
            try folder.remove(newName)
        } catch {
            // Left by a server that was killed, if it is there.
            guard error.errno == .noEntry else { throw error }
        }
        let file = try folder.open(newName, .creating(permissions: Self.permissions))
        do throws(SystemError) {
            let made = try file.status()
            if let old, old.owner != made.owner { try file.setOwner(old.owner, group: old.group) }
            try file.setPermissions(Self.permissions, denying: Self.ofOthers)
            try file.write(content)
            try file.flush()
        } catch {
            try? folder.remove(newName)
            throw error
        }
    }

    /// A first key replaces nothing, where the file system can promise that: another server may be making one.
    private func publish(replacing: Bool) throws(SystemError) {
        if !replacing {
            do throws(SystemError) {
                return try folder.renameWithoutReplacing(newName, to: folder, as: name)
            } catch {
                guard [.invalid, .notImplemented, .notSupported].contains(error.errno) else { throw error }
            }
        }
        try folder.rename(newName, to: folder, as: name)
    }
}

/// Why the key for receipts can't be used.
package enum ReceiptKeyError: Error {
    case unusable(String, SystemError)
    case openToOthers(String)
    /// One would be that is made.
    case openToAll(String)
    case damaged(String)
    /// There is none, but the storage was used with one.
    case lost(String, ReceiptKey?)
    /// There is none, but one where it usually lies.
    case elsewhere(String, String)
    /// It isn't the one that the storage was used with, nor signed by that.
    case another(String, ReceiptKey)
    /// There is none where one is to be renewed.
    case missing(String)
    /// OpenSSL has no randomness or memory.
    case noKey

    package var lacksRoom: Bool {
        if case .unusable(_, let error) = self { error.isLackOfRoom } else { false }
    }
}

extension ReceiptKeyError: CustomStringConvertible {
    private static let forget =
        "run auto-upload-server forget-receipt-key -f FOLDER: the next start makes a new one, and clients stop deleting until "
        + "a person accepts it"

    package var description: String {
        switch self {
        case .unusable(let path, let error): "the receipt key \(escaped(path)) can't be used: \(error)"
        case .openToOthers(let path):
            "the receipt key \(escaped(path)) can be used by others than its owner: run chmod 600 on it; if somebody "
                + "may have read it, move it away, and \(Self.forget). Where chmod changes nothing, \(SystemError.adviceOnSecrets)"
        case .openToAll(let path):
            "no receipt key is made, as everybody could read it in \(escaped(path)): \(SystemError.adviceOnSecrets), or name another "
                + "place for the key, by --receipt-key FILE"
        case .damaged(let path):
            "the receipt key \(escaped(path)) is damaged, or isn't an Ed25519 key in PEM: put it back from a backup, or "
                + "move it away, and \(Self.forget)"
        case .lost(let path, let key):
            "there is no receipt key \(escaped(path)), but this storage was used with \(key.map { "the key \($0)" } ?? "one"): "
                + "look whether --receipt-key is right, or put the file back from a backup; if it is lost for good, \(Self.forget)"
        case .elsewhere(let path, let usual):
            "there is no receipt key \(escaped(path)), but one in \(escaped(usual)): look whether --receipt-key is right; to "
                + "use that one, leave out --receipt-key or move it there; to have another one made, move it away"
        case .another(let path, let used):
            "the receipt key \(escaped(path)) isn't the one that this storage was used with, \(used), nor signed by it: look "
                + "whether --receipt-key is right; if the other one is lost for good, \(Self.forget)"
        case .missing(let path):
            "there is no receipt key \(escaped(path)) that could sign a new one: the server makes its first at its start"
        case .noKey: "can't make a receipt key: no randomness or memory"
        }
    }
}
