import Platform
import TestSupport
import Testing

@testable import Storage

/// Counting what a user has stored.
@Suite struct UsageCountTests {
    private let scratch: ScratchFolder

    init() throws {
        scratch = try ScratchFolder("usage")
    }

    private func count(_ user: String = "anna", _ charge: QuotaCharge = .bytes) throws -> UInt64 {
        try UsageCount(root: Directory.open(path: scratch.path), charge: charge).bytes(of: #require(FileName(user)))
    }

    private func write(_ bytes: Int, to name: String) throws {
        try scratch.write([UInt8](repeating: 1, count: bytes), to: name)
    }

    @Test("sizes are summed at every depth; others' files and the server's own marker don't count")
    func sizes() throws {
        for (name, size) in [("a", 1), ("b/c", 20), ("b/d/e", 300), ("empty", 0), (".hidden", 4000)] {
            try write(size, to: "anna/" + name)
        }
        try write(50_000, to: "bob/a")
        try write(600_000, to: "anna/.auto-upload-store")
        try write(7_000_000, to: "anna/.auto-upload/partial/unfinished")
        #expect(try count() == 4321)
    }

    @Test("against a quota whole blocks count, and one for each file and folder")
    func blocks() throws {
        for (name, size) in [("a", 1), ("b/c", 4097), ("b/d/e", 4096), ("empty", 0)] {
            try write(size, to: "anna/" + name)
        }
        #expect(try count("anna", .ofDisk) == 4096 * (2 + 3 + 2 + 1 + 2))
    }

    @Test("who has no folder has nothing")
    func nothing() throws {
        #expect(try count() == 0)
        try scratch.write("x", to: "anna")
        #expect(try count() == 0)
    }

    @Test("links lead nowhere, also in a circle, and count nothing")
    func links() throws {
        try write(7, to: "anna/a")
        try write(1000, to: "other/big")
        try scratch.link("anna/file", to: scratch.path("other/big"))
        try scratch.link("anna/folder", to: scratch.path("other"))
        try scratch.link("anna/circle", to: ".")
        try scratch.link("bob", to: "other")
        #expect(try count() == 7)
        #expect(try count("bob") == 0)
    }

    @Test("a file with several names counts once, one outside of the folder doesn't matter")
    func hardLinks() throws {
        try write(1000, to: "anna/a")
        try write(30, to: "anna/b/c")
        let folder = try Directory.open(path: scratch.path("anna"))
        let names = ["x", "y"].map { FileName($0) }
        for name in names {
            try folder.link(FileName(constant: "a"), to: folder, as: #require(name))
        }
        try folder.openFolder(FileName(constant: "b")).link(
            FileName(constant: "c"), to: Directory.open(path: scratch.path), as: FileName(constant: "backup"))
        #expect(try count() == 1030)
    }

    @Test("a file of holes counts with its size, as it was sent")
    func holes() throws {
        try write(0, to: "anna/a")
        try Directory.open(path: scratch.path("anna")).open(FileName(constant: "a"), .readingAndWriting)
            .truncate(to: 1 << 40)
        #expect(try count() == 1 << 40)
    }

    @Test("sums of what no number holds end at the largest")
    func overflow() throws {
        // Only some file systems hold such files.
        try write(0, to: "anna/a")
        let folder = try Directory.open(path: scratch.path("anna"))
        for number in 0..<40 {
            let file = try folder.open(try #require(FileName("f\(number)")), .creating(permissions: 0o600))
            guard (try? file.truncate(to: 1 << 62)) != nil else { return }
        }
        #expect(try count() == .max)
    }

    @Test("deeper than any path of a client it doesn't look")
    func deep() throws {
        var name = "anna"
        for depth in 0..<70 {
            name += "/d"
            if depth == 63 || depth == 65 { try write(depth == 63 ? 1 : 100, to: name + "/f") }
        }
        #expect(try count() == 1)
    }

    @Test("thousands of files are summed")
    func many() throws {
        for number in 0..<3000 { try write(number % 10, to: "anna/\(number % 7)/\(number)") }
        #expect(try count() == 13_500)
    }
}
