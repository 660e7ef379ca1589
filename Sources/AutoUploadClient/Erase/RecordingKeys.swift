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
    ///   - emptied: the folder's name; nobody must have it open, nor watch it.
    ///   - parent: where it is, under another key or none.
    /// - Returns: what wiping the key's file was worth.
    /// - Throws: `WipeFailure`, when the key is still there; nothing is lost then, and it may be tried again.
    func destroy(
        _ key: EncryptionKeyID, of emptied: FileName, in parent: Directory
    ) throws(WipeFailure) -> ErasureGrade {
        let (keys, name) = try find(key)
        let isIdle = try WipeFailure.system { () throws(SystemError) in try parent.removeEncryptionKey(key) }
        guard isIdle else { throw WipeFailure("something is open under it") }
        let names = try WipeFailure.system { () throws(SystemError) in try parent.openFolder(emptied).names() }
        guard names.isEmpty else {
            throw WipeFailure("a file has come at the last moment: unlock the folder again, by the key's file")
        }
        return try wipe(name, in: keys)
    }

    private func find(_ key: EncryptionKeyID) throws(WipeFailure) -> (Directory, FileName) {
        guard let name = FileName("\(key).key") else { throw WipeFailure("it can't be named") }
        return try WipeFailure.system { () throws(SystemError) in
            let keys = try Directory.open(path: folder)
            do throws(SystemError) {
                _ = try keys.status(of: name)
            } catch {
                throw SystemError("find the key's file \(name) in", escaped(folder), errno: error.errno)
            }
            return (keys, name)
        }
    }

    private func wipe(_ name: FileName, in keys: Directory) throws(WipeFailure) -> ErasureGrade {
        let file = try WipeFailure.system { () throws(SystemError) in try keys.open(name, .readingAndWriting) }
        let status = try WipeFailure.system { () throws(SystemError) in try file.status() }
        guard status.kind == .regular, status.links == 1 else {
            throw WipeFailure("the key's file \(name) isn't a regular one with one name")
        }
        let grade = grading.grade(of: file)
        var overwriter = try Overwriter()
        do throws(OverwriteError) {
            try overwriter.overwrite(file, size: status.size)
        } catch {
            throw WipeFailure(error.reason)
        }
        try WipeFailure.system { () throws(SystemError) in
            try file.flush()
            try keys.remove(name)
            try keys.flush()
        }
        return grade
    }
}
