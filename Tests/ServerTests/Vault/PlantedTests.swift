import Glibc
import Platform
import TestSupport
import Testing
import Wire

@testable import Storage

/// Links, pipes and other things that somebody put into the storage folder: never followed, never waited on, never replaced.
@Suite struct PlantedTests {
    private let outside: ScratchFolder
    private let test: TestVault

    init() throws {
        outside = try ScratchFolder("outside")
        test = try TestVault()
        try outside.write([1, 2, 3], to: "secret")
        try test.scratch.makeFolder("alice")
    }

    @Test("a link at the file's name is left alone; the file goes beside it", arguments: ["secret", "nothing", "."])
    func linkAtName(_ target: String) throws {
        try test.scratch.link("alice/clip.mp4", to: outside.path(target))
        let stored = try test.store([1, 2, 3], as: "clip.mp4")
        #expect(stored.pathText != "clip.mp4")
        #expect(!stored.wasThere)
        #expect(try test.scratch.bytes(of: "alice/" + stored.pathText) == [1, 2, 3])
        #expect(try outside.names() == ["secret"])
        #expect(try outside.bytes(of: "secret") == [1, 2, 3])
        #expect(try test.find([1, 2, 3], as: "clip.mp4")?.path == stored.path)
    }

    @Test("a link to a file with just this content confirms nothing")
    func linkIsNoCopy() throws {
        try test.scratch.link("alice/clip.mp4", to: outside.path("secret"))
        #expect(try test.find([1, 2, 3], as: "clip.mp4") == nil)
    }

    @Test(
        "a folder that a file system without case may take for the server's own one is refused",
        arguments: [".auto\u{200D}-upload", "\u{2060}.Auto-Upload", ".AUTO-\u{FE00}UPLOAD"])
    func likeOwn(_ folder: String) throws {
        let error = VaultError.nameUnusable(try #require(FileName(folder)))
        // Asked about, small, and large: refused at the offer.
        #expect(throws: error) { try test.find([1], as: folder + "/partial/a") }
        #expect(throws: error) { try test.store([1], as: folder + "/partial/a") }
        #expect(throws: error) { try test.receive(.content(1, count: 70_000), as: folder + "/partial/a") }
        #expect(try test.names().isEmpty)
        _ = try test.store([1], as: ".auto\u{E9}-upload/partial/a")
    }

    @Test(
        "so is a file's name that may be one of the server's own, at any depth, also beside another file",
        arguments: [".auto\u{200D}-upload", ".AUTO-\u{FE00}UPLOAD-Store", "\u{2060}.auto-upload-trial-0"],
        ["", "a/", "a/b/"])
    func likeOwnFiles(_ name: String, _ folder: String) throws {
        let error = VaultError.nameUnusable(try #require(FileName(name)))
        #expect(throws: error) { try test.find([1], as: folder + name) }
        #expect(throws: error) { try test.receive(.content(1, count: 70_000), as: folder + name) }
        let uploads = try [test.receive([1], as: folder + "clip"), test.receive([2], as: folder + name)]
        let answers = test.vault.commit(uploads)
        #expect(try answers.first?.get().pathText == folder + "clip")
        #expect(answers.last == .failure(error))
        #expect(throws: error) { try test.receive(.content(1, count: 70_000), as: folder + name + "/clip") }
    }

    @Test(
        "names that only look like the server's own are stored",
        arguments: [".auto", ".äuto-upload", "auto-upload", "\u{200D}a"])
    func unlikeOwn(_ name: String) throws {
        #expect(try test.store([1], as: name).pathText == name)
    }

    @Test("a link in place of a folder is no folder", arguments: [".", "nothing", "secret"])
    func linkAtFolder(_ target: String) throws {
        try test.scratch.link("alice/a", to: outside.path(target))
        let upload = try test.receive([1, 2, 3], as: "a/secret")
        #expect(test.vault.commit([upload]) == [.failure(.nameTaken(FileName(constant: "a")))])
        #expect(try test.find([1, 2, 3], as: "a/secret") == nil)
        #expect(try outside.names() == ["secret"])
    }

    @Test("a link within the storage is no folder either")
    func linkInside() throws {
        try test.store([1], as: "real/x", user: "bob")
        try test.scratch.link("alice/a", to: "../bob/real")
        #expect(try test.find([1], as: "a/x") == nil)
        let upload = try test.receive([1], as: "a/x")
        #expect(test.vault.commit([upload]) == [.failure(.nameTaken(FileName(constant: "a")))])
    }

    @Test("a link in place of the user's folder is no folder", arguments: [".", "nothing"])
    func linkAtUser(_ target: String) throws {
        try test.scratch.link("bob", to: outside.path(target))
        let upload = try test.receive([1, 2, 3], as: "secret", user: "bob")
        #expect(test.vault.commit([upload]) == [.failure(.nameTaken(FileName(constant: "bob")))])
        #expect(try test.find([1, 2, 3], as: "secret", user: "bob") == nil)
        #expect(try outside.names() == ["secret"])
    }

    @Test("a folder, pipe or socket at the file's name is left alone", arguments: ["folder", "pipe", "socket"])
    func special(_ kind: String) throws {
        switch kind {
        case "folder": try test.scratch.makeFolder("alice/clip.mp4")
        case "pipe": try test.scratch.makeSpecial(S_IFIFO, "alice/clip.mp4")
        default: try test.scratch.makeSpecial(S_IFSOCK, "alice/clip.mp4")
        }
        #expect(try test.find([], as: "clip.mp4") == nil)
        let stored = try test.store([], as: "clip.mp4")
        #expect(stored.pathText != "clip.mp4")
        #expect(try test.store([], as: "clip.mp4").path == stored.path)
        #expect(try test.names().count == 2)
    }

    @Test("a file, pipe or socket in place of a folder is named in the refusal", arguments: ["file", "pipe", "socket"])
    func fileAtFolder(_ kind: String) throws {
        switch kind {
        case "file": try test.store([1], as: "a")
        case "pipe": try test.scratch.makeSpecial(S_IFIFO, "alice/a")
        default: try test.scratch.makeSpecial(S_IFSOCK, "alice/a")
        }
        let upload = try test.receive([2], as: "a/b/c")
        #expect(test.vault.commit([upload]) == [.failure(.nameTaken(FileName(constant: "a")))])
        #expect(try test.find([2], as: "a/b/c") == nil)
    }

    @Test(
        "a file that only its owner can read isn't ours to vouch for; the upload goes beside it",
        .enabled(if: geteuid() != 0))
    func unreadable() throws {
        try test.scratch.write([1], to: "alice/clip.mp4", permissions: 0o000)
        #expect(try test.store([1], as: "clip.mp4").pathText != "clip.mp4")
    }

    @Test("a folder that is swapped for a link while uploads go on leads none of them outside")
    func swapped() throws {
        try test.scratch.makeFolder("alice/a")
        let (test, outside) = (test, outside)
        let done = try inParallel(2) { index -> Int in
            var stored = 0
            for round in 0..<200 {
                if index == 0 {
                    _ = unsafe rename(test.scratch.path("alice/a"), test.scratch.path("alice/b"))
                    _ = unsafe symlink(outside.path, test.scratch.path("alice/a"))
                    _ = unsafe unlink(test.scratch.path("alice/a"))
                    _ = unsafe rename(test.scratch.path("alice/b"), test.scratch.path("alice/a"))
                } else if (try? test.store([UInt8(round)], as: "a/\(round)")) != nil {
                    stored += 1
                }
            }
            return stored
        }
        #expect(try outside.names() == ["secret"])
        // Each confirmed one is in a real folder below the user's, whatever that was called just then.
        let names = ["a", "b"].flatMap { (try? test.scratch.names(in: "alice/" + $0)) ?? [] }
        #expect(names.count >= done[1])
        #expect(done[1] > 0)
    }
}
