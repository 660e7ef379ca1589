import Foundation
import Platform
import TestSupport
import Testing

@Suite("Reading past the page cache")
struct UncachedReadingTests {
    private static let fincore = "/usr/bin/fincore"

    private func write(_ content: [UInt8], in scratch: ScratchFolder) throws -> FileDescriptor {
        let file = try Directory.open(path: scratch.path).open(
            FileName(constant: "a"), .openingOrCreating(permissions: 0o600))
        try file.write(content)
        try file.flush()
        return file
    }

    private func content(_ count: Int) -> [UInt8] { .random(count, seed: UInt64(count)) }

    @Test(
        "every byte comes once and in order, and the position stays",
        arguments: [0, 1, 4095, 4096, 4097, 65_536, 65_537, 1 << 20, 1 << 20 + 1, 3 << 20 + 777])
    func bytes(_ count: Int) throws {
        let file = try write(content(count), in: try ScratchFolder("uncached"))
        try file.seek(to: 0)
        var read: [UInt8] = []
        try file.readPastCache { piece in read += unsafe piece.withUnsafeBytes { unsafe Array($0) } }
        #expect(read == content(count))
        #expect(try file.readAll(limit: count) == content(count))
        // It is an ordinary descriptor again: O_DIRECT would refuse so few bytes.
        try file.write([1, 2, 3])
    }

    @Test("it works in memory, too, where there is nothing past it")
    func memory() throws {
        let folder = try Directory.open(path: "/dev/shm")
        let name = try #require(FileName("uncached-\(UUID().uuidString)"))
        let file = try folder.open(name, .creating(permissions: 0o600))
        try folder.remove(name)
        try file.write(content(100_000))
        var read: [UInt8] = []
        try file.readPastCache { piece in read += unsafe piece.withUnsafeBytes { unsafe Array($0) } }
        #expect(read == content(100_000))
    }

    @Test(
        "what the page cache held is dropped, and reading doesn't fill it again",
        .enabled(if: FileManager.default.isExecutableFile(atPath: fincore), "fincore (util-linux) isn't installed"))
    func cache() throws {
        let scratch = try ScratchFolder("uncached")
        let file = try write(content(1 << 20), in: scratch)
        guard file.canReadPastCache() else { return }
        #expect(try cachedPages(scratch) > 0)
        try file.readPastCache { _ in }
        #expect(try cachedPages(scratch) == 0)
    }

    private func cachedPages(_ scratch: ScratchFolder) throws -> Int {
        let told = try RunningProgram.run(Self.fincore, ["-b", "-n", "-o", "PAGES", scratch.path("a")])
        return try #require(Int(told.output.trimmingCharacters(in: .whitespacesAndNewlines)))
    }
}
