internal import CSystemShims

/// What kind of file system a file lives on. The numbers are those of statfs(2) and linux/magic.h.
package struct FileSystemKind: Hashable, Sendable {
    package let magic: UInt64

    package init(magic: UInt64) {
        self.magic = magic
    }

    /// In memory: a flush there keeps nothing over a power cut.
    package var isMemory: Bool { Self.memory.contains(magic) }

    /// A disk's file system whose flush is known to reach the medium.
    package var hasReliableFlush: Bool { Self.reliable[magic] != nil || magic == Self.nfs }

    /// Whether flushing the file system as a whole is known to reach the medium, and to tell of what was lost.
    package var hasReliableWholeFlush: Bool { hasReliableWholeFlush(under: .running) }

    package func hasReliableWholeFlush(under kernel: KernelVersion) -> Bool {
        Self.wholeFlush.contains(magic) && kernel.tellsOfFailedWholeFlush
    }

    /// Whether flushing a file that has no name makes it durable, and giving it one is cheap. ZFS doesn't flush such files, and
    /// f2fs flushes itself as a whole each time.
    package var keepsUnnamedFiles: Bool { Self.unnamed.contains(magic) || isMemory }

    /// Whether a power cut can't leave a renamed file under both names, as it can on FAT.
    package var renamesAtOnce: Bool {
        Self.reliable[magic] != nil || isMemory || magic == Self.overlay || magic == Self.nfs
    }

    /// Whether a flushed file's new name lasts once its folder is flushed. Elsewhere a power cut may bring the old name back, or
    /// leave the new one without content, unless the file and the file system are flushed anew (FAT and NTFS, tried).
    package var keepsRenamesByFolderFlush: Bool {
        Self.wholeFlush.contains(magic) || isMemory || magic == Self.exfat
    }

    /// Whether renaming without replacing works on it, whatever its options.
    package var isKnownToRename: Bool { Self.wholeFlush.contains(magic) || isMemory }

    /// Whether every opening of a file passes through this machine's kernel, so that a lease can tell who writes. On overlayfs a
    /// lease is granted though somebody has the file mapped for writing, once they have closed it.
    package var seesEveryWriter: Bool {
        Self.reliable[magic] != nil || isMemory || Self.fat.contains(magic) || magic == Self.ntfs
    }

    /// Whether a lease has to do with other machines: it may be refused though nobody has the file open (NFS), and renaming
    /// under one may take half a minute (SMB).
    package var isNetwork: Bool { magic == Self.nfs || Self.smb.contains(magic) }

    /// Whether a file keeps its inode number for good. FAT and exFAT make theirs up at each mount, as FUSE and SMB may.
    package var keepsInodeNumbers: Bool {
        Self.reliable[magic] != nil || isMemory || magic == Self.overlay || magic == Self.nfs
    }

    /// Bytes of the largest file that it can hold, where that can be told from its kind alone.
    package var largestFile: UInt64? { Self.largestFiles[magic] }

    /// The field's name for it, or its number.
    package var name: String {
        if let name = Self.reliable[magic] { return name }
        if let name = Self.others[magic] { return name }
        return "0x" + String(magic, radix: 16)
    }

    private static let wholeFlush: Set<UInt64> = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010]
    private static let unnamed: Set<UInt64> = [0xef53, 0x5846_5342, 0x9123_683e]
    private static let nfs: UInt64 = 0x6969
    private static let overlay: UInt64 = 0x794c_7630
    private static let ntfs: UInt64 = 0x7366_746e
    private static let smb: Set<UInt64> = [0xff53_4d42, 0xfe53_4d42, 0x517b]
    private static let exfat: UInt64 = 0x2011_bab0
    private static let fat: Set<UInt64> = [0x4d44, exfat]
    private static let largestFiles: [UInt64: UInt64] = [0x4d44: UInt64(UInt32.max), 0x2011_bab0: UInt64(Int64.max)]
    private static let memory: Set<UInt64> = [0x0102_1994, 0x8584_58f6]
    private static let reliable: [UInt64: String] = [
        0xef53: "ext4", 0x5846_5342: "xfs", 0x9123_683e: "btrfs", 0xf2f5_2010: "f2fs", 0x2fc1_2fc1: "zfs",
        0xca45_1a4e: "bcachefs", 0x3153_464a: "jfs",
    ]
    private static let others: [UInt64: String] = [
        0x0102_1994: "tmpfs", 0x8584_58f6: "ramfs", 0x6969: "nfs", 0x794c_7630: "overlay", 0x6573_5546: "fuse",
        0x4d44: "vfat", 0x2011_bab0: "exfat", 0xff53_4d42: "cifs", 0xfe53_4d42: "smb", 0x7366_746e: "ntfs3",
    ]
}

extension FileDescriptor {
    /// The kind of file system that the file lives on. The corresponding C function is `fstatfs`.
    package func fileSystemKind() throws(SystemError) -> FileSystemKind {
        var magic: UInt64 = 0
        try systemCall("read the file system's kind") { unsafe shim_file_system_type(rawValue, &magic) }
        return FileSystemKind(magic: magic)
    }
}
