import Platform

/// What a flush is worth where the storage folder lies.
package enum StorageStrength: Equatable {
    case known
    /// It is known how to make a file durable, and an admin should know what that rests on.
    case conditional(String)
    /// What is confirmed may be lost with the power.
    case weak(String)

    init(of root: Directory) throws(SystemError) {
        let kind = try root.descriptor.fileSystemKind()
        if kind == .overlay {
            try self.init(ofOverlay: root)
        } else {
            let journal = kind.mayHaveJournal ? try FileSystemJournal(of: root) : .inUse
            self.init(kind, journal)
        }
    }

    /// - Parameter journal: counts for kinds that may have one.
    init(_ kind: FileSystemKind, _ journal: FileSystemJournal = .inUse) {
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
        } else if kind.mayHaveJournal {
            self = .init(journal)
        } else {
            self = .known
        }
    }

    /// The order of flushes is known without one, too; but no order keeps a folder from being torn.
    private init(_ journal: FileSystemJournal) {
        let danger =
            "a power cut while a folder grows, and the check of the disk (fsck) after it, may take the names of files that were "
            + "confirmed long before"
        switch journal {
        case .inUse: self = .known
        case .absent:
            self = .conditional(
                "is on ext4 or ext2 without a journal: \(danger); unmount it and give it one (tune2fs -O has_journal DEVICE), "
                    + "or choose another file system")
        case .unknown:
            self = .conditional(
                "is on ext4, and nothing here (/sys/fs/ext4) tells whether it has a journal: without one, \(danger); "
                    + "look for has_journal in what dumpe2fs -h DEVICE says")
        }
    }

    private static let fragile: Set<String> = ["vfat", "exfat", "ntfs3"]
}
