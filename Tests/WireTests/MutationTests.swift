import Encodings
import TestSupport
import Testing
import Wire

/// The valid vectors, broken at random by a fixed seed: nothing may trap, and what still parses must encode back to
/// the very bytes it came from (no two encodings mean the same).
@Suite("Mutated frames")
struct MutationTests {
    @Test("parse to what encodes back, or are refused", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frames = try Vector.frames.filter { $0.fields["expect"] == "ok" }
            .map { (bytes: try $0.bytes("hex"), fromClient: try $0.field("from") == "client") }
            .filter { $0.bytes.count < 1200 }
        var accepted = 0
        var refused = 0
        for _ in 0..<5_000 {
            let frame = frames[Int(random.next() % UInt64(frames.count))]
            let bytes = mutated(frame.bytes, by: &random)
            do throws(WireError) {
                let decoded = try Frame(decoding: bytes, fromClient: frame.fromClient)
                #expect(decoded.encoded == bytes)
                accepted += 1
            } catch {
                refused += 1
            }
        }
        #expect(accepted > 500, "too few mutations still parse to mean anything")
        #expect(refused > 500, "too few mutations are refused to mean anything")
    }

    private func mutated(_ original: [UInt8], by random: inout SeededGenerator) -> [UInt8] {
        var bytes = original
        for _ in 0...(random.next() % 3) {
            guard !bytes.isEmpty else { return bytes }
            let index = Int(random.next() % UInt64(bytes.count))
            let byte = UInt8(truncatingIfNeeded: random.next())
            switch random.next() % 6 {
            case 0: bytes[index] ^= 1 << (byte & 7)
            case 1: bytes[index] = [0, 1, 0x7F, 0x80, 0xFF, byte][Int(byte % 6)]
            case 2: bytes.remove(at: index)
            case 3: bytes.insert(byte, at: index)
            case 4: bytes.removeLast(min(bytes.count, Int(byte % 8)))
            default: bytes += [UInt8](repeating: byte, count: Int(byte % 8))
            }
        }
        // Half of them get the header's length put right, or hardly any would reach the fields.
        if random.next() % 2 == 0, bytes.count >= FrameHeader.encodedSize {
            var length: [UInt8] = []
            length.writeInteger(UInt32(bytes.count - FrameHeader.encodedSize))
            bytes.replaceSubrange(8..<12, with: length)
        }
        return bytes
    }
}
