import Domain
import Platform
import TestSupport
import Testing

@testable import Storage

/// Names that are taken already.
@Suite struct CollisionTests {
    private func derived(_ content: [UInt8], _ digits: Int) throws -> String {
        "clip." + String(try content.digest().description.prefix(digits)) + ".mp4"
    }

    @Test("the same content again is there already, and nothing is doubled")
    func sameAgain() throws {
        let test = try TestVault()
        let first = try test.store([1, 2, 3], as: "a/clip.mp4")
        let second = try test.store([1, 2, 3], as: "a/clip.mp4")
        #expect(second.wasThere)
        #expect(second.path == first.path)
        #expect(second.tag == first.tag)
        #expect(try test.names(in: "alice/a") == ["clip.mp4"])
        #expect(try test.staged().isEmpty)
    }

    @Test("other content goes beside, and finds itself when it comes again")
    func otherContent() throws {
        let test = try TestVault()
        try test.store([1], as: "clip.mp4")
        let name = try derived([2], 16)
        #expect(try test.store([2], as: "clip.mp4").pathText == name)
        let again = try test.store([2], as: "clip.mp4")
        #expect(again.pathText == name)
        #expect(again.wasThere)
        #expect(try test.scratch.bytes(of: "alice/clip.mp4") == [1])
        #expect(try test.scratch.bytes(of: "alice/" + name) == [2])
        #expect(try test.names().count == 2)
    }

    @Test("when the derived names are taken too, more digits make others; then the name is refused")
    func derivedTaken() throws {
        let test = try TestVault()
        try test.store([1], as: "clip.mp4")
        for digits in [16, 32, 64] {
            let name = try derived([2], digits)
            let earlier = try test.store([2], as: "clip.mp4")
            #expect(earlier.pathText == name)
            #expect(!earlier.wasThere)
            try test.scratch.write([0xee], to: "alice/" + name)
        }
        let last = try test.receive([2], as: "clip.mp4")
        #expect(test.vault.commit([last]) == [.failure(.nameUnusable(FileName(constant: "clip.mp4")))])
    }

    @Test("a derived name keeps the whole path within its limit, or there is none", arguments: [4050, 4094, 4096])
    func longPath(_ length: Int) throws {
        let test = try TestVault()
        // 16 folders of 252 bytes and a slash, and a name that fills the rest up.
        let folders = [UInt8](String(repeating: String(repeating: "f", count: 251) + "/", count: 16).utf8)
        let path = folders + [UInt8](repeating: 0x6e, count: length - folders.count)
        try #require(path.count == length)
        #expect(try test.commit(test.receive([1], as: path)).path.bytes == path)
        let other = try test.commit(test.receive([2], as: path))
        #expect(other.path.bytes != path)
        #expect(other.path.bytes.count <= 4096)
        #expect(try test.commit(test.receive([2], as: path)).wasThere)
    }

    @Test("where no derived name fits, the taken name is said, and nothing is published")
    func noRoomForDerived() throws {
        let test = try TestVault()
        let folders = [UInt8](String(repeating: String(repeating: "f", count: 254) + "/", count: 16).utf8)
        let path = folders + Array("clip.mp4".utf8)
        _ = try test.commit(test.receive([1], as: path))
        let other = try test.receive([2], as: path)
        #expect(test.vault.commit([other]) == [.failure(.nameUnusable(FileName(constant: "clip.mp4")))])
        let folder = try RemotePath(path).components.dropLast().reduce(
            Directory.open(path: test.scratch.path("alice"))
        ) { try $0.openFolder(#require(FileName($1))) }
        #expect(try folder.names() == [FileName(constant: "clip.mp4")])
    }

    @Test("a query finds content under the offered and under the told name, and nothing else")
    func find() throws {
        let test = try TestVault()
        try test.store([1], as: "a/clip.mp4")
        let beside = try test.store([2], as: "a/clip.mp4")
        #expect(try test.find([1], as: "a/clip.mp4")?.pathText == "a/clip.mp4")
        #expect(try test.find([2], as: "a/clip.mp4")?.path == beside.path)
        #expect(try test.find([2], as: beside.pathText)?.path == beside.path)
        #expect(try test.find([3], as: "a/clip.mp4") == nil)
        #expect(try test.find([1], as: "a/other.mp4") == nil)
        #expect(try test.find([1], as: "b/clip.mp4") == nil)
        #expect(try test.find([1], as: "a/clip.mp4", user: "bob") == nil)
        #expect(try test.find([1], as: "a/clip.mp4/x") == nil)
        #expect(try !test.scratch.names().contains("bob"), "a query made a folder")
    }

    @Test("a byte that has changed on the disk is noticed, though size and time are the same")
    func tampered() throws {
        let test = try TestVault()
        let content = [UInt8].content(3)
        try test.store(content, as: "clip.mp4")
        var changed = content
        changed[500] ^= 1
        try test.scratch.overwrite("alice/clip.mp4", with: changed, modified: .testTime)
        #expect(try test.find(content, as: "clip.mp4") == nil)
        let again = try test.store(content, as: "clip.mp4")
        #expect(try again.pathText == derived(content, 16))
        #expect(try test.scratch.bytes(of: "alice/clip.mp4") == changed)
        #expect(try test.scratch.bytes(of: "alice/" + again.pathText) == content)
    }

    @Test("the same name in two users' folders are two files")
    func users() throws {
        let test = try TestVault()
        #expect(try !test.store([1], as: "a", user: "alice").wasThere)
        #expect(try !test.store([1], as: "a", user: "bob").wasThere)
    }

    @Test("two of the same content and name in one batch are one file, both confirmed")
    func sameBatch() throws {
        let test = try TestVault()
        let uploads = try [[1], [1], [2], [2]].map { try test.receive($0, as: "clip.mp4") }
        let stored = try test.vault.commit(uploads).map { try $0.get() }
        #expect(stored.map(\.wasThere) == [false, true, false, true])
        #expect(try test.names().sorted() == ["clip.mp4", derived([2], 16)].sorted())
    }
}
