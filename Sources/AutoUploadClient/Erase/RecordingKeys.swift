import Platform

/// The keys of folders under fscrypt, each in a file of its own: ID.key. With a key goes all that its folder has ever held, also what a
/// card's controller keeps of it.
struct RecordingKeys: Sendable {
    /// Where the files are.
    let folder: String
    var grading = ErasureGrading()

    /// Destroys the key of a folder that has nothing in it: the kernel's first, so that nobody makes a file under it any more.
    ///
    /// - Parameters:
    ///   - emptied: the folder; nobody must have it open, nor watch it.
    ///   - parent: where it is, under another key or none.
    /// - Returns: what wiping the key's file was worth; nil where the folder isn't what it was any more, and nothing was done.
    /// - Throws: `WipeFailure`, when the key is still there; nothing is lost then, and it may be tried again.
    func destroy(
        _ key: EncryptionKeyID, of emptied: EmptyFolder, in parent: Directory
    ) throws(WipeFailure) -> ErasureGrade? {
        let keyFile = try open(key)
        guard try WipeFailure.system({ () throws(SystemError) in try isUnchanged(emptied, key, in: parent) }) else {
            return nil
        }
        switch try WipeFailure.system({ () throws(SystemError) in try parent.removeEncryptionKey(key) }) {
        case .gone: break
        case .filesOpen: throw WipeFailure("something is open under it")
        case .addedByOthers:
            throw WipeFailure("another user has added it to the kernel: run as that one, or as root")
        }
        let names = try WipeFailure.system { () throws(SystemError) in
            try parent.openFolder(emptied.path.name).names()
        }
        guard names.isEmpty else {
            throw WipeFailure("a file has come at the last moment: unlock the folder again, by the key's file")
        }
        return try wipe(keyFile)
    }

    private func isUnchanged(
        _ emptied: EmptyFolder, _ key: EncryptionKeyID, in parent: Directory
    ) throws(SystemError) -> Bool {
        guard try emptied.isUnchanged(in: parent) else { return false }
        let folder = try parent.openFolder(emptied.path.name)
        guard folder.encryptionKey == key else { return false }
        return try folder.names().isEmpty
    }

    /// What a key is in, to be overwritten.
    private struct KeyFile: ~Copyable {
        let file: FileDescriptor
        let name: FileName
        let folder: Directory
        /// Bytes.
        let size: UInt64
    }

    /// Before anything is done that can't be taken back.
    private func open(_ key: EncryptionKeyID) throws(WipeFailure) -> KeyFile {
        guard let name = FileName("\(key).key") else { throw WipeFailure("it can't be named") }
        return try WipeFailure.system { () throws(SystemError) in
            let keys = try Directory.open(path: folder)
            do throws(SystemError) {
                let file = try keys.open(name, .readingAndWriting)
                let status = try file.status()
                guard status.kind == .regular, status.links == 1 else {
                    throw SystemError("take for a regular file with one name", name.description, errno: .invalid)
                }
                return KeyFile(file: file, name: name, folder: keys, size: status.size)
            } catch {
                throw SystemError("open the key's file \(name) for overwriting in", escaped(folder), errno: error.errno)
            }
        }
    }

    private func wipe(_ key: consuming KeyFile) throws(WipeFailure) -> ErasureGrade {
        let grade = grading.grade(of: key.file)
        var overwriter = try Overwriter()
        do throws(OverwriteError) {
            try overwriter.overwrite(key.file, size: key.size)
        } catch {
            throw WipeFailure(error.reason)
        }
        let (name, folder) = (key.name, key.folder)
        try WipeFailure.system { () throws(SystemError) in
            try key.file.flush()
            try folder.remove(name)
            try folder.flush()
        }
        return grade
    }
}
