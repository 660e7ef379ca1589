import Age
import Domain
import Platform
import TestSupport
import Testing
import Transport

@testable import AutoUploadClient

/// What is sent of a file with -e y, sealed before or beside its sending.
@Suite struct SealedStreamTests {
    private static let content = [UInt8].random(6_000_001, seed: 5)

    private let scratch: ScratchFolder
    private let seal: Seal

    init() throws {
        scratch = try ScratchFolder("sealed")
        try scratch.write(Self.content, to: "clip")
        seal = try Seal.make(for: [AgeIdentity.make().identity.recipient])
    }

    private func open() throws -> FileDescriptor { try FileDescriptor.openForReading(path: scratch.path("clip")) }

    private func stream(
        isAhead: Bool, expecting expected: SealMark? = nil, goingBeyond: (@Sendable () throws(FileFlaw) -> Void)? = nil
    ) throws -> SealedStream {
        var stream = try SealedStream.make(
            seal, plaintextCount: UInt64(Self.content.count), expecting: expected, goingBeyond: goingBeyond)
        if isAhead { stream.sealAside() }
        return stream
    }

    /// Reads so much, in pieces of that size.
    private func read(
        _ stream: inout SealedStream, _ source: borrowing FileDescriptor, pieces: Int, upTo end: Int = .max
    ) throws -> [UInt8] {
        var (bytes, buffer) = ([UInt8](), [UInt8](repeating: 0, count: pieces))
        while !stream.isComplete, bytes.count < end {
            var room = buffer.mutableSpan
            let count = try stream.read(into: &room, limit: UInt64(end - bytes.count), from: source)
            bytes += buffer[..<count]
        }
        return bytes
    }

    @Test("is the same with and without a thread that seals ahead", arguments: [1000, 65_552, 262_136, 1 << 20])
    func same(_ pieces: Int) throws {
        var results: [([UInt8], ContentDigest?, SealMark?)] = []
        for isAhead in [false, true] {
            let source = try open()
            var stream = try stream(isAhead: isAhead)
            let bytes = try read(&stream, source, pieces: pieces)
            let mark = stream.mark
            results.append((bytes, stream.contentDigest(), mark))
        }
        #expect(results[0].0 == results[1].0 && results[0].0.count > Self.content.count)
        #expect(results[1].1 == ContentHasher.digest(of: Self.content) && results[0].1 == results[1].1)
        #expect(results[0].2 == results[1].2 && results[0].2?.chunks == 92)
    }

    @Test("left in its midst, it is known to be used for all that was given out, and that is what is proved again")
    func left() throws {
        let first = try open()
        let again = try open()
        var stream = try stream(isAhead: true)
        let given = try read(&stream, first, pieces: 50_000, upTo: 1_500_000)
        let noted = stream.mark
        let mark = try #require(noted)
        #expect(mark.chunks >= 22 && mark.chunks <= 92)
        let asked = Monitor(0)
        var second = try self.stream(isAhead: true, expecting: mark) { asked.withLock { $0 += 1 } }
        while !second.isProved { try second.prove(from: again) }
        #expect(asked.withLock { $0 } == 0)
        let bytes = try read(&second, again, pieces: 50_000)
        #expect(bytes.starts(with: given) && asked.withLock { $0 } == 1)
        let digest = second.contentDigest()
        #expect(digest == ContentHasher.digest(of: Self.content))
    }

    @Test("a file that becomes shorter while it is sealed ahead is told of as changed")
    func shortened() throws {
        let source = try open()
        var stream = try stream(isAhead: true)
        _ = try read(&stream, source, pieces: 50_000, upTo: 100_000)
        // In place, and more than is sealed ahead.
        try scratch.write([UInt8](Self.content[..<3_000_000]), to: "clip")
        #expect {
            _ = try read(&stream, source, pieces: 50_000)
        } throws: {
            if case FileFlaw.changed = $0 { true } else { false }
        }
        let digest = stream.contentDigest()
        #expect(digest == nil)
    }
}
