import Platform
import TestSupport
import Testing

@Suite("Text for people")
struct TextTests {
    @Test(
        "what could steer a terminal or forge a line is escaped, everything else stays",
        arguments: [
            ("plain name.mp4", "plain name.mp4"), ("äöü €  日本", "äöü €  日本"), ("\n\r\t", "\\n\\r\\t"),
            ("\u{1b}[2J", "\\x1b[2J"), ("\u{7f}\u{0}", "\\x7f\\x00"), ("\u{9b}31m", "\\u{9b}31m"), ("a\\n", "a\\\\n"),
            ("\u{202e}gpj.exe", "\\u{202e}gpj.exe"), ("\u{2028}\u{2029}", "\\u{2028}\\u{2029}"),
            ("\u{feff}", "\\u{feff}"),
            ("\u{200b}", "\\u{200b}"), ("\u{e000}", "\\u{e000}"), ("\"", "\""), ("", ""),
        ])
    func escaping(_ text: String, _ expected: String) {
        #expect(escaped(text) == expected)
    }

    @Test("quotes are escaped where they would end a value")
    func quoting() {
        #expect(escaped("a\"b", quoting: true) == "a\\\"b")
    }

    @Test("bytes that aren't UTF-8 are shown one by one")
    func strayBytes() {
        #expect(escaped([0x61, 0xff, 0x62]) == "a\\xffb")
        #expect(escaped([0xc3]) == "\\xc3")
        #expect(escaped([0xe2, 0x82]) == "\\xe2\\x82")
        #expect(escaped([0xed, 0xa0, 0x80]) == "\\xed\\xa0\\x80")
        #expect(escaped([0xc0, 0x80]) == "\\xc0\\x80")
        #expect(escaped([0xc3, 0xa4, 0x80]) == "ä\\x80")
    }

    @Test("no two different names look alike because of escaping")
    func injective() {
        var generator = SeededGenerator(seed: 3)
        let pieces: [[UInt8]] = [
            [0x5c], [0x6e], [0x0a], [0x78], [0x30], [0x31], [0x1b], [0xff], [0xc3, 0xa4], [0x75], [0x7b],
        ]
        var shown: [String: [UInt8]] = [:]
        for _ in 0..<20_000 {
            let name = (0..<Int.random(in: 0...4, using: &generator)).flatMap { _ in
                pieces[Int.random(in: 0..<pieces.count, using: &generator)]
            }
            let text = escaped(name)
            #expect(shown[text, default: name] == name)
            shown[text] = name
        }
    }

    @Test("a line of log can be taken apart again, whatever is in its values")
    func logLine() {
        var line = LogLine("stored", level: .warning)
        line.add("user", "anna")
        line.add("path", bytes: Array("a b\n\"=\\".utf8))
        line.add("bytes", UInt64.max)
        line.add("seconds", seconds: 1.0625)
        line.add("empty", "")
        line.add("sum", "a=b")
        #expect(line.level == .warning)
        #expect(
            line.text
                == "stored user=anna path=\"a b\\n\\\"=\\\\\" bytes=18446744073709551615 seconds=1.063 empty=\"\" sum=\"a=b\""
        )
    }

    @Test(
        "seconds are shown to the millisecond",
        arguments: [
            (0, "0.000"), (0.0004, "0.000"), (0.9996, "1.000"), (59.0615, "59.062"), (-1, "0.000"),
            (1e300, "1000000000000.000"),
        ])
    func seconds(_ seconds: Double, _ shown: String) {
        var line = LogLine("x")
        line.add("s", seconds: seconds)
        #expect(line.text == "x s=\(shown)")
    }

    @Test("errors say what failed, on what, and why")
    func errors() {
        #expect("\(SystemError("open", "a", errno: .noEntry))" == "can't open a: No such file or directory")
        #expect("\(SystemError("flush", errno: .inputOutput))" == "can't flush: Input/output error")
        #expect("\(Errno(rawValue: 99_999))".contains("99999"))
    }
}
