import Foundation
import Platform
import TestSupport
import Testing

@Suite("Folders")
struct DirectoryTests {
    private let scratch: ScratchFolder
    private let folder: Directory

    init() throws {
        scratch = try ScratchFolder("directory")
        folder = try Directory.open(path: scratch.path)
    }

    private func name(_ text: String) throws -> FileName { try #require(FileName(text)) }

    @Test("no link is followed, whatever it leads to")
    func links() throws {
        try scratch.write("secret", to: "file")
        try scratch.makeFolder("inner")
        for target in ["file", "inner", "/etc", "/etc/passwd", "nowhere", ".."] {
            let path = scratch.path("link")
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
            let link = try name("link")
            for mode in [OpenMode.reading, .readingQuietly, .readingAndWriting, .openingOrCreating(permissions: 0o600)]
            {
                #expect(errno { _ = try folder.open(link, mode) } == .tooManyLinks)
            }
            #expect(errno { _ = try folder.open(link, .creating(permissions: 0o600)) } == .exists)
            #expect(errno { _ = try folder.openFolder(link) } != nil)
            #expect(try folder.status(of: link).kind == .symbolicLink)
            try folder.remove(link)
        }
        #expect(try scratch.text(of: "file") == "secret")
        #expect(try !scratch.names().contains("nowhere"))
    }

    @Test("a pipe without a writer doesn't stall the opening")
    func pipe() throws {
        #expect(unsafe mkfifo(scratch.path("pipe"), 0o600) == 0)
        #expect(try folder.open(name("pipe"), .reading).status().kind == .other)
    }

    @Test("files are made with their permissions, and only where there is none")
    func creating() throws {
        let file = try folder.open(name("new"), .creating(permissions: 0o600))
        try file.write(Array("abc".utf8))
        #expect(try scratch.text(of: "new") == "abc")
        #expect(try file.status().permissions == 0o600)
        #expect(errno { _ = try folder.open(name("new"), .creating(permissions: 0o600)) } == .exists)
        #expect(try folder.open(name("new"), .openingOrCreating(permissions: 0o600)).status().size == 3)
        #expect(errno { _ = try folder.open(name("none"), .reading) } == .noEntry)
        #expect(errno { _ = try folder.open(name("none"), .readingAndWriting) } == .noEntry)
    }

    @Test("a file without a name is nowhere until it gets one, and never replaces another")
    func unnamed() throws {
        let file = try folder.makeUnnamedFile(permissions: 0o640)
        try file.write(Array("abc".utf8))
        #expect(try scratch.names().isEmpty)
        #expect(try file.status().links == 0)
        try scratch.write("taken", to: "file")
        #expect(errno { try folder.name(file, name("file")) } == .exists)
        #expect(try scratch.text(of: "file") == "taken")
        try folder.name(file, name("other"))
        #expect(try scratch.text(of: "other") == "abc")
        #expect(try folder.status(of: name("other")).identity == file.status().identity)
        #expect(try folder.status(of: name("other")).permissions == 0o640)
    }

    @Test("folders are made, opened and removed when empty")
    func folders() throws {
        try folder.makeFolder(name("inner"), permissions: 0o700)
        #expect(errno { try folder.makeFolder(name("inner"), permissions: 0o700) } == .exists)
        let inner = try folder.openFolder(name("inner"))
        #expect(try inner.status().permissions == 0o700)
        #expect(try inner.openParent().status().identity == folder.status().identity)
        #expect(try inner.openParentForSearching().status().identity == folder.status().identity)
        _ = try inner.open(name("file"), .creating(permissions: 0o600))
        #expect(errno { try folder.removeFolder(name("inner")) } == .notEmpty)
        #expect(errno { try inner.removeFolder(name("file")) } == .notDirectory)
        #expect(errno { try folder.remove(name("inner")) } == .isDirectory)
        try inner.remove(name("file"))
        try folder.removeFolder(name("inner"))
        #expect(try scratch.names().isEmpty)
        #expect(errno { _ = try folder.openFolder(name("inner")) } == .noEntry)
    }

    @Test("the root has itself above it")
    func root() throws {
        let root = try Directory.open(path: "/")
        #expect(try root.openParent().status().identity == root.status().identity)
    }

    @Test("renaming replaces, unless it must not")
    func renaming() throws {
        try scratch.write("a", to: "a")
        try scratch.write("b", to: "b")
        #expect(errno { try folder.renameWithoutReplacing(name("a"), to: folder, as: name("b")) } == .exists)
        #expect(try scratch.text(of: "a") == "a" && scratch.text(of: "b") == "b")
        try folder.rename(name("a"), to: folder, as: name("b"))
        #expect(try scratch.text(of: "b") == "a" && scratch.names() == ["b"])
        try scratch.makeFolder("inner")
        try folder.renameWithoutReplacing(name("b"), to: folder.openFolder(name("inner")), as: name("c"))
        #expect(try scratch.text(of: "inner/c") == "a" && scratch.names() == ["inner"])
    }

    @Test("a second name is the same file, and takes no other's place")
    func linking() throws {
        try scratch.write("a", to: "a")
        try scratch.write("b", to: "b")
        #expect(errno { try folder.link(name("a"), to: folder, as: name("b")) } == .exists)
        try folder.link(name("a"), to: folder, as: name("c"))
        let (one, other) = (try folder.status(of: name("a")), try folder.status(of: name("c")))
        #expect(one.identity == other.identity && one.links == 2)
        #expect(try folder.status(of: name("b")).identity != one.identity)
    }

    @Test("names of any bytes are listed, again and again, without dots")
    func names() throws {
        let odd: [[UInt8]] = [
            [0xff, 0xfe], Array("new\nline".utf8), Array(" ".utf8), Array("ä".utf8), Array("...".utf8),
        ]
        let names = try odd.map { try #require(FileName($0)) }
        for name in names { _ = try folder.open(name, .creating(permissions: 0o600)) }
        for _ in 0..<3 { #expect(try Set(folder.names()) == Set(names)) }
    }

    @Test("going through names ends with the first error")
    func failingWalk() throws {
        for name in ["a", "b", "c"] { try scratch.write(name, to: name) }
        var seen = 0
        let error = errno {
            try folder.forEachName { _ throws(SystemError) in
                seen += 1
                if seen == 2 { throw SystemError("look", errno: .inputOutput) }
            }
        }
        #expect(error == .inputOutput && seen == 2)
        #expect(try folder.names().count == 3)
    }

    @Test("a folder can be flushed")
    func flush() throws {
        try folder.flush()
    }
}

/// What went wrong; nil when nothing did.
func errno(_ body: () throws -> Void) -> Errno? {
    do {
        try body()
        return nil
    } catch {
        return (error as? SystemError)?.errno ?? Errno(rawValue: -1)
    }
}
