import Glibc
import Platform
import TestSupport
import Testing

/// What somebody else does in a storage folder, by system calls.
extension ScratchFolder {
    func link(_ name: String, to target: String) throws {
        try #require(unsafe symlink(target, path(name)) == 0)
    }

    func makeSpecial(_ kind: mode_t, _ name: String) throws {
        try #require(unsafe mknod(path(name), kind | 0o600, 0) == 0)
    }

    /// Changes a file's bytes where they stand, and gives it the time that it had.
    func overwrite(_ name: String, with bytes: [UInt8], modified: FileTime) throws {
        let (folder, last) = try #require(splitPath(path(name)))
        let file = try Directory.open(path: folder).open(last, .readingAndWriting)
        try file.write(bytes)
        try file.setModified(modified)
    }

    func move(_ name: String, to newName: String) throws {
        try #require(unsafe rename(path(name), path(newName)) == 0)
    }

    func exists(_ name: String) -> Bool {
        var status = stat()
        return unsafe lstat(path(name), &status) == 0
    }
}
