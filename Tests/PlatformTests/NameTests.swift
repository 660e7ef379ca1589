import Foundation
import Platform
import TestSupport
import Testing

@Suite("Names and paths")
struct NameTests {
    @Test(
        "what can be a file's name is one",
        arguments: ["a", " ", "...", ".a", "-", "\n", "ä", String(repeating: "x", count: 255)])
    func names(_ text: String) throws {
        #expect(try #require(FileName(text)).bytes == Array(text.utf8))
    }

    @Test(
        "what can't isn't",
        arguments: ["", ".", "..", "/", "a/b", "a/", "\0", "a\0", String(repeating: "x", count: 256)])
    func notNames(_ text: String) {
        #expect(FileName(text) == nil)
    }

    @Test("beginnings are compared without regard to ASCII case")
    func prefixes() throws {
        let name = try #require(FileName(".Auto-Upload-x"))
        #expect(name.hasPrefix(ignoringCase: ".auto-upload-") && name.hasPrefix(ignoringCase: ""))
        #expect(!name.hasPrefix(ignoringCase: ".auto-upload-xy"))
        // "@" and "`", "[" and "{" differ by the same bit as letters of two cases, and are no letters.
        #expect(try !#require(FileName("@[")).hasPrefix(ignoringCase: "`{"))
    }

    @Test("names sort by their bytes and are escaped when shown")
    func order() throws {
        let names = try ["b", "a", "B", "ä", "aa"].map { try #require(FileName($0)) }
        #expect(names.sorted().map(\.description) == ["B", "a", "aa", "b", "ä"])
        #expect(try "\(#require(FileName([0x1b, 0xff])))" == "\\x1b\\xff")
    }

    @Test(
        "a path is split into folder and name",
        arguments: [("a", ".", "a"), ("a/b", "a", "b"), ("/a", "/", "a"), ("/a/b/c", "/a/b", "c"), ("../a", "..", "a")])
    func splitting(_ path: String, _ folder: String, _ name: String) throws {
        let parts = try #require(splitPath(path))
        #expect(parts.folder == folder && parts.name.description == name)
    }

    @Test("a path that ends in no name isn't split", arguments: ["", "/", "a/", ".", "..", "a/..", "/."])
    func notSplit(_ path: String) {
        #expect(splitPath(path) == nil)
    }

    @Test("folders are made as far as they are missing, and paths are resolved")
    func folders() throws {
        let scratch = try ScratchFolder("names")
        try makeFolders(path: scratch.path("a/b/c"), permissions: 0o700)
        try makeFolders(path: scratch.path("a/b/c"), permissions: 0o700)
        #expect(try scratch.permissions(of: "a/b") == 0o700 && scratch.names(in: "a/b") == ["c"])
        try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "a/b")
        #expect(try canonicalPath(scratch.path("link/../b//c/.")) == canonicalPath(scratch.path("a/b/c")))
        #expect(errno { _ = try canonicalPath(scratch.path("none")) } == .noEntry)
        try scratch.write("", to: "file")
        #expect(errno { try makeFolders(path: scratch.path("file/x"), permissions: 0o700) } == .notDirectory)
    }
}
