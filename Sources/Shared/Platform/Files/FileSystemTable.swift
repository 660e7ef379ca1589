/// What is known of each kind of file system, by being tried (`docs/FILESYSTEMS.md`) unless it says otherwise. Of a kind that isn't here
/// nothing is known.
enum FileSystemTable {
    /// As `FileSystemKind` explains them.
    struct Facts: OptionSet {
        let rawValue: UInt16

        static let memory = Facts(rawValue: 1)
        static let keepsFlushed = Facts(rawValue: 1 << 1)
        static let keepsRenames = Facts(rawValue: 1 << 2)
        static let flushesWhole = Facts(rawValue: 1 << 3)
        static let keepsUnnamed = Facts(rawValue: 1 << 4)
        static let renamesAtOnce = Facts(rawValue: 1 << 5)
        static let mayHaveJournal = Facts(rawValue: 1 << 6)
        static let seesEveryWriter = Facts(rawValue: 1 << 7)
        static let keepsInodes = Facts(rawValue: 1 << 8)
        static let network = Facts(rawValue: 1 << 9)
        static let keepsIdentity = Facts(rawValue: 1 << 10)
        static let oneVolume = Facts(rawValue: 1 << 11)
        static let overwritesInPlace = Facts(rawValue: 1 << 12)
        /// What is written again goes to the place where it was, though room may be needed for that.
        static let keepsPlace = Facts(rawValue: 1 << 13)
        /// What is written again goes elsewhere: copy on write, or a log.
        static let writesElsewhere = Facts(rawValue: 1 << 14)

        /// A local disk's own, whose flush is known.
        static let disk: Facts = [.keepsFlushed, .seesEveryWriter, .keepsInodes]
        /// A share: its protocol says what a flush does.
        static let share: Facts = [.network, .keepsFlushed]
    }

    struct Row {
        let name: String
        let facts: Facts
        var largestFile: UInt64?
    }

    static let overlay: UInt64 = 0x794c_7630
    static let fuse: UInt64 = 0x6573_5546
    static let cifs: UInt64 = 0xff53_4d42
    static let smb: UInt64 = 0xfe53_4d42

    static let rows: [UInt64: Row] = [
        // ext2, ext3 and ext4 have the same number.
        0xef53: Row(
            name: "ext4",
            facts: [
                .disk, .keepsRenames, .flushesWhole, .keepsUnnamed, .mayHaveJournal, .keepsIdentity,
                .overwritesInPlace, .keepsPlace,
            ]),
        0x5846_5342: Row(
            name: "xfs",
            facts: [
                .disk, .keepsRenames, .flushesWhole, .keepsUnnamed, .renamesAtOnce, .overwritesInPlace, .keepsPlace,
            ]),
        0x9123_683e: Row(
            name: "btrfs",
            facts: [
                .disk, .keepsRenames, .flushesWhole, .keepsUnnamed, .renamesAtOnce, .keepsIdentity, .writesElsewhere,
            ]),
        // It flushes all of itself for a file without a name.
        0xf2f5_2010: Row(
            name: "f2fs", facts: [.disk, .keepsRenames, .flushesWhole, .renamesAtOnce, .writesElsewhere]),
        // The next three weren't tried: they are taken for what they document. ZFS doesn't flush files without a name.
        0x2fc1_2fc1: Row(name: "zfs", facts: [.disk, .renamesAtOnce, .keepsIdentity, .writesElsewhere]),
        0xca45_1a4e: Row(name: "bcachefs", facts: [.disk, .renamesAtOnce, .keepsIdentity, .writesElsewhere]),
        0x3153_464a: Row(name: "jfs", facts: [.disk, .renamesAtOnce, .keepsPlace]),
        0x4d44: Row(
            name: "vfat", facts: [.keepsFlushed, .seesEveryWriter, .oneVolume, .keepsPlace],
            largestFile: UInt64(UInt32.max)),
        0x2011_bab0: Row(
            name: "exfat", facts: [.keepsFlushed, .keepsRenames, .seesEveryWriter, .oneVolume, .keepsPlace],
            largestFile: UInt64(Int64.max)),
        0x7366_746e: Row(name: "ntfs3", facts: [.keepsFlushed, .seesEveryWriter, .keepsPlace]),
        // What its upper layer keeps, is kept.
        overlay: Row(name: "overlay", facts: [.keepsFlushed, .keepsInodes]),
        0x6969: Row(name: "nfs", facts: [.share, .keepsInodes]),
        cifs: Row(name: "cifs", facts: .share),
        smb: Row(name: "smb", facts: .share),
        // The oldest driver, gone since Linux 2.6.37.
        0x517b: Row(name: "smbfs", facts: .network),
        // Whatever program is behind it: ntfs-3g, bindfs, sshfs and others.
        fuse: Row(name: "fuse", facts: []),
        0x0102_1994: Row(name: "tmpfs", facts: .memory),
        0x8584_58f6: Row(name: "ramfs", facts: .memory),
        // Known by name only.
        0x0102_1997: Row(name: "9p", facts: []),
        0x00c3_6400: Row(name: "ceph", facts: []),
        0xf15f: Row(name: "ecryptfs", facts: []),
        0x2405_1905: Row(name: "ubifs", facts: .writesElsewhere),
    ]
}
