import Platform
import TestSupport
import Testing

/// What is written past the page cache, as far as the file system lets it.
@Suite("Direct writing") final class DirectWriterTests {
    private let scratch: ScratchFolder
    private let file: FileDescriptor
    private static let content = [UInt8].random(300_000, seed: 1)
    /// What the reader was lent.
    private let read = Monitor<[UInt8]>([])

    init() throws {
        scratch = try ScratchFolder("direct")
        file = try Directory.open(path: scratch.path).open(
            #require(FileName("a")), .openingOrCreating(permissions: 0o600))
    }

    private func writer(
        _ capacity: Int, to file: borrowing FileDescriptor, position: UInt64 = 0
    ) throws -> DirectWriter {
        try DirectWriter(capacity: capacity, to: file, position: position) { [read] bytes in
            read.withLock { read in unsafe bytes.withUnsafeBytes { unsafe read += $0 } }
        }
    }

    private func append(_ range: Range<Int>, to writer: inout DirectWriter) throws {
        try writer.append(unsafe Self.content.span.extracting(range).bytes)
    }

    @Test("bytes that come in pieces of any size stand where they belong", arguments: 0..<20 as Range<UInt64>)
    func pieces(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        // What is there already, and ends within a block or at the end of one.
        let start = seed % 4 == 0 ? 8192 : Int.random(in: 0..<10_000, using: &random)
        try file.write(Array(Self.content[..<start]))
        var writer = try writer(Int.random(in: 1...5, using: &random) * 4096, to: file, position: UInt64(start))
        var position = start
        while position < Self.content.count {
            let next = min(Self.content.count, position + Int.random(in: 1..<20_000, using: &random))
            try append(position..<next, to: &writer)
            position = next
            guard Int.random(in: 0..<6, using: &random) == 0 else { continue }
            try writer.flush()
            #expect(try scratch.bytes(of: "a") == Array(Self.content[..<position]))
            #expect(read.withLock { $0 } == Array(Self.content[start..<position]))
        }
        try writer.flush()
        #expect(try scratch.bytes(of: "a") == Self.content)
        #expect(read.withLock { $0 } == Array(Self.content[start...]))
    }

    @Test("the same in large pages")
    func largePages() throws {
        let content = [UInt8].random(5 << 20 + 777, seed: 2)
        var writer = try writer(2 << 20, to: file)
        for start in stride(from: 0, to: content.count, by: 200_000) {
            try writer.append(unsafe content.span.extracting(start..<min(start + 200_000, content.count)).bytes)
        }
        try writer.flush()
        #expect(try scratch.bytes(of: "a") == content)
        #expect(read.withLock { $0 } == content)
    }

    @Test("what is under way when a writer ends goes to its own file, and to no other")
    func ending() throws {
        var writer: DirectWriter? = try writer(1 << 16, to: file)
        try writer?.append(unsafe Self.content.span.extracting(..<(1 << 16)).bytes)
        writer = nil
        let other = try Directory.open(path: scratch.path).open(
            #require(FileName("b")), .openingOrCreating(permissions: 0o600))
        #expect(try other.status().size == 0)
    }

    @Test("after it is cancelled nothing is written or read any more", arguments: 0..<10)
    func cancelling(_ round: Int) throws {
        var writer = try writer(1 << 16, to: file)
        try append(0..<200_000, to: &writer)
        writer.cancel()
        #expect(read.withLock { $0 } == Array(Self.content[..<(3 << 16)]))
        try file.truncate(to: 100)
        try writer.flush()
        #expect(try file.status().size == 100)
    }

    @Test("an error of a piece that another thread has written is told, at the latest by the flush")
    func errors() throws {
        // A file that can't be written.
        let reading = try Directory.open(path: scratch.path).open(#require(FileName("a")), .reading)
        var writer = try writer(4096, to: reading)
        #expect(throws: SystemError.self) {
            try append(0..<4096, to: &writer)
            try writer.flush()
        }
    }

    @Test("a file without a byte is none of its business")
    func nothing() throws {
        var writer = try writer(4096, to: file)
        try writer.append(unsafe Self.content.span.extracting(..<0).bytes)
        try writer.flush()
        #expect(try file.status().size == 0)
    }
}
