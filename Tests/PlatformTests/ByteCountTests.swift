import Platform
import Testing

@Suite("Numbers of bytes")
struct ByteCountTests {
    @Test(
        "digits, and a unit or none",
        arguments: [
            ("0", 0), ("1", 1), ("007", 7), ("500M", 500 << 20), ("2G", 2 << 30), ("1k", 1024), ("3t", 3 << 40),
            ("9223372036854775807", UInt64(Int64.max)), ("8191P", nil), ("8388607T", 8_388_607 << 40),
            ("8388608T", nil), ("9223372036854775808", nil), ("18446744073709551616", nil),
            ("99999999999999999999", nil), ("000000000000000000001", nil), ("", nil), ("K", nil), ("-1", nil),
            ("+1", nil), (" 1", nil), ("1 ", nil), ("1 G", nil), ("1.5G", nil), ("1GB", nil), ("1Gi", nil),
            ("1e9", nil),
            ("0x10", nil), ("\u{661}", nil), ("1\u{212a}", nil), ("1\0", nil), ("none", nil),
        ] as [(String, UInt64?)])
    func parsing(_ text: String, _ expected: UInt64?) {
        #expect(byteCount(text.utf8) == expected)
    }

    @Test(
        "what is written is read as it was",
        arguments: [0, 1, 1023, 1024, 1025, 1536 << 10, 1 << 40, UInt64(Int64.max)])
    func writing(_ count: UInt64) {
        #expect(byteCount(byteCountText(count).utf8) == count)
    }

    @Test("it is written short")
    func short() {
        #expect([0, 1000, 1024, 1536 << 20, 3 << 40].map(byteCountText) == ["0", "1000", "1K", "1536M", "3T"])
    }
}
