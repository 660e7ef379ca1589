import Platform
import Testing

@testable import AutoUploadClient

@Suite("Names of unfinished files")
struct HoldTableTests {
    private func file(_ path: String, modified: FileTime = FileTime(seconds: 7, nanoseconds: 0)) throws -> FoundFile {
        let identity = FileIdentity(device: 1, inode: 2, born: modified)
        let fingerprint = Fingerprint(identity: identity, size: 5, modified: modified, changed: modified)
        return FoundFile(path: try .of(path), fingerprint: fingerprint, links: 1)
    }

    private func own(_ rules: (String, Double)...) throws -> HoldTable {
        HoldTable(own: try rules.map { HoldTable.Rule(pattern: try #require(NamePattern($0)), seconds: $1) })
    }

    @Test(
        "are held for a day",
        arguments: [
            ".~tmp~/clip.mp4", "a/.rsync-partial/b/clip.mp4", ".clip.mp4.a8Xk2p", "a/.x.ABCDEF",
            ".syncthing.clip.mp4.tmp",
            "~syncthing~clip.mp4.tmp", ".pureftpd-upload.5f.1.2.3", ".in.clip.mp4.", ".in.clip.mp4",
            ".unison.clip.mp4.0123456789abcdef0123456789abcdef.unison.tmp", "clip.mp4.crdownload", "clip.MP4.PART",
            "clip.mp4.partial", "clip.filepart", "clip.m3u8.tmp", ".nfs0000000012ab34cd00000001",
        ])
    func builtIn(_ path: String) throws {
        #expect(try HoldTable().hold(for: file(path))?.seconds == 86_400)
    }

    @Test(
        "others aren't",
        arguments: [
            "clip.mp4", "part", "a.part/clip.mp4", ".hidden", ".clip.abcdefg", ".clip.abc-ef", "clip.mp4.a8Xk2p",
            "..abcdef",
            ".~tmp~", "tmp", "party.mp4",
        ])
    func finished(_ path: String) throws {
        #expect(try HoldTable().hold(for: file(path)) == nil)
    }

    @Test("so is what rsync marks as a part, by the very beginning of the clock")
    func beginningOfTime() throws {
        // rsync 3.5.0 leaves the fraction of the file that it was copying.
        for fraction: UInt32 in [0, 1, 441_241_428] {
            let hold = try HoldTable().hold(
                for: file("clip.mp4", modified: FileTime(seconds: 0, nanoseconds: fraction)))
            #expect(try #require(hold).seconds == 86_400)
        }
        for time in [FileTime(seconds: -1, nanoseconds: 0), FileTime(seconds: 1, nanoseconds: 0)] {
            #expect(try HoldTable().hold(for: file("clip.mp4", modified: time)) == nil)
        }
    }

    @Test("a person's rules come first, the last one before the others")
    func ownFirst() throws {
        let table = try own(("*.tmp", 0), ("keep*", 50), ("keep-not*", 0), ("slow/", 9))
        #expect(try table.hold(for: file("a.tmp")) == nil)
        #expect(try table.hold(for: file("a.part"))?.seconds == 86_400)
        #expect(try table.hold(for: file("keep.tmp"))?.seconds == 50)
        #expect(try table.hold(for: file("keep-not.part")) == nil)
        #expect(try table.hold(for: file("slow/clip.mp4"))?.seconds == 9)
        let zero = FileTime(seconds: 0, nanoseconds: 0)
        #expect(try own(("*", 0)).hold(for: file("clip.mp4", modified: zero)) == nil)
    }
}
