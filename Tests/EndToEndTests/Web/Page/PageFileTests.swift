import Foundation
import TestSupport
import Testing

/// What the pages consist of, as a browser gets it.
@Suite("The page's files")
struct PageFileTests {
    private let curl: Curl

    init() throws {
        curl = try Curl(try TestServer())
    }

    /// What a browser would ask for: what the page names, and what that names in turn.
    private func files() throws -> Set<String> {
        var found: Set = [""]
        var open = [""]
        while let file = open.popLast() {
            for name in try names(in: file) where found.insert(name).inserted { open.append(name) }
        }
        return found
    }

    private func names(in file: String) throws -> [String] {
        let text = try curl("/\(file)", []).text
        let named = text.matches(of: /(?:href|src)="([^"#]+)"|"(?:\.\/)?([a-z0-9]+\.js)"/)
        return named.map { match in match.1.map(String.init) ?? "page/\(match.2 ?? "")" }
    }

    @Test("each has its type, and is asked for again only when it has changed")
    func types() throws {
        let types = ["": "text/html", "css": "text/css", "svg": "image/svg", "js": "text/javascript"]
        var size = 0
        for file in try files() {
            let answer = try curl("/\(file)", [])
            let type = try #require(types[file.split(separator: ".").dropFirst().last.map(String.init) ?? ""])
            let charset = file.hasSuffix("svg") ? "+xml" : "; charset=utf-8"
            #expect(answer.status == 200 && answer.fields["content-type"] == type + charset, "\(file): \(answer)")
            #expect(answer.fields["x-content-type-options"] == "nosniff")
            let tag = try #require(answer.fields["etag"])
            let again = try curl("/\(file)", ["-H", "If-None-Match: \"x\", W/\(tag)"])
            #expect(again.status == 304 && again.text.isEmpty && again.fields["etag"] == tag, "\(file): \(again)")
            #expect(try curl("/\(file)", ["-H", "If-None-Match: \"x\""]).status == 200)
            size += answer.text.utf8.count
        }
        #expect(size < 64 << 10)
    }

    @Test("nothing comes from elsewhere, and nothing runs that isn't in a file of its own")
    func policy() throws {
        let policy = try #require(try curl("/", []).fields["content-security-policy"])
        #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
        for file in try files() {
            let text = try curl("/\(file)", []).text
            #expect(!text.contains(/<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=/), "\(file)")
            #expect(!text.contains(/(src|href)="(https?:)?\/\/|@import|url\(/), "\(file)")
        }
    }

    @Test("the form works without scripts, and its answer is a page")
    func form() throws {
        #expect(try curl("/", []).text.contains("enctype=\"multipart/form-data\""))
        let path = try curl.scratch.write(sample(3000), to: "clip")
        let fields = ["-F", "username=\(Fixtures.user)", "-F", "password=\(Fixtures.password)"]
        let answer = try curl("/upload", fields + ["-F", "file=@\(path);filename=<a> & b", "-H", "Accept: text/html"])
        #expect(answer.status == 200 && answer.fields["content-type"] == "text/html; charset=utf-8", "\(answer)")
        #expect(answer.text.contains("<td>&lt;a&gt; &amp; b</td><td>3000</td>"))
        #expect(try curl.server.site.stored().keys.sorted() == ["<a> & b"])
    }
}
