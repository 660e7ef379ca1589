import Platform

/// The folder that recordings appear in, held open: what is reached through it stays beneath it, whatever happens to the
/// path that led to it.
final class WatchedFolder: Sendable {
    /// The absolute path without links, for showing and as a part of the state's key.
    let path: String
    let root: Directory

    /// - Parameter path: as a person gave it; links in it are followed.
    init(path: String) throws(SystemError) {
        self.path = try canonicalPath(path)
        root = try Directory.open(path: self.path)
    }

    /// Makes sure that the path still leads to the folder that was opened: not after it was removed, renamed, or hidden
    /// by a mount. A removed folder reads as an empty one.
    ///
    /// - Throws: ENOENT when there is nothing there or something else; open the folder anew then.
    func checkPlace() throws(SystemError) {
        guard try Directory.open(path: path).status().identity == root.status().identity else {
            throw SystemError("find the folder that was watched at", escaped(path), errno: .noEntry)
        }
    }

    /// Opens the folder that a file lies in, folder by folder; no link is followed.
    func directory(of path: LocalPath) throws(SystemError) -> Directory {
        var directory = root
        for name in path.folders {
            directory = try directory.openFolder(name)
        }
        return directory
    }

    /// Opens a file beneath the folder; no link is followed, neither as a folder nor as the file.
    func open(_ path: LocalPath, _ mode: OpenMode) throws(SystemError) -> FileDescriptor {
        try directory(of: path).open(path.name, mode)
    }

    /// Keeps other clients off, for as long as this object lives: an exclusive lock where files are deleted, one that
    /// can be shared where they aren't.
    ///
    /// - Returns: false when another process holds a lock that stands against it.
    func lock(exclusive: Bool) throws(SystemError) -> Bool {
        try root.descriptor.tryLock(exclusive: exclusive)
    }
}
