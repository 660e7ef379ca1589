import HTTP
import Testing

@Suite("Preconditions")
struct PreconditionTests {
    private static let tag: FieldValue = "\"abc\""
    private static let modified = HTTPDate(784_111_777)

    private func verdict(_ lines: [String]) throws -> Preconditions.Verdict {
        var fields = Fields()
        for line in lines {
            let parts = line.split(separator: ":", maxSplits: 1)
            let value = String(parts[1].drop { $0 == " " })
            fields.append(try #require(FieldName(parts[0].utf8)), try #require(FieldValue(value)))
        }
        return Preconditions(fields).verdict(tag: Self.tag, modified: Self.modified)
    }

    @Test("nothing is asked for: a range counts")
    func none() throws {
        #expect(try verdict([]) == .proceeds(heedsRange: true))
    }

    @Test(
        "who has it already isn't sent it again",
        arguments: [
            ["If-None-Match: \"abc\""], ["If-None-Match: W/\"abc\""], ["If-None-Match: *"],
            ["If-None-Match: \"x,y\", \"abc\""], ["If-None-Match: \"x\"", "If-None-Match: \"abc\""],
            ["If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT"], ["If-Modified-Since: Mon, 07 Nov 1994 08:49:37 GMT"],
        ])
    func known(_ lines: [String]) throws {
        #expect(try verdict(lines) == .notModified)
    }

    @Test(
        "who has another is",
        arguments: [
            ["If-None-Match: \"abd\""], ["If-None-Match: abc"], ["If-None-Match: \"x\\\"abc\""],
            ["If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT"], ["If-Modified-Since: yesterday"],
            // The tag counts rather than the time.
            ["If-None-Match: \"x\"", "If-Modified-Since: Mon, 07 Nov 1994 08:49:37 GMT"], ["If-Match: \"abc\""],
            ["If-Match: *"], ["If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT"],
        ])
    func unknown(_ lines: [String]) throws {
        #expect(try verdict(lines) == .proceeds(heedsRange: true))
    }

    @Test(
        "who wants to be sure isn't given another",
        arguments: [
            ["If-Match: \"x\""], ["If-Match: W/\"abc\""], ["If-Unmodified-Since: Sun, 06 Nov 1994 08:49:36 GMT"],
            ["If-Match: \"x\"", "If-None-Match: \"abc\""],
        ])
    func failed(_ lines: [String]) throws {
        #expect(try verdict(lines) == .failed)
    }

    @Test(
        "a range counts only where its beginning is of the same",
        arguments: [
            ("\"abc\"", true), ("W/\"abc\"", false), ("\"x\"", false), ("Sun, 06 Nov 1994 08:49:37 GMT", true),
            ("Mon, 07 Nov 1994 08:49:37 GMT", false), ("Sun, 06 Nov 1994 08:49:36 GMT", false), ("abc", false),
        ])
    func range(_ value: String, _ heedsRange: Bool) throws {
        #expect(try verdict(["If-Range: \(value)"]) == .proceeds(heedsRange: heedsRange))
        #expect(try verdict(["If-Range: \(value)", "If-Range: \(value)"]) == .proceeds(heedsRange: false))
    }
}
