internal import CSystemShims
internal import Glibc

/// Files without a name: nobody else can open them, and a crash leaves nothing of them. See open(2), O_TMPFILE.
extension Directory {
    /// Makes a file on this folder's file system, open for reading and writing.
    ///
    /// - Throws: EOPNOTSUPP and others where the file system knows none.
    package func makeUnnamedFile(permissions: UInt32) throws(SystemError) -> FileDescriptor {
        let flags = shim_O_TMPFILE | O_RDWR | O_CLOEXEC
        let raw = try systemCall("make a file without a name") {
            unsafe openat(descriptor.rawValue, ".", flags, permissions)
        }
        return FileDescriptor(owning: raw)
    }

    /// Gives such a file its first name, in this folder.
    ///
    /// Its number of names stands in the file itself: flush it as well as the folder.
    ///
    /// - Throws: EEXIST when the name is taken; ENOENT where neither the kernel nor /proc lets it be done.
    package func name(_ file: borrowing FileDescriptor, _ name: FileName) throws(SystemError) {
        do throws(SystemError) {
            try link(from: file.rawValue, "", shim_AT_EMPTY_PATH, name)
        } catch {
            guard error.errno == .noEntry else { throw error }
            // Before Linux 6.10 a descriptor alone was enough for the superuser only.
            try link(from: AT_FDCWD, "/proc/self/fd/\(file.rawValue)", AT_SYMLINK_FOLLOW, name)
        }
    }

    private func link(from folder: CInt, _ path: String, _ flags: CInt, _ name: FileName) throws(SystemError) {
        try systemCall("name a file", name.description) {
            name.withCString { name in unsafe linkat(folder, path, descriptor.rawValue, name, flags) }
        }
    }
}
