import Domain
import Glibc
import Platform
import TestSupport
import Testing
import Wire

@testable import Storage

/// What is stored, and with which attributes.
@Suite struct StoringTests {
    @Test("the stored bytes are those that came", arguments: [0, 1, 65_535, 65_536, 300_000])
    func bytes(_ count: Int) throws {
        let test = try TestVault()
        let content = [UInt8].content(1, count: count)
        let stored = try test.store(content, as: "2024/05/clip one.mp4")
        #expect(stored.pathText == "2024/05/clip one.mp4")
        #expect(!stored.wasThere)
        #expect(stored.size == UInt64(count))
        #expect(try stored.digest == content.digest())
        #expect(stored.tag != .unstated)
        #expect(try test.scratch.bytes(of: "alice/2024/05/clip one.mp4") == content)
        #expect(try test.staged().isEmpty)
    }

    @Test("names are bytes, not text")
    func bytesOfNames() throws {
        let test = try TestVault()
        let path: [UInt8] = [0x61, 0xff, 0xfe, 0x2f, 0x0a, 0x1b, 0x22, 0xc3]
        let stored = try test.commit(test.receive([1], as: path))
        #expect(stored.path.bytes == path)
        let folder = try Directory.open(path: test.scratch.path("alice"))
            .openFolder(#require(FileName([0x61, 0xff, 0xfe])))
        #expect(try folder.names() == [#require(FileName([0x0a, 0x1b, 0x22, 0xc3]))])
    }

    @Test("files and folders are private unless rights open them, whatever the mask", arguments: [0o600, 0o640, 0o664])
    func permissions(_ mode: UInt32) throws {
        let group: UInt32 = geteuid() == 0 ? 1 : getegid()
        let test = try TestVault(rights: AccessRights(file: mode, group: group))
        try test.store([1], as: "a/b")
        let folder = 0o700 | mode | (mode & 0o444) >> 2
        for (name, expected) in [("alice/a/b", mode), ("alice/a", folder), ("alice", folder)] {
            var status = stat()
            #expect(unsafe lstat(test.scratch.path(name), &status) == 0)
            #expect(status.st_mode & 0o7777 == expected, "\(name)")
            #expect(status.st_gid == group, "\(name)")
        }
        #expect(try test.scratch.permissions(of: ".auto-upload") == 0o700)
    }

    @Test("a folder that a crash left unfinished gets its rights, one that an admin has closed doesn't")
    func unfinished() throws {
        let test = try TestVault(rights: AccessRights(file: 0o640))
        try test.scratch.makeFolder("alice/a")
        try test.scratch.makeFolder("alice/closed")
        try test.scratch.setPermissions(0o1700, of: "alice")
        // Made below a folder that hands down its group.
        try test.scratch.setPermissions(0o3700, of: "alice/a")
        try test.scratch.setPermissions(0o700, of: "alice/closed")
        try test.store([1], as: "a/b")
        try test.store([1], as: "closed/b")
        #expect(try test.scratch.permissions(of: "alice") == 0o750)
        #expect(try test.scratch.permissions(of: "alice/a") == 0o750)
        #expect(try test.scratch.permissions(of: "alice/closed") == 0o700)
    }

    @Test(
        "modification times are kept, also from before 1970; one that can't be is no reason to refuse",
        arguments: [FileTime.testTime, FileTime(seconds: -5, nanoseconds: 1), FileTime(seconds: .max, nanoseconds: 0)])
    func modificationTime(_ time: FileTime) throws {
        let test = try TestVault()
        let stored = try test.commit(test.receive([1], as: Array("a".utf8), modified: time))
        #expect(stored.size == 1)
        let status = try Directory.open(path: test.scratch.path("alice")).status(of: FileName(constant: "a"))
        if time.seconds < .max { #expect(status.modified == time) }
    }

    @Test("the storage folder and each user's folder hold the marker")
    func markers() throws {
        let test = try TestVault()
        try test.store([1], as: "a/b", user: "alice")
        try test.store([1], as: "c", user: "bob")
        for name in [".auto-upload-store", "alice/.auto-upload-store", "bob/.auto-upload-store"] {
            #expect(try test.scratch.text(of: name).contains("auto-upload-server"))
        }
        #expect(try test.scratch.names(in: "alice/a") == ["b"])
    }

    @Test("another digest than stated publishes nothing, and makes no folder")
    func digestMismatch() throws {
        let test = try TestVault()
        let upload = try test.receive([1, 2, 3], as: Array("a/b".utf8), digest: [9].digest())
        #expect(test.vault.commit([upload]) == [.failure(.digestMismatch)])
        #expect(try test.scratch.names() == [".auto-upload", ".auto-upload-store"])
    }

    @Test("fewer or more bytes than declared publish nothing, whatever their digest", arguments: [2, 4])
    func lengthMismatch(_ size: Int) throws {
        let test = try TestVault()
        let upload = try test.receive([1, 2, 3], as: Array("a".utf8), size: size)
        #expect(test.vault.commit([upload]) == [.failure(.digestMismatch)])
        #expect(try test.scratch.names() == [".auto-upload", ".auto-upload-store"])
    }

    @Test("an upload that fails takes no other of its batch along")
    func batch() throws {
        let test = try TestVault()
        try test.scratch.write("x", to: "alice/file")
        let wrong = try [9].digest()
        let uploads = try [
            test.receive([1], as: "a"), test.receive([2], as: Array("b".utf8), digest: wrong),
            test.receive([3], as: "file/c"), test.receive([4], as: "d"), test.receive([5], as: "e/f"),
        ]
        let results = test.vault.commit(uploads)
        #expect(results.map { (try? $0.get())?.pathText } == ["a", nil, nil, "d", "e/f"])
        #expect(try test.names() == ["a", "d", "e", "file"])
    }

    @Test("committing the same upload twice stores it once")
    func commitTwice() throws {
        let test = try TestVault()
        let upload = try test.receive([1], as: "a")
        _ = try test.commit(upload)
        #expect(test.vault.commit([upload]) == [.failure(.takenOver)])
        #expect(try test.names() == ["a"])
    }

    @Test("more than the file system can hold is refused at the offer, and leaves nothing behind")
    func tooLarge() throws {
        let test = try TestVault()
        #expect {
            _ = try test.vault.begin(test.offered([0x61], size: .max), isFresh: true)
        } throws: {
            if case .tooLarge = $0 as? VaultError { true } else { false }
        }
        #expect(try test.staged().isEmpty)
    }

    @Test("what was received of an upload goes with it, if it isn't worth a flush")
    func droppedPartial() throws {
        let test = try TestVault()
        var upload: PendingCommit? = try test.receive(.content(2, count: 10_000), as: [0x61], size: 20_000)
        try #require(try test.staged().count == 1)
        #expect(try test.scratch.permissions(of: ".auto-upload/partial/" + test.staged()[0]) == 0o600)
        upload = nil
        #expect(upload == nil)
        #expect(try test.staged().isEmpty)
    }

    @Test("uploads into more folders than are opened at a time are all stored, each where it belongs")
    func manyFolders() throws {
        let test = try TestVault()
        let paths = (0..<150).map { "day-\($0)/\($0 % 3)/clip" }
        let results = test.vault.commit(try paths.map { try test.receive(Array($0.utf8), as: $0) })
        #expect(try results.map { try $0.get().pathText } == paths)
        for path in paths { #expect(try test.scratch.bytes(of: "alice/" + path) == Array(path.utf8)) }
        #expect(try test.staged().isEmpty)
    }

    @Test("what is too small to be gone on with has no name before its last one, and the same attributes")
    func unnamed() throws {
        let test = try TestVault(rights: AccessRights(file: 0o640))
        let small = try test.receive(.content(3, count: 10_000), as: "small")
        #expect(try test.staged().isEmpty)
        let large = try test.receive(.content(3, count: 20_000), as: "large")
        #expect(try test.staged().count == 1)
        for upload in [small, large] { #expect(try !test.commit(upload).wasThere) }
        #expect(try test.staged().isEmpty)
        for name in ["small", "large"] {
            #expect(try test.scratch.permissions(of: "alice/" + name) == 0o640)
            let status = try Directory.open(path: test.scratch.path("alice")).status(of: #require(FileName(name)))
            #expect(status.modified == .testTime)
            #expect(status.links == 1)
        }
        #expect(try test.scratch.bytes(of: "alice/small") == .content(3, count: 10_000))
    }
}
