import Domain
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// SHA-256 by the vectors of FIPS 180-4 (and NIST's examples), however the bytes come.
@Suite struct DigestTests {
    @Test(
        "known digests",
        arguments: [
            ("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
            ("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (
                "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
            ),
            ("a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"),
        ])
    func vectors(_ text: String, _ count: Int, _ expected: String) throws {
        let bytes = Array(String(repeating: text, count: count).utf8)
        #expect(ContentHasher.digest(of: bytes)?.description == expected)
        for size in [1, 63, 64, 65, 4096] where bytes.count < 1000 || size > 64 {
            var hasher = ContentHasher()
            var start = 0
            while start < bytes.count {
                let end = min(start + size, bytes.count)
                hasher.update(unsafe bytes.span.bytes.extracting(start..<end))
                start = end
            }
            #expect(hasher.finalize()?.description == expected)
        }
    }

    @Test(
        "a file's digest is that of its bytes, from the descriptor's position on",
        arguments: [0, 1, 262_143, 262_144, 262_145, 600_000])
    func file(_ count: Int) throws {
        let scratch = try ScratchFolder("digest")
        let content = [UInt8].random(count, seed: 9)
        let path = try scratch.write(content, to: "file")
        let file = try FileDescriptor.openForReading(path: path)
        #expect(try ContentHasher.digest(of: file) == ContentHasher.digest(of: content))
        // At the end now: nothing is left.
        #expect(try ContentHasher.digest(of: file) == ContentHasher.digest(of: []))
        try file.seek(to: UInt64(count / 2))
        #expect(try ContentHasher.digest(of: file) == ContentHasher.digest(of: Array(content[(count / 2)...])))
    }

    @Test("a folder has no digest")
    func folder() throws {
        let scratch = try ScratchFolder("digest")
        let folder = try Directory.open(path: scratch.path)
        #expect(throws: SystemError.self) { _ = try ContentHasher.digest(of: folder.descriptor) }
    }

    @Test("a keyed hash tells equal parts from others, and only within the process")
    func keyedHash() throws {
        let hash = try KeyedHash()
        let parts: [[UInt8]] = [[1, 2], [3]]
        #expect(hash.hash(of: parts) == hash.hash(of: parts))
        #expect(hash.hash(of: parts)?.count == 32)
        for other in [[[1], [2, 3]], [[1, 2, 3]], [[1, 2], [3], []], [[3], [1, 2]]] as [[[UInt8]]] {
            #expect(hash.hash(of: parts) != hash.hash(of: other))
        }
        #expect(try KeyedHash().hash(of: parts) != hash.hash(of: parts))
    }
}

/// Random bytes for overwriting.
@Suite struct RandomStreamTests {
    private func fill(_ stream: inout RandomStream, _ count: Int, with byte: UInt8 = 0) throws -> [UInt8] {
        var buffer = [UInt8](repeating: byte, count: count)
        try buffer.withUnsafeMutableBytesTyped { memory throws(TLSError) in try stream.fill(memory) }
        return buffer
    }

    /// Pieces of 16 bytes, as the cipher makes them.
    private func blocks(_ bytes: [UInt8]) -> Set<[UInt8]> {
        Set(stride(from: 0, to: bytes.count - 15, by: 16).map { Array(bytes[$0..<($0 + 16)]) })
    }

    @Test("the whole buffer is covered, whatever its size", arguments: [1, 15, 16, 17, 1000, 65_537, (16 << 20) + 13])
    func covered(_ count: Int) throws {
        // A byte that is covered is what it was by chance once in 256 times; not in all of eight streams.
        var untouched = [Bool](repeating: true, count: min(count, 64))
        for _ in 0..<8 {
            var stream = try RandomStream()
            let bytes = try fill(&stream, count)
            for index in untouched.indices where bytes[count - 1 - index] != 0 { untouched[index] = false }
            for start in stride(from: 0, to: count - 63, by: 1 << 14) {
                #expect(bytes[start..<(start + 64)].contains { $0 != 0 })
            }
            if count > 1 << 20 { break }
        }
        #expect(count > 1 << 20 || !untouched.contains(true))
        #expect(untouched.contains(false))
    }

    @Test("no block comes twice, within a fill, in the next one, or in another stream")
    func differs() throws {
        var first = try RandomStream()
        var second = try RandomStream()
        let parts = [try fill(&first, 1 << 18), try fill(&first, (1 << 18) + 5), try fill(&first, 1 << 18)]
        let others = try fill(&second, 1 << 18)
        let all = parts.map(blocks) + [blocks(others)]
        #expect(all.reduce(Set()) { $0.union($1) }.count == all.reduce(0) { $0 + $1.count })
        #expect(all[0].count == 1 << 14)
    }

    @Test("all bytes are about equally frequent, also over a buffer that held something", arguments: [UInt8(0), 0xff])
    func frequencies(_ byte: UInt8) throws {
        var stream = try RandomStream()
        var counts = [Int](repeating: 0, count: 256)
        for byte in try fill(&stream, 1 << 20, with: byte) { counts[Int(byte)] += 1 }
        // 4096 each on average, with a standard deviation of 64: ten of these are never reached.
        #expect(counts.allSatisfy { abs($0 - 4096) < 640 })
    }

    @Test("an empty buffer is no error")
    func empty() throws {
        var stream = try RandomStream()
        #expect(try fill(&stream, 0).isEmpty)
    }
}
