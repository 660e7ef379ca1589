import Testing

@testable import Platform

@Suite("Kinds of file systems")
struct FileSystemKindTests {
    @Test(
        "what can be relied on is known by the kernel's numbers",
        arguments: [
            (0xef53, "ext4", true, true, true), (0x5846_5342, "xfs", true, true, true),
            (0x9123_683e, "btrfs", true, true, true), (0xf2f5_2010, "f2fs", true, true, true),
            (0x2fc1_2fc1, "zfs", true, false, true), (0x6969, "nfs", true, false, false),
            (0x794c_7630, "overlay", true, false, false), (0x4d44, "vfat", true, false, true),
            (0x2011_bab0, "exfat", true, false, true), (0x6573_5546, "fuse", false, false, false),
            (0xff53_4d42, "cifs", true, false, false), (0x0102_1994, "tmpfs", false, false, true),
            (0x7366_746e, "ntfs3", true, false, true),
            (0x1234, "0x1234", false, false, false),
        ] as [(UInt64, String, Bool, Bool, Bool)])
    func known(_ magic: UInt64, _ name: String, _ flush: Bool, _ wholeFlush: Bool, _ seesWriters: Bool) {
        let kind = FileSystemKind(magic: magic)
        #expect(kind.name == name)
        #expect(kind.keepsWhatIsFlushed == flush)
        #expect(kind.hasReliableWholeFlush(under: KernelVersion(major: 5, minor: 17)) == wholeFlush)
        #expect(!kind.hasReliableWholeFlush(under: KernelVersion(major: 5, minor: 16)))
        #expect(kind.seesEveryWriter == seesWriters)
        #expect(kind.isMemory == (name == "tmpfs"))
        #expect(kind.isNetwork == ["nfs", "cifs"].contains(name))
    }

    @Test(
        "a kernel's version is read from its release",
        arguments: [
            ("6.18.44-fc-v657", 6, 18), ("5.15.0-105-generic", 5, 15), ("5.17", 5, 17), ("10.2-rc1", 10, 2),
        ])
    func kernel(_ release: String, _ major: Int, _ minor: Int) {
        #expect(KernelVersion(release: release) == KernelVersion(major: major, minor: minor))
    }

    @Test("what isn't a release is none, and the one that runs is known")
    func noKernel() {
        for text in ["", "6", "x6.1", "linux", "99999999999999999999.1"] {
            #expect(KernelVersion(release: text) == nil)
        }
        #expect(KernelVersion.running > KernelVersion(major: 5, minor: 5))
    }

    @Test("the largest file of FAT is known, others' isn't told by their kind")
    func largestFile() {
        #expect(FileSystemKind(magic: 0x4d44).largestFile == 4_294_967_295)
        #expect(FileSystemKind(magic: 0xef53).largestFile == nil)
    }

    @Test("where a flush of the folder is enough for a new name is known, and elsewhere it isn't relied on")
    func renames() {
        let names = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x2011_bab0, 0x0102_1994] as [UInt64]
        for magic in names { #expect(FileSystemKind(magic: magic).keepsRenamesByFolderFlush) }
        // vfat, ntfs3, FUSE, overlayfs, NFS, SMB, and one that nobody knows.
        let others = [0x4d44, 0x7366_746e, 0x6573_5546, 0x794c_7630, 0x6969, 0xff53_4d42, 0x1234] as [UInt64]
        for magic in others { #expect(!FileSystemKind(magic: magic).keepsRenamesByFolderFlush) }
    }

    @Test("one name after a power cut: where it is one step, in a tree or a journal")
    func renamesAtOnce() {
        for magic in [0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x0102_1994] as [UInt64] {
            #expect(FileSystemKind(magic: magic).renamesAtOnce)
        }
        for magic in [0xef53, 0x4d44, 0x2011_bab0, 0x7366_746e, 0x6573_5546, 0x1234] as [UInt64] {
            #expect(!FileSystemKind(magic: magic).renamesAtOnce)
        }
        #expect(FileSystemKind(magic: 0xef53).mayHaveJournal)
    }

    @Test(
        "a journal is there or not only where the kernel says so, and a device's number is taken apart as the C library puts it together"
    )
    func journal() {
        #expect(FileSystemJournal(device: 0) == .unknown)
        #expect(FileSystemJournal(task: "1234\n") == .inUse)
        #expect(FileSystemJournal(task: "<none>\n") == .absent)
        for task in [nil, "", "\n", "none"] as [String?] { #expect(FileSystemJournal(task: task) == .unknown) }
        #expect(FileSystemJournal(type: "ext2") == .absent)
        for type in ["ext3", "ext4"] { #expect(FileSystemJournal(type: type) == .unknown) }
        #expect(DeviceNumber(0xfe00).parts == (254, 0))
        #expect(DeviceNumber(0x801).parts == (8, 1))
        // makedev(259, 263)
        #expect(DeviceNumber(0x11_0307).parts == (0x103, 0x107))
    }

    @Test("made-up inode numbers aren't relied on")
    func inodes() {
        #expect(FileSystemKind(magic: 0xef53).keepsInodeNumbers)
        #expect(!FileSystemKind(magic: 0x4d44).keepsInodeNumbers)
        #expect(!FileSystemKind(magic: 0x2011_bab0).keepsInodeNumbers)
    }
}
