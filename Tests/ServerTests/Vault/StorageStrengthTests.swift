import Platform
import Testing

@testable import Storage

/// On which file systems a confirmation is worth something.
@Suite struct StorageStrengthTests {
    private enum Verdict {
        case known, conditional, weak
    }

    private func verdict(_ magic: UInt64) -> Verdict {
        switch StorageStrength(FileSystemKind(magic: magic)) {
        case .known: .known
        case .conditional: .conditional
        case .weak: .weak
        }
    }

    @Test("disks are taken, shares and FAT with a warning; memory, FUSE and what nobody knows only where that is said")
    func kinds() {
        // ext4, xfs, btrfs, f2fs, zfs
        let disks = [0xef53, 0x5846_5342, 0x9123_683e, 0xf2f5_2010, 0x2fc1_2fc1] as [UInt64]
        for magic in disks { #expect(verdict(magic) == .known, "\(magic)") }
        // vfat, exfat, ntfs3, nfs, cifs, smb
        let others = [0x4d44, 0x2011_bab0, 0x7366_746e, 0x6969, 0xff53_4d42, 0xfe53_4d42] as [UInt64]
        for magic in others { #expect(verdict(magic) == .conditional, "\(magic)") }
        // tmpfs, ramfs, FUSE, 9p, and one that nobody has heard of
        let weak = [0x0102_1994, 0x8584_58f6, 0x6573_5546, 0x0102_1997, 0x1234] as [UInt64]
        for magic in weak { #expect(verdict(magic) == .weak, "\(magic)") }
    }

    @Test("that there is no journal, or that nobody can tell, is said, and what to do about it")
    func journal() {
        let ext4 = FileSystemKind(magic: 0xef53)
        #expect(StorageStrength(ext4, .inUse) == .known)
        let texts = [FileSystemJournal.absent, .unknown].map { journal in
            if case .conditional(let text) = StorageStrength(ext4, journal) { text } else { "" }
        }
        #expect(texts[0].contains("without a journal") && texts[0].contains("tune2fs -O has_journal"), "\(texts)")
        #expect(texts[1].contains("dumpe2fs"), "\(texts)")
        // Others have none to ask for.
        #expect(StorageStrength(FileSystemKind(magic: 0x5846_5342), .unknown) == .known)
    }

    @Test("who is refused is told why, and what to do")
    func text() {
        guard case .weak(let why) = StorageStrength(.fuse) else {
            Issue.record("FUSE is taken")
            return
        }
        let text = StorageError(weak: "/srv/disk", why).description
        for part in ["/srv/disk", "ntfs-3g", "bindfs", "sshfs", "ext4", "--allow-weak-storage"] {
            #expect(text.contains(part), "\(text)")
        }
    }
}
