import Domain
import TestSupport
import Testing

@Suite("Digests, upload ids and file tags")
struct FixedBytesTests {
    @Test("A file tag comes from boot id, device and inode", arguments: Vector.of("file-tags.txt"))
    func fileTag(_ vector: Vector) throws {
        let preimage = FileTag.preimage(
            bootID: [UInt8](try vector.field("boot").utf8),
            device: try #require(UInt64(try vector.field("device"))),
            inode: try #require(UInt64(try vector.field("inode"))))
        #expect(try preimage == vector.bytes("preimage"))
        let digest = try #require(ContentDigest(hex: try vector.field("sha256")))
        #expect(try FileTag(digest: digest).description == vector.field("tag"))
    }

    @Test("Bytes come back as they went in")
    func bytes() throws {
        let bytes = [UInt8](0xE0...0xFF)
        let digest = try #require(ContentDigest(bytes))
        #expect(digest.bytes == bytes)
        #expect(digest.description == "e0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
        #expect(ContentDigest(hex: digest.description) == digest)
        #expect(ContentDigest(hex: digest.description.uppercased()) == digest)
    }

    @Test("Each byte counts for equality", arguments: 0..<32)
    func equality(index: Int) throws {
        var bytes = [UInt8](repeating: 7, count: 32)
        let digest = try #require(ContentDigest(bytes))
        bytes[index] ^= 0x80
        #expect(ContentDigest(bytes) != digest)
    }

    @Test("Another number of bytes is refused", arguments: [0, 15, 17, 31, 33])
    func count(_ count: Int) {
        #expect(ContentDigest([UInt8](repeating: 0, count: count)) == nil)
        #expect(UploadID([UInt8](repeating: 0, count: count)) == nil)
        #expect(FileTag([UInt8](repeating: 0, count: count)) == nil)
    }

    @Test(
        "Text that isn't 32 hexadecimal digits is refused",
        arguments: [
            "", "0", "00112233445566778899aabbccddeef", "00112233445566778899aabbccddeeff0",
            "00112233445566778899aabbccddeeffg0", "0x112233445566778899aabbccddeeff",
            "00112233445566778899aabbccddee f",
            "００112233445566778899aabbccddeeff",
        ])
    func hex(_ text: String) {
        #expect(UploadID(hex: text) == nil)
    }

    @Test("An upload id is its two words, big-endian")
    func uploadID() {
        let id = UploadID(high: 0x0011_2233_4455_6677, low: 0x8899_AABB_CCDD_EEFF)
        #expect(id.description == "00112233445566778899aabbccddeeff")
        #expect(UploadID(hex: id.description) == id)
    }

    @Test("No stated file tag is all zero")
    func unstated() {
        #expect(FileTag.unstated.bytes == [UInt8](repeating: 0, count: 16))
    }
}
