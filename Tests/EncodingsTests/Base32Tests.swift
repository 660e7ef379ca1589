import Encodings
import Testing

@Suite("Base32")
struct Base32Tests {
    @Test(
        "RFC 4648, section 10, without padding",
        arguments: zip(
            ["", "f", "fo", "foo", "foob", "fooba", "foobar"],
            ["", "MY", "MZXQ", "MZXW6", "MZXW6YQ", "MZXW6YTB", "MZXW6YTBOI"]))
    func vectors(_ text: String, _ encoded: String) {
        #expect(encodeBase32(Array(text.utf8)) == encoded)
        #expect(decodeBase32(encoded.utf8) == Array(text.utf8))
    }

    @Test("every length comes back", arguments: 0...64)
    func lengths(_ length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
        #expect(decodeBase32(encodeBase32(bytes).utf8) == bytes)
    }

    @Test(
        "what is no base32", arguments: ["A", "AAA", "AAAAAA", "MZXW6=", "mzxw", "MZ XW", "0189", "M1", "\u{e4}\u{e4}"])
    func malformed(_ text: String) {
        #expect(decodeBase32(text.utf8) == nil)
    }
}
