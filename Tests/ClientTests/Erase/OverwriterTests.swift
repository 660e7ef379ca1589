import Glibc
import Platform
import Testing

@testable import AutoUploadClient

@Suite("Overwriting")
struct OverwriterTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    private func overwrite(_ path: LocalPath, size: UInt64) throws {
        let file = try recordings.watched.open(path, .readingAndWriting)
        var overwriter = try Overwriter()
        try overwriter.overwrite(file, size: size)
        try file.flush()
    }

    @Test("nothing of the content remains, and the size stays", arguments: [1, 4095, 4096, 4097, 1 << 20, 2_500_001])
    func replacesContent(_ size: Int) throws {
        let path = try LocalPath.of("file")
        let content = [UInt8](repeating: 0x41, count: size)
        try recordings.write(content, to: path)
        try overwrite(path, size: UInt64(size))
        let after = try #require(try recordings.bytes(of: path))
        #expect(after.count == size)
        // Random bytes hit the old one every 256th time; a single one may.
        #expect(size == 1 || after.count { $0 == 0x41 } < size / 100 + 10)
        #expect(after.suffix(8) != content.suffix(8) || size < 8)
    }

    @Test("two times never give the same bytes")
    func isRandom() throws {
        let paths = try [LocalPath.of("a"), LocalPath.of("b")]
        for path in paths {
            try recordings.write([UInt8](repeating: 0, count: 10_000), to: path)
            try overwrite(path, size: 10_000)
        }
        #expect(try recordings.bytes(of: paths[0]) != recordings.bytes(of: paths[1]))
    }

    @Test("holes stay holes, and no space is taken")
    func keepsHoles() throws {
        let path = try LocalPath.of("sparse")
        let gibibyte: UInt64 = 1 << 30
        do {
            let file = try recordings.watched.root.open(path.name, .creating(permissions: 0o600))
            for place in [0, 5 * gibibyte, 9 * gibibyte - 3] {
                try file.write(Array("secret".utf8), first: 6, at: place)
            }
            try file.truncate(to: 12 * gibibyte)
            try file.flush()
        }
        let before = try blocks(of: "sparse")
        try overwrite(path, size: 12 * gibibyte)
        #expect(try blocks(of: "sparse") == before)
        let file = try recordings.watched.open(path, .reading)
        let (status, data) = (try file.status(), try file.nextDataExtent(from: gibibyte))
        #expect(status.size == 12 * gibibyte)
        #expect(data.map { $0.lowerBound <= 5 * gibibyte && $0.upperBound < 6 * gibibyte } == true)
        for place in [0, 5 * gibibyte, 9 * gibibyte - 3] {
            try file.seek(to: place)
            var bytes = [UInt8](repeating: 0, count: 6)
            _ = try bytes.withUnsafeMutableBytesTyped { buffer throws(SystemError) in try file.read(into: buffer) }
            #expect(bytes != Array("secret".utf8))
        }
    }

    @Test("zeros of a file with holes stay zeros, the rest doesn't, to the byte")
    func sparesZeros() throws {
        let path = try LocalPath.of("sparse")
        // Data at the end of one block, over two more, and in the odd rest at the end, in one extent; then a hole.
        var content = [UInt8](repeating: 0, count: 40_000)
        for place in [4095, 12_288, 16_384, 39_999] { content[place] = 0x41 }
        try recordings.write(content, to: path)
        try recordings.watched.open(path, .readingAndWriting).truncate(to: 1 << 20)
        try overwrite(path, size: 1 << 20)
        let after = try #require(try recordings.bytes(of: path))
        #expect(after.count == 1 << 20)
        for block in [1, 2, 5, 6, 7, 8] { #expect(after[block * 4096..<(block + 1) * 4096].allSatisfy { $0 == 0 }) }
        for block in [0, 3, 4, 9] {
            #expect(after[block * 4096..<(block + 1) * 4096].contains { $0 != 0 && $0 != 0x41 })
        }
        #expect(after[40_960...].allSatisfy { $0 == 0 })
    }

    @Test("writes nothing behind the size that it was told, nor into an empty file")
    func doesNotGrow() throws {
        let path = try LocalPath.of("file")
        try recordings.write([UInt8](repeating: 0x41, count: 100), to: path)
        try overwrite(path, size: 40)
        let after = try #require(try recordings.bytes(of: path))
        #expect(after.count == 100)
        #expect(after[40...].allSatisfy { $0 == 0x41 })
        #expect(after[..<40].contains { $0 != 0x41 })
        try recordings.write([], to: path)
        try overwrite(path, size: 1000)
        #expect(try recordings.bytes(of: path) == [])
    }

    private func blocks(of name: String) throws -> Int {
        var status = Glibc.stat()
        try #require(unsafe stat(recordings.path(name), &status) == 0)
        return status.st_blocks
    }
}
