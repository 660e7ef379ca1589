import HTTP
import Testing

@Suite("Names of downloads")
struct DispositionTests {
    @Test(
        "a name of any language is told, in ASCII and as it is",
        arguments: [
            ("clip.mp4", "attachment; filename=\"clip.mp4\""), ("a b.txt", "attachment; filename=\"a b.txt\""),
            ("Zürich.mov", "attachment; filename=\"Z_rich.mov\"; filename*=UTF-8''Z%C3%BCrich.mov"),
            ("世界", "attachment; filename=\"__\"; filename*=UTF-8''%E4%B8%96%E7%95%8C"),
            ("100%.txt", "attachment; filename=\"100_.txt\"; filename*=UTF-8''100%25.txt"),
            ("a\"b.txt", "attachment; filename=\"a_b.txt\"; filename*=UTF-8''a%22b.txt"),
        ])
    func names(_ name: String, _ expected: String) {
        #expect(Disposition.attachment.value(naming: Array(name.utf8)).text == expected)
    }

    @Test(
        "no name ends the field, names a folder, or turns the direction of text",
        arguments: [
            "a\r\nSet-Cookie: x=y", "\"; filename=\"evil.exe", "../../etc/passwd", "..\\..\\evil.exe", "a\u{0}b",
            "clip\u{202E}4pm.exe", "\u{2028}", "a;b=c", "'", "\u{7F}",
        ])
    func hostile(_ name: String) {
        let value = Disposition.inline.value(naming: Array(name.utf8))
        let text = value.text
        #expect(value.bytes.allSatisfy { (0x20...0x7E).contains($0) } && text.hasPrefix("inline; filename=\""))
        #expect(text.filter { $0 == "\"" }.count == 2 && !text.contains("/") && !text.contains("\\"))
        for escape in ["%0D", "%0A", "%00", "%2F", "%5C", "%E2%80%AE", "%7F"] { #expect(!text.contains(escape)) }
        #expect(FieldValue(value.bytes) != nil)
    }

    @Test("bytes that are no UTF-8 can't break it")
    func notText() {
        let value = Disposition.attachment.value(naming: [0x61, 0xFF, 0xFE, 0x0D, 0x0A])
        #expect(value.bytes.allSatisfy { (0x20...0x7E).contains($0) })
    }

    @Test("types that a browser plays are known by the ending, and none that runs anything is among them")
    func types() throws {
        let type = try #require(PlayableType(ofFile: Array("a.b.MP4".utf8)))
        #expect(type.kind == .video && type.field == "video/mp4")
        for name in ["a.html", "a.svg", "a.xhtml", "a.xml", "a.pdf", "a.js", "mp4", "a.mp4.html", "a.", ".", "a.mp4 "] {
            #expect(PlayableType(ofFile: Array(name.utf8)) == nil, "\(name)")
        }
    }
}
