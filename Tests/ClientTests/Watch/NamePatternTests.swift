import Platform
import Testing

@testable import AutoUploadClient

@Suite("Patterns of names")
struct NamePatternTests {
    private func matches(_ pattern: String, _ name: String) throws -> Bool {
        try #require(NamePattern(pattern)).matches(try #require(FileName(name)))
    }

    @Test(
        "match",
        arguments: [
            ("a", "a"), ("a", "A"), ("*", "anything"), ("*.tmp", "x.tmp"), ("*.tmp", "x.y.TMP"), ("*.tmp", ".tmp"),
            ("a*b*c", "axxbyyc"), ("a*b*c", "abc"), ("a**c", "ac"), ("*ab*ab*", "xxabababyy"), ("?", "x"), ("?", "é"),
            ("a?c", "aßc"), ("??", "日本"), (".in.*", ".IN.clip.mp4."), ("*a?", "baaéaab"), ("clip (1)", "Clip (1)"),
            ("[a]", "[a]"), ("é*", "é.mp4"),
        ])
    func match(_ pattern: String, _ name: String) throws {
        #expect(try matches(pattern, name))
    }

    @Test(
        "don't match",
        arguments: [
            ("a", "b"), ("a", "ab"), ("a", "ba"), ("*.tmp", "x.tmp2"), ("*.tmp", "tmp"), ("?", "xy"), ("a?", "a"),
            ("a*b*c", "acb"), ("??", "é"), (".in.*", "in.clip"), ("É", "é"), ("*a*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaa"),
        ])
    func differ(_ pattern: String, _ name: String) throws {
        #expect(try !matches(pattern, name))
    }

    @Test("bytes that are no text are matched like others")
    func anyBytes() throws {
        let name = try #require(FileName([0x80, 0xff, 0x2e, 0x74, 0x6d, 0x70]))
        #expect(try #require(NamePattern("*.tmp")).matches(name))
        #expect(try #require(NamePattern("??.tmp")).matches(name))
    }

    @Test("are about single names", arguments: ["", "/", "a/b", "/a", "a//"])
    func refused(_ text: String) {
        #expect(NamePattern(text) == nil)
    }

    @Test("with a slash at their end are about all below a folder of such a name")
    func folders() throws {
        let pattern = try #require(NamePattern(".~TMP~/"))
        #expect(try pattern.covers(.of("a/.~tmp~/b/clip.mp4")))
        #expect(try !pattern.covers(.of("a/.~tmp~")))
        #expect(try !#require(NamePattern(".~tmp~")).covers(.of(".~tmp~/clip.mp4")))
    }
}
