import Domain
import Foundation
import Glibc
import Platform
import SQLite
import Testing
import Transport

@testable import AutoUploadClient

@Suite("What isn't wiped")
struct EraserRefusalTests {
    private let recordings: RecordingsFolder
    private let state: ClientState
    private let eraser: Eraser

    init() throws {
        recordings = try RecordingsFolder()
        state = try recordings.openState()
        eraser = Eraser(folder: recordings.watched, state: state)
        try recordings.write("secret", to: "sub/a")
    }

    /// Makes something happen between reading and wiping; then the file must stay, as it is, and nothing else appear.
    private func expectKept(
        _ reason: String, _ happening: () throws -> Void, content: String? = "secret",
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let request = try recordings.request("sub/a")
        try happening()
        let before = try recordings.everything()
        let outcome = try recordings.wipe(request, eraser)
        #expect(outcome.isKept && outcome.reason.contains(reason), "\(outcome)", sourceLocation: sourceLocation)
        #expect(try recordings.everything() == before, sourceLocation: sourceLocation)
        if let content { #expect(try recordings.text(of: "sub/a") == content, sourceLocation: sourceLocation) }
        #expect(try state.wipeRecords().isEmpty, sourceLocation: sourceLocation)
    }

    @Test("a file that has grown, shrunk, or was rewritten")
    func keepsChanged() throws {
        try expectKept("changed", { try recordings.write("secret and more", to: "sub/a") }, content: "secret and more")
        try expectKept("changed", { try recordings.write("sec", to: "sub/a") }, content: "sec")
        try expectKept("changed", { try recordings.write("new", to: "sub/a") }, content: "new")
    }

    @Test("a file whose modification time was put back")
    func keepsDisguised() throws {
        let modified = try recordings.request("sub/a").fingerprint.modified
        try expectKept(
            "changed",
            {
                try recordings.write("forged", to: "sub/a")
                try recordings.watched.open(.of("sub/a"), .readingAndWriting).setModified(modified)
            }, content: "forged")
    }

    @Test("a file whose attributes alone were touched")
    func keepsTouched() throws {
        try expectKept("changed") {
            try recordings.watched.open(.of("sub/a"), .readingAndWriting).setModified(
                FileTime(seconds: 5, nanoseconds: 0))
        }
        try expectKept("changed") { try recordings.setPermissions(0o644, of: "sub/a") }
    }

    @Test("another file of the same name, size and time")
    func keepsReplaced() throws {
        let modified = try recordings.request("sub/a").fingerprint.modified
        try expectKept(
            "changed",
            {
                try recordings.write("SECRET", to: "sub/b")
                try recordings.watched.open(.of("sub/b"), .readingAndWriting).setModified(modified)
                try recordings.move("sub/b", to: "sub/a")
            }, content: "SECRET")
    }

    @Test("a file with a second name, made before or after it was read")
    func keepsLinked() throws {
        try expectKept("changed") {
            try recordings.hardLink("sub/a", as: "b")
        }
        try expectKept("2 names") {}
        #expect(try recordings.text(of: "b") == "secret")
    }

    @Test("what a symbolic link leads to")
    func keepsLinkTargets() throws {
        try recordings.write("secret", to: "target")
        try expectKept(
            "isn't a regular file",
            {
                try FileManager.default.removeItem(atPath: recordings.path("sub/a"))
                try recordings.link("sub/a", to: "../target")
            }, content: nil)
        #expect(try recordings.text(of: "target") == "secret")
    }

    @Test("what a folder leads to that became a link")
    func keepsFolderLinkTargets() throws {
        let moved = recordings.base + "/moved"
        try expectKept(
            "can't open",
            {
                try FileManager.default.moveItem(atPath: recordings.path("sub"), toPath: moved)
                try recordings.link("sub", to: moved)
            }, content: nil)
        #expect(try String(contentsOfFile: moved + "/a", encoding: .utf8) == "secret")
    }

    @Test("a pipe, a folder, nothing")
    func keepsOthers() throws {
        try expectKept(
            "No such file", { try FileManager.default.removeItem(atPath: recordings.path("sub/a")) }, content: nil)
        try recordings.write("secret", to: "sub/a")
        try expectKept(
            "isn't a regular file",
            {
                try FileManager.default.removeItem(atPath: recordings.path("sub/a"))
                try #require(unsafe mkfifo(recordings.path("sub/a"), 0o600) == 0)
            }, content: nil)
    }

    @Test("a file that somebody has open, for whatever", arguments: [OpenMode.reading, .readingAndWriting])
    func keepsOpen(_ mode: OpenMode) throws {
        let request = try recordings.request("sub/a")
        do {
            let other = try recordings.watched.open(.of("sub/a"), mode)
            #expect(eraser.wipe([request]) == [.kept(reason: "somebody has it open")])
            try other.close()
        }
        #expect(try recordings.text(of: "sub/a") == "secret")
        #expect(try recordings.wipe(recordings.request("sub/a"), eraser).isWiped)
    }

    @Test("the server's own copy")
    func keepsServersCopy() throws {
        let status = try recordings.watched.open(.of("sub/a"), .reading).status()
        let own = try #require(FileTag.of(status.identity))
        let request = try recordings.request(.of("sub/a"), tag: own)
        let outcome = try recordings.wipe(request, eraser)
        #expect(outcome.isKept && outcome.reason.contains("THIS VERY FILE"))
        #expect(try recordings.text(of: "sub/a") == "secret")
        #expect(try recordings.wipe(recordings.request(.of("sub/a"), tag: .elsewhere), eraser).isWiped)
    }

    @Test("a copy that may be anywhere")
    func keepsWithoutTag() throws {
        let outcome = try recordings.wipe(recordings.request(.of("sub/a"), tag: .unstated), eraser)
        #expect(outcome.isKept && outcome.reason.contains("doesn't state"))
        #expect(try recordings.text(of: "sub/a") == "secret")
    }

    @Test("the tag is the one that the protocol specifies")
    func computesTag() throws {
        let status = try recordings.watched.open(.of("sub/a"), .reading).status()
        let bootID = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        let preimage = FileTag.preimage(
            bootID: Array(bootID.utf8.prefix(36)), device: status.identity.device, inode: status.identity.inode)
        let digest = try #require(ContentHasher.digest(of: preimage))
        #expect(FileTag.of(status.identity) == FileTag(digest: digest))
    }

    @Test("anything, where the state can't be written")
    func keepsWithoutState() throws {
        let request = try recordings.request("sub/a")
        var connection = try SQLiteConnection(path: recordings.statePath + "/" + ClientState.fileName)
        try connection.execute("DROP TABLE wipes")
        let outcome = try recordings.wipe(request, eraser)
        #expect(outcome.isKept && outcome.reason.contains("wipes"), "\(outcome)")
        #expect(try recordings.everything() == ["sub", "sub/a"])
    }
}
