internal import CSystemShims

/// What kind of file system a file lives on, and what is known of that kind: `FileSystemTable` has a row for each.
package struct FileSystemKind: Hashable, Sendable {
    /// The number of statfs(2) and linux/magic.h.
    package let magic: UInt64

    package init(magic: UInt64) {
        self.magic = magic
    }

    private var row: FileSystemTable.Row? { FileSystemTable.rows[magic] }

    private func has(_ fact: FileSystemTable.Facts) -> Bool { row?.facts.contains(fact) ?? false }

    /// The field's name for it, or its number.
    package var name: String { row?.name ?? "0x" + String(magic, radix: 16) }

    /// In memory: a flush there keeps nothing over a power cut.
    package var isMemory: Bool { has(.memory) }

    /// Whether there is an order of flushes after which a file is known to be on the medium, under its name; on a network one its
    /// protocol promises that, and the server has to keep it.
    package var keepsWhatIsFlushed: Bool { has(.keepsFlushed) }

    /// Whether a flushed file's new name lasts once its folder is flushed. Elsewhere a power cut may bring the old name back, or
    /// leave the new one without content, unless the file and the file system are flushed anew (FAT and NTFS, tried).
    package var keepsRenamesByFolderFlush: Bool { has(.keepsRenames) || isMemory }

    /// Whether flushing the file system as a whole is known to reach the medium, and to tell of what was lost.
    package var hasReliableWholeFlush: Bool { hasReliableWholeFlush(under: .running) }

    package func hasReliableWholeFlush(under kernel: KernelVersion) -> Bool {
        has(.flushesWhole) && kernel.tellsOfFailedWholeFlush
    }

    /// Whether flushing a file that has no name makes it durable, and giving it one is cheap.
    package var keepsUnnamedFiles: Bool { has(.keepsUnnamed) || isMemory }

    /// Whether a power cut can't leave a renamed file under both names, as it can on FAT. `journal` tells for ext4.
    package var renamesAtOnce: Bool { has(.renamesAtOnce) || isMemory }

    /// Whether it renames at once if it has a journal.
    package var mayHaveJournal: Bool { has(.mayHaveJournal) }

    /// Whether renaming without replacing works on it, whatever its options.
    package var isKnownToRename: Bool { has(.flushesWhole) || isMemory }

    /// Whether every opening of a file passes through this machine's kernel, so that a lease can tell who writes. On overlayfs a
    /// lease is granted though somebody has the file mapped for writing, once they have closed it.
    package var seesEveryWriter: Bool { has(.seesEveryWriter) || isMemory }

    /// Whether a lease has to do with other machines: it may be refused though nobody has the file open (NFS), and renaming
    /// under one may take half a minute (SMB).
    package var isNetwork: Bool { has(.network) }

    /// Whether a file keeps its inode number for good. FAT and exFAT make theirs up at each mount, as FUSE and SMB may.
    package var keepsInodeNumbers: Bool { has(.keepsInodes) || isMemory }

    /// Whether files can be moved between any two of its folders: none can be a volume, or have a project or a policy, of its own.
    package var isOneVolume: Bool { has(.oneVolume) }

    /// Whether `FileDescriptor.fileSystemIdentity` stays the file system's for good. Others make it of the device's number, or have
    /// none.
    package var keepsIdentity: Bool { has(.keepsIdentity) }

    /// Whether what was allocated once can be written again though no room is left, also through a mapping into memory (mmap).
    package var overwritesInPlace: Bool { has(.overwritesInPlace) || isMemory }

    /// Whether what is written over a file's content goes to where that lies. Nil where nobody here knows.
    package var writesInPlace: Bool? {
        if has(.keepsPlace) || isMemory { return true }
        return has(.writesElsewhere) ? false : nil
    }

    /// Bytes of the largest file that it can hold, where that can be told from its kind alone.
    package var largestFile: UInt64? { row?.largestFile }

    package static let overlay = FileSystemKind(magic: FileSystemTable.overlay)
    package static let cifs = FileSystemKind(magic: FileSystemTable.cifs)
    package static let smb = FileSystemKind(magic: FileSystemTable.smb)
    package static let fuse = FileSystemKind(magic: FileSystemTable.fuse)
}

extension FileDescriptor {
    /// The kind of file system that the file lives on. The corresponding C function is `fstatfs`.
    package func fileSystemKind() throws(SystemError) -> FileSystemKind {
        var magic: UInt64 = 0
        try systemCall("read the file system's kind") { unsafe shim_file_system_type(rawValue, &magic) }
        return FileSystemKind(magic: magic)
    }

    /// Whether the file system says where on a disk the file lies; one in memory doesn't.
    package var hasExtentMap: Bool { shim_map_extents(rawValue) == 0 }

    /// Whether names that differ in case are one in this folder: it may be so in one, and not in the others (`chattr +F`).
    package var ignoresCase: Bool { shim_ignores_case(rawValue) != 0 }

    /// The number that the file system has for good, wherever it is mounted, on btrfs each subvolume.
    ///
    /// - Returns: nil where it has none (`FileSystemKind.keepsIdentity`).
    package func fileSystemIdentity() throws(SystemError) -> UInt64? {
        guard try fileSystemKind().keepsIdentity else { return nil }
        var identity: UInt64 = 0
        try systemCall("read the file system's number") { unsafe shim_file_system_identity(rawValue, &identity) }
        return identity == 0 ? nil : identity
    }
}
