import HTML
import Testing

@Suite("HTML")
struct HTMLTests {
    private func text(_ html: HTML) -> String { String(decoding: html.bytes, as: UTF8.self) }

    @Test("elements, attributes, texts, and what if and for give, in their order")
    func page() {
        let names = ["a", "b"]
        let quiet: String? = nil
        let page = Tag.ul(.class("files"), nil, .label("Files")) {
            for name in names { Tag.li { name } }
            if let quiet { Tag.li { quiet } } else { Tag.li { "none" } }
            Tag.input(.name("q"), .required, .value("x"))
        }
        #expect(
            text(page)
                == "<ul class=\"files\" aria-label=\"Files\"><li>a</li><li>b</li><li>none</li>"
                + "<input name=\"q\" required value=\"x\"></ul>")
        #expect(text(.document { Tag.html { "" } }) == "<!doctype html>\n<html></html>")
    }

    @Test(
        "no text can be markup, within an element or an attribute",
        arguments: [
            "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onfocus=alert(1) '", "&lt;b&gt;", "-->",
            "</title><svg/onload=alert(1)>", "<!--", "a\u{0}b\u{c}c\rd", "`${1}`",
        ])
    func escapes(_ hostile: String) {
        let page = text(Tag.p(.title(hostile), .value(hostile)) { hostile })
        let inner = page.dropFirst("<p title=\"".count).dropLast("</p>".count)
        #expect(inner.filter { $0 == "<" } == "" && inner.filter { $0 == ">" } == ">")
        // Four quotes end the attributes' values, less the first, which was dropped.
        #expect(inner.filter { $0 == "\"" }.count == 3 && !inner.contains("'"))
        #expect(!inner.utf8.contains { $0 < 0x20 })
    }

    @Test(
        "a place is one of this server, whatever its names say",
        arguments: [
            (["admin", "file", "a b", "ü"], "/admin/file/a%20b/%C3%BC"), ([], "/"), ([""], "/"),
            (["", "", "evil.example"], "/evil.example"), (["admin", ""], "/admin/"),
            (["//evil.example"], "/%2F%2Fevil.example"), (["javascript:alert(1)"], "/javascript%3Aalert%281%29"),
            (["a", "..", "b", "."], "/a/b"), (["a?b#c"], "/a%3Fb%23c"), (["\\\\evil"], "/%5C%5Cevil"),
            (["a\r\nSet-Cookie: x"], "/a%0D%0ASet-Cookie%3A%20x"),
        ])
    func places(_ segments: [String], _ expected: String) {
        #expect(OwnURL(segments.map { Array($0.utf8) }).text == expected)
    }

    @Test("a query's names and values can't become others")
    func query() {
        let url = OwnURL("admin", "files", query: [(name: "q", value: "a&b=c d"), (name: "page", value: "2")])
        #expect(url.text == "/admin/files?q=a%26b%3Dc%20d&page=2")
        let page = text(Tag.a(.href(url)) { "x" })
        #expect(page == "<a href=\"/admin/files?q=a%26b%3Dc%20d&amp;page=2\">x</a>")
    }
}
