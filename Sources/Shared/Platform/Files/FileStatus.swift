internal import CSystemShims

/// A moment of a file's clock, since 1970, UTC.
package struct FileTime: Hashable, Sendable {
    package let seconds: Int64
    /// 0 ..< 1,000,000,000
    package let nanoseconds: UInt32

    package init(seconds: Int64, nanoseconds: UInt32) {
        self.seconds = seconds
        self.nanoseconds = nanoseconds
    }

    /// Seconds from `earlier` to this one, less than 0 when `earlier` is later.
    package func seconds(since earlier: FileTime) -> Double {
        Double(seconds) - Double(earlier.seconds) + (Double(nanoseconds) - Double(earlier.nanoseconds)) / 1e9
    }
}

/// What a name or a descriptor stands for. See inode(7).
package enum FileKind: Sendable {
    case regular, directory, symbolicLink, other
}

/// Which inode it is: equal for two descriptors exactly when they are the same file.
package struct FileIdentity: Hashable, Sendable {
    package let device: UInt64
    package let inode: UInt64
    /// Tells an inode number that was used again from the one it was before; zero where the file system has no such time.
    package let born: FileTime

    package init(device: UInt64, inode: UInt64, born: FileTime) {
        self.device = device
        self.inode = inode
        self.born = born
    }
}

/// A file's attributes. The corresponding C call is `statx`.
package struct FileStatus: Hashable, Sendable {
    package let identity: FileIdentity
    package let kind: FileKind
    /// Permission bits, 0 … 0o7777.
    package let permissions: UInt32
    package let owner: UInt32
    package let group: UInt32
    package let links: UInt64
    /// Bytes.
    package let size: UInt64
    /// Bytes that the file takes on the medium, as far as the file system tells: fewer than its size when it has holes.
    package let allocated: UInt64
    package let modified: FileTime
    package let changed: FileTime
    /// The number of the mount through which it was seen; 0 where the kernel doesn't tell (before 5.8).
    package let mount: UInt64
    /// Whether the file system encrypts it (fscrypt).
    package let isEncrypted: Bool

    init(_ status: shim_status) {
        identity = FileIdentity(
            device: status.device, inode: status.inode,
            born: FileTime(seconds: status.born_seconds, nanoseconds: status.born_nanoseconds))
        kind = FileKind(mode: status.mode)
        permissions = status.mode & 0o7777
        owner = status.user
        group = status.group
        links = status.links
        size = status.size
        allocated = status.blocks.multipliedReportingOverflow(by: 512).partialValue
        modified = FileTime(seconds: status.modified_seconds, nanoseconds: status.modified_nanoseconds)
        changed = FileTime(seconds: status.changed_seconds, nanoseconds: status.changed_nanoseconds)
        mount = status.mount
        isEncrypted = status.is_encrypted
    }
}

/// Where a file or folder stands: which inode, and through which mount. A mount that hides it, or a bind mount of the very same
/// folder, is another place.
package struct FilePlace: Hashable, Sendable {
    package let identity: FileIdentity
    package let mount: UInt64
}

extension FileStatus {
    package var place: FilePlace { FilePlace(identity: identity, mount: mount) }

    /// The attributes of what a path of a person's leads to: links are followed.
    package init(ofPath path: String) throws(SystemError) {
        var status = shim_status()
        try systemCall("find", escaped(path)) { unsafe shim_status_at(path, &status) }
        self.init(status)
    }
}

extension FileKind {
    init(mode: UInt32) {
        switch mode & 0o170000 {
        case 0o100000: self = .regular
        case 0o040000: self = .directory
        case 0o120000: self = .symbolicLink
        default: self = .other
        }
    }
}

extension Directory {
    /// The number of the mount that the folder was opened through. Unlike `FileStatus.mount` no later mount gets it before the next boot.
    ///
    /// - Returns: nil before Linux 6.8.
    package func uniqueMount() throws(SystemError) -> UInt64? {
        var mount: UInt64 = 0
        try systemCall("read the mount's number") { unsafe shim_unique_mount(descriptor.rawValue, &mount) }
        return mount == 0 ? nil : mount
    }
}
