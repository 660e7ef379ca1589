import Platform

/// What a flush is worth where the storage folder lies.
enum StorageStrength: Equatable {
    case known
    /// It is known how to make a file durable, and an admin should know what that rests on.
    case conditional(String)
    /// What is confirmed may be lost with the power.
    case weak(String)

    init(of root: Directory) throws(SystemError) {
        let kind = try root.descriptor.fileSystemKind()
        if kind == .overlay { try self.init(ofOverlay: root) } else { self.init(kind) }
    }

    init(_ kind: FileSystemKind) {
        if kind.isMemory {
            self = .weak("is in memory (\(kind.name)), where a power cut loses everything")
        } else if kind == .fuse {
            self = .weak(
                "is on a FUSE file system (ntfs-3g, bindfs, sshfs and others): nobody knows what a flush does there")
        } else if !kind.keepsWhatIsFlushed {
            self = .weak("is on a file system (\(kind.name)) of which nobody has tried what a flush does there")
        } else if kind.isNetwork {
            self = .conditional("is on a share (\(kind.name)): what is confirmed is as durable as its server makes it")
        } else if Self.fragile.contains(kind.name) {
            self = .conditional(
                "is on \(kind.name): a power cut during a change may damage the file system itself, and with it what was stored "
                    + "long ago; ext4, xfs and btrfs are safer")
        } else {
            self = .known
        }
    }

    private static let fragile: Set<String> = ["vfat", "exfat", "ntfs3"]
}
