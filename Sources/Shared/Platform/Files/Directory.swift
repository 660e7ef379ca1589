internal import CSystemShims
internal import Glibc

/// An open folder. Every operation takes a name within it, so no text can lead elsewhere, and no link is followed.
package final class Directory: Sendable {
    package let descriptor: FileDescriptor

    init(owning descriptor: consuming FileDescriptor) {
        self.descriptor = descriptor
    }

    /// Opens a folder by a path that a person chose: links in it are followed.
    package static func open(path: String) throws(SystemError) -> Directory {
        let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
        let raw = try systemCall("open the folder", escaped(path)) { unsafe Glibc.open(path, flags) }
        return Directory(owning: FileDescriptor(owning: raw))
    }

    package func status() throws(SystemError) -> FileStatus { try descriptor.status() }

    /// Makes sure that names can be given in it, as far as rights and the mount tell.
    ///
    /// - Throws: EACCES, or EROFS on a file system that takes no changes.
    package func requireWritable() throws(SystemError) {
        try systemCall("write to the folder") { shim_may_write(descriptor.rawValue) }
    }

    /// Flushes the folder's entries to the medium.
    package func flush() throws(SystemError) { try descriptor.flush() }
}

/// How to open a file in a folder.
package enum OpenMode: Sendable {
    case reading
    /// Reading, and the time of last access stays as it is where the caller owns the file.
    case readingQuietly
    case readingAndWriting
    /// Made anew with these permissions; an error (EEXIST) when the name is taken.
    case creating(permissions: UInt32)
    /// Opened for reading and writing, made when it isn't there.
    case openingOrCreating(permissions: UInt32)
}

// MARK: - Opening

extension Directory {
    /// Opens a file in this folder. Never follows a link, never waits on a pipe.
    ///
    /// - Parameter crossingMounts: whether a file that is mounted there is opened, to be read.
    /// - Throws: ELOOP for a symbolic link, ENOENT, EEXIST, …
    package func open(
        _ name: FileName, _ mode: OpenMode, crossingMounts: Bool = true
    ) throws(SystemError) -> FileDescriptor {
        switch mode {
        case .reading: return try openBeneath(name, O_RDONLY, resolving: crossingMounts ? 0 : shim_RESOLVE_NO_XDEV)
        case .readingQuietly:
            do throws(SystemError) {
                return try openBeneath(name, O_RDONLY | shim_O_NOATIME)
            } catch {
                guard error.errno == .notPermitted else { throw error }
                return try openBeneath(name, O_RDONLY)
            }
        case .readingAndWriting: return try openBeneath(name, O_RDWR)
        case .creating(let permissions): return try openBeneath(name, O_RDWR | O_CREAT | O_EXCL, permissions)
        case .openingOrCreating(let permissions): return try openBeneath(name, O_RDWR | O_CREAT, permissions)
        }
    }

    /// Opens a folder in this folder. A link is an error, wherever it leads.
    ///
    /// - Throws: EXDEV when something is mounted there and mounts aren't to be crossed.
    package func openFolder(_ name: FileName, crossingMounts: Bool = true) throws(SystemError) -> Directory {
        let more = crossingMounts ? 0 : shim_RESOLVE_NO_XDEV
        return Directory(owning: try openBeneath(name, O_RDONLY | O_DIRECTORY, resolving: more))
    }

    /// Opens a folder in this folder, as `openFolder` does, if files can be renamed from one to the other.
    ///
    /// - Throws: EXDEV when something is mounted there, be it only a folder of the same file system, or the folder is a
    ///   volume of its own within its file system (btrfs).
    package func openFolderWithinMount(_ name: FileName) throws(SystemError) -> Directory {
        let folder = try openFolder(name, crossingMounts: false)
        guard try folder.status().identity.device == status().identity.device else {
            throw SystemError("open", name.description, errno: .crossDevice)
        }
        return folder
    }

    /// Opens the folder above this one; at the root that is the root itself.
    package func openParent() throws(SystemError) -> Directory {
        let raw = try systemCall("open the folder above") {
            unsafe openat(descriptor.rawValue, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        return Directory(owning: FileDescriptor(owning: raw))
    }

    private func openBeneath(
        _ name: FileName, _ flags: CInt, _ permissions: UInt32 = 0, resolving more: UInt64 = 0
    ) throws(SystemError) -> FileDescriptor {
        let flags = flags | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY
        let raw = try systemCall("open", name.description) {
            name.withCString {
                unsafe shim_openat2(
                    descriptor.rawValue, $0, flags, permissions, shim_RESOLVE_BENEATH_NO_LINKS | more)
            }
        }
        return FileDescriptor(owning: raw)
    }
}

// MARK: - Names

extension Directory {
    /// The attributes of a name, a link's own if it is one.
    ///
    /// - Parameter fresh: as for `FileDescriptor.status`.
    package func status(of name: FileName, fresh: Bool = false) throws(SystemError) -> FileStatus {
        var status = shim_status()
        try systemCall("read the attributes of", name.description) {
            name.withCString { unsafe shim_status_of(descriptor.rawValue, $0, fresh ? 1 : 0, &status) }
        }
        return FileStatus(status)
    }

    /// Whether this process may write to a file, by its permissions and those of the mount.
    ///
    /// - Throws: EACCES, EROFS.
    package func checkMayWrite(_ name: FileName) throws(SystemError) {
        try systemCall("write to", name.description) {
            name.withCString { unsafe faccessat(descriptor.rawValue, $0, W_OK, AT_EACCESS) }
        }
    }

    /// Whether this process may give names in this folder, and take them away.
    ///
    /// - Throws: EACCES, EROFS.
    package func checkMayChangeNames() throws(SystemError) {
        try systemCall("change names in the folder") {
            unsafe faccessat(descriptor.rawValue, ".", W_OK | X_OK, AT_EACCESS)
        }
    }

    package func makeFolder(_ name: FileName, permissions: UInt32) throws(SystemError) {
        try systemCall("make the folder", name.description) {
            name.withCString { unsafe mkdirat(descriptor.rawValue, $0, permissions) }
        }
    }

    /// Gives a file another name, replacing what has it.
    package func rename(_ name: FileName, to folder: Directory, as newName: FileName) throws(SystemError) {
        try systemCall("rename", name.description) {
            name.withCString { from in
                newName.withCString { to in
                    unsafe renameat(descriptor.rawValue, from, folder.descriptor.rawValue, to)
                }
            }
        }
    }

    /// Gives a file another name without replacing anything: renameat2(2), RENAME_NOREPLACE.
    ///
    /// - Throws: EEXIST when the name is taken; EINVAL or ENOSYS where the file system can't do it in one step.
    package func renameWithoutReplacing(
        _ name: FileName, to folder: Directory, as newName: FileName
    ) throws(SystemError) {
        try systemCall("rename", name.description) {
            name.withCString { from in
                newName.withCString { to in
                    unsafe shim_rename_noreplace(descriptor.rawValue, from, folder.descriptor.rawValue, to)
                }
            }
        }
    }

    /// Gives a file a second name; EEXIST when that is taken.
    package func link(_ name: FileName, to folder: Directory, as newName: FileName) throws(SystemError) {
        try systemCall("link", name.description) {
            name.withCString { from in
                newName.withCString { to in
                    unsafe linkat(descriptor.rawValue, from, folder.descriptor.rawValue, to, 0)
                }
            }
        }
    }

    /// Removes a file's name.
    package func remove(_ name: FileName) throws(SystemError) {
        try systemCall("remove", name.description) {
            name.withCString { unsafe unlinkat(descriptor.rawValue, $0, 0) }
        }
    }

    /// Removes an empty folder.
    package func removeFolder(_ name: FileName) throws(SystemError) {
        try systemCall("remove the folder", name.description) {
            name.withCString { unsafe unlinkat(descriptor.rawValue, $0, AT_REMOVEDIR) }
        }
    }

    /// The names in this folder, in no order, without "." and "..".
    package func names() throws(SystemError) -> [FileName] {
        var names: [FileName] = []
        try forEachName { names.append($0) }
        return names
    }

    /// Hands over the names in this folder one by one, in no order, without "." and "..": of a million, none is kept.
    ///
    /// - Throws: `SystemError`, also what `body` throws, which ends it.
    package func forEachName(_ body: (FileName) throws(SystemError) -> Void) throws(SystemError) {
        // A descriptor of its own: fdopendir(3) takes it over, and the position in the folder belongs to it.
        let raw = try systemCall("open the folder") {
            unsafe openat(descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        }
        guard let stream = unsafe fdopendir(raw) else {
            let errno = Errno.current
            _ = Glibc.close(raw)
            throw SystemError("list the folder", errno: errno)
        }
        defer { unsafe closedir(stream) }
        while true {
            Glibc.errno = 0
            guard let entry = unsafe readdir(stream) else { break }
            if let name = unsafe FileName(entry) { try body(name) }
        }
        let errno = Errno.current
        if errno.rawValue != 0 { throw SystemError("list the folder", errno: errno) }
    }
}

extension FileName {
    fileprivate init?(_ entry: UnsafeMutablePointer<dirent>) {
        let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
        self.init(bytes)
    }
}
