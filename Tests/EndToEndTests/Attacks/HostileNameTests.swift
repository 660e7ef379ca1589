import Foundation
import TestSupport
import Testing

/// Names and notes that somebody has chosen to run in an admin's browser, or to stand in the fields of an answer.
@Suite("Hostile names")
struct HostileNameTests {
    private static let names = [
        #"<img src=x onerror="document.title='run'">.jpg"#, #""><svg onload="document.title='run'">.mp4"#,
        "<script>document.title='run'",
        "'-alert(1)-'.txt", "javascript:alert(1)", "a\r\nSet-Cookie: evil=1\r\n\r\n<b>.txt",
        #"x"; filename="evil.html"#,
        "\u{202E}gpj.exe", "__Host-auto-upload=x; Path=.txt",
    ]

    /// Stores a file of each name, in a folder of such a name, and has a link with such a note.
    private func stored(_ server: TestServer, _ admin: AdminVisitor) throws {
        for name in Self.names {
            let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            let file = try admin.curl.scratch.write("<script>document.title='run'</script>", to: "sent")
            let answer = try admin.curl("/files/\(escaped)/\(escaped)", Curl.login + ["-T", file])
            guard answer.status == 201 else { throw Failure("\(name): \(answer)") }
        }
        // Names that nobody has, and a header that is none.
        _ = try admin.logIn(Self.names[0], Self.names[1])
        _ = try admin.logIn(Fixtures.user, Fixtures.password)
        guard
            try eventually({
                try admin.get("/admin/files").text.components(separatedBy: "<tr>").count > Self.names.count
            })
        else { throw Failure("not listed") }
        _ = try admin.makeLink("inbox", ["kind": "drop", "note": "\"><script>document.title='run'</script>"])
        _ = try admin.makeLink("inbox", ["kind": "drop", "note": Self.names[0]])
    }

    /// All that is shown of them.
    private static var targets: [String] {
        let places = names.map { name in
            let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
            return "\(Fixtures.user)/\(escaped)"
        }
        let files = zip(places, names).map { place, name in
            "\(place)/\(name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "")"
        }
        return [
            "/admin/", "/admin/files", "/admin/files/\(Fixtures.user)", "/admin/links", "/admin/log", "/admin/live",
        ]
            + places.map { "/admin/files/\($0)" } + files.map { "/admin/file/\($0)" }
            + files.map { "/admin/share/\($0)" }
    }

    @Test("what they are is shown, as text; what is downloaded has fields of its own alone")
    func fields() throws {
        let server = try TestServer(try Site.withRole())
        let admin = try AdminVisitor.loggedIn(server)
        try stored(server, admin)
        for target in Self.targets {
            let answer = try admin.get(target)
            #expect(answer.status == 200, "\(target)")
            #expect(!answer.text.contains("<img src=x") && !answer.text.contains("<script>"), "\(target)")
            #expect(!answer.text.contains("href=\"javascript:"), "\(target)")
        }
        for target in Self.targets where target.hasPrefix("/admin/file/") {
            for content in ["/admin/content/", "/admin/zip/"] {
                let place = target.replacing("/admin/file/", with: content)
                let folder = place.split(separator: "/").dropLast().joined(separator: "/")
                let answer = try admin.get(content.contains("zip") ? "/\(folder)" : place, ["-o", "/dev/null"])
                #expect(answer.status == 200, "\(place)")
                let disposition = try #require(answer.fields["content-disposition"])
                #expect(disposition.hasPrefix("attachment"), "\(disposition)")
                #expect(answer.fields["set-cookie"] == nil, "\(place)")
                let quoted = disposition.matches(of: /filename="((?:[^"\\]|\\.)*)"/).count
                #expect(quoted <= 1 && !disposition.contains("\"" + "; filename=\"evil"), "\(disposition)")
            }
        }
        #expect(try admin.get("/admin/log.csv").fields["set-cookie"] == nil && !server.log.contains("\nSet-Cookie"))
    }

    @Test(
        "in a browser none of it runs", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason),
        arguments: Browser.Kind.installed)
    func browsers(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            try stored(server, try AdminVisitor.loggedIn(server))
            let browser = try Browser(kind)
            try browser.logIn(server)
            try browser.wait(for: "document.querySelector('h1')?.textContent === 'Overview'")
            for target in Self.targets {
                try browser.open("https://127.0.0.1:\(server.port)\(target)")
                try browser.wait(for: "document.querySelector('h1')")
                #expect(try browser.run("return document.title === 'run'") as? Bool == false, "\(target)")
                let foreign = "return document.querySelectorAll('main script, img[src=x], [onerror], [onload]').length"
                #expect(try browser.run(foreign) as? Int == 0, "\(target)")
            }
            // What isn't a picture can't be shown.
            let complaints = try browser.complaints().filter { !$0.contains("/admin/content/") }
            #expect(complaints == [], "\(complaints)")
        }
    }
}
