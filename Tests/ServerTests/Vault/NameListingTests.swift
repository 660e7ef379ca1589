import Platform
import TestSupport
import Testing

@testable import Storage

/// Under which name what was found is listed. `ForeignNamesTests` has file systems on which that differs.
@Suite struct NameListingTests {
    @Test("a disk of Linux's own finds and lists names as they are, and nothing is left of the trial")
    func exact() throws {
        let scratch = try ScratchFolder("listing")
        #expect(try NameListing.find(in: Directory.open(path: scratch.path)) == .exact)
        #expect(try scratch.names().isEmpty)
    }

    @Test("a folder says that it doesn't ignore case; scripts/filesystems has some that do")
    func caseCounts() throws {
        let scratch = try ScratchFolder("listing")
        #expect(try !Directory.open(path: scratch.path).descriptor.ignoresCase)
    }

    @Test("what is found by another name has the one that is listed, be it an alias of old")
    func listed() throws {
        let scratch = try ScratchFolder("listing")
        for name in ["other", "Clip.MP4", "clip.mov"] { try scratch.write(name, to: name) }
        let folder = try Directory.open(path: scratch.path)
        let identity = try folder.status(of: FileName(constant: "Clip.MP4")).identity
        for asked in ["Clip.MP4", "clip.mp4", "CLIP~1"] {
            let name = try #require(FileName(asked))
            #expect(try folder.listedName(of: name, identity) == FileName(constant: "Clip.MP4"))
        }
    }

    @Test("to look how names are listed changes nothing where they are listed as they are")
    func stores() throws {
        let test = try TestVault(listing: .changes)
        #expect(try test.store([1], as: "a/Clip.MP4").pathText == "a/Clip.MP4")
        #expect(try test.store([2], as: "A/clip.mp4").pathText == "A/clip.mp4")
        #expect(try test.store([1], as: "a/Clip.MP4").wasThere)
        #expect(try test.find([1], as: "a/Clip.MP4")?.pathText == "a/Clip.MP4")
    }
}
