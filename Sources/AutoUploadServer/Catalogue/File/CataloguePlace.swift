package import Platform
package import Storage

/// Where a storage's catalogue lies, and what it is an index of.
package struct CataloguePlace: Sendable {
    /// Of the storage folder, by which SQLite opens the file.
    package let folder: String
    /// The server's own folder in it.
    package let own: Directory
    package let files: StoredFiles

    package init(folder: String, own: Directory, files: StoredFiles) {
        (self.folder, self.own, self.files) = (folder, own, files)
    }

    /// Whether what this process makes there is the server's user's.
    package var isOwn: Bool { (try? owner()) == ProcessLimits.userID }

    /// The server's user.
    package func owner() throws(SystemError) -> UInt32 { try own.status().owner }

    /// As `Storage.keepServersOut`.
    package func keepServersOut() throws(SystemError) -> FileDescriptor? { try Storage.keepServersOut(of: own) }

    static let name = FileName(constant: "catalogue.sqlite")
    /// What SQLite puts beside it.
    static let companions = ["-wal", "-shm", "-journal"]

    var path: String { "\(folder)/\(StoragePlace.ownFolder)/\(Self.name)" }

    /// Which file it is; nil when there is none.
    var identity: FileIdentity? { try? own.status(of: Self.name).identity }

    /// Whether the path leads to the file of this storage: another disk may have been mounted over it.
    func isAtPath(_ identity: FileIdentity) -> Bool {
        (try? FileStatus(ofPath: path).identity) == identity
    }

    /// A write-ahead log's index is mapped into memory: where a full file system that never writes in place has no room for a page of
    /// it, the process dies (SIGBUS; tried on btrfs). Over a network it can't be shared.
    var mayLogAhead: Bool {
        guard let kind = try? own.descriptor.fileSystemKind() else { return false }
        return kind.overwritesInPlace
    }

    /// Makes an empty file where there is none, as the folder's owner's: the console may be root's.
    func make() throws(SystemError) {
        do throws(SystemError) {
            let file = try own.open(Self.name, .creating(permissions: 0o600))
            let folder = try own.status()
            if try file.status().owner != folder.owner { try file.setOwner(folder.owner, group: folder.group) }
        } catch {
            if error.errno != .exists { throw error }
        }
    }
}

// MARK: - A damaged file

extension CataloguePlace {
    private static let asideMark = ".broken-"
    /// How many are kept: each may be as large as the catalogue.
    private static let mostAside = 2

    /// Gives the file and its companions names out of the way, so that what can be read of them is saved, and a person can look.
    ///
    /// - Returns: the file's new path.
    func putAside(at time: Int64) throws(SystemError) -> String {
        removeOldest()
        var number = 0
        while number < 100 {
            let mark = Self.asideMark + digits(utcText(time)) + (number == 0 ? "" : "-\(number)")
            number += 1
            guard let name = FileName("\(Self.name)\(mark)") else { break }
            if (try? own.status(of: name)) != nil { continue }
            for companion in Self.companions { try? rename(companion, mark) }
            try rename("", mark)
            return "\(folder)/\(StoragePlace.ownFolder)/\(name)"
        }
        throw SystemError("move the damaged catalogue aside", escaped(path), errno: .exists)
    }

    private func rename(_ companion: String, _ mark: String) throws(SystemError) {
        guard let old = FileName("\(Self.name)\(companion)"), let new = FileName("\(Self.name)\(mark)\(companion)")
        else {
            throw SystemError("rename", escaped(path), errno: .invalid)
        }
        try own.rename(old, to: own, as: new)
    }

    private func removeOldest() {
        let prefix = Array("\(Self.name)\(Self.asideMark)".utf8)
        let files = ((try? own.names()) ?? []).filter { $0.bytes.starts(with: prefix) }
        let databases = files.filter { file in !Self.companions.contains { file.bytes.ends(with: $0) } }.sorted()
        for old in databases.dropLast(Self.mostAside - 1) {
            for companion in [""] + Self.companions {
                if let file = FileName(old.bytes + Array(companion.utf8)) { try? own.remove(file) }
            }
        }
    }

    private func digits(_ text: String) -> String { text.filter { $0.isNumber || $0.isLetter } }
}

extension [UInt8] {
    fileprivate func ends(with text: String) -> Bool { suffix(text.utf8.count).elementsEqual(text.utf8) }
}
