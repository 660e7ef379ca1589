import Encodings
import Foundation
import Testing

@Suite("Base64 and hexadecimal")
struct EncodingsTests {
    @Test("base64 of every length comes back, padded or not, and not the other way round", arguments: 0...64)
    func base64(_ length: Int) {
        let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ length) }
        let padded = Data(bytes).base64EncodedString()
        let bare = padded.replacing("=", with: "")
        #expect(encodeBase64(bytes, isPadded: true) == padded)
        #expect(encodeBase64(bytes, isPadded: false) == bare)
        #expect(decodeBase64(Array(padded.utf8), isPadded: true) == bytes)
        #expect(decodeBase64(Array(bare.utf8), isPadded: false) == bytes)
        let isSame = padded == bare
        #expect((decodeBase64(Array(bare.utf8), isPadded: true) != nil) == isSame)
        #expect((decodeBase64(Array(padded.utf8), isPadded: false) != nil) == isSame)
    }

    @Test(
        "what nobody writes isn't base64",
        arguments: [
            "=", "==", "====", "A", "A===", "AA=A", "AB==", "AAB=", "AAAA=", "AAAA==", "AAAA====", "AA =", "AA-=",
            "=AAA",
        ])
    func malformed(_ text: String) {
        #expect(decodeBase64(Array(text.utf8), isPadded: true) == nil)
        #expect(decodeBase64(Array(text.utf8), isPadded: false) == nil)
    }

    @Test("hexadecimal has two digits for each byte, and is read in either case")
    func hexadecimals() {
        #expect(hexadecimal([0x00, 0x0f, 0xa0, 0xff]) == "000fa0ff")
        #expect(hexadecimal([]).isEmpty)
        let all = Array(UInt8.min...UInt8.max)
        #expect(bytes(ofHexadecimal: hexadecimal(all)) == all)
        #expect(bytes(ofHexadecimal: hexadecimal(all).uppercased()) == all)
        for text in ["0", "000", "0g", "g0", "0x", " 0", "é"] { #expect(bytes(ofHexadecimal: text) == nil) }
    }
}
