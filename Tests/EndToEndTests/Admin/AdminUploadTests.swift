import Foundation
import TestSupport
import Testing

/// Files that an admin adds to somebody's folder by the site's own page.
@Suite("Uploads by admins")
struct AdminUploadTests {
    private let server: TestServer
    private let admin: AdminVisitor

    init() throws {
        server = try TestServer(try Site.withRole())
        admin = try AdminVisitor.loggedIn(server)
    }

    private static func page(_ place: String) -> String {
        let key = Data(place.utf8).base64EncodedString().filter { $0 != "=" }
        return "/admin/upload/\(key.replacing("+", with: "-").replacing("/", with: "_"))"
    }

    private static let other = page("\(Fixtures.otherUser)/trip")

    /// - Parameter fields: that show whose page asks.
    private func put(_ name: String, _ fields: [String]) throws -> Curl.Answer {
        let file = try admin.curl.scratch.write(sample(1000), to: "sent")
        return try admin.get("\(Self.other)/files/\(name)", ["-T", file] + fields.flatMap { ["-H", $0] })
    }

    @Test("they go into any user's folder, with a receipt in that user's name, and the log says who has sent them")
    func stored() throws {
        let token = try admin.token()
        let answer = try put("a.mp4", ["Form-Token: \(token)", "Origin: \(admin.origin)"])
        #expect(answer.status == 201)
        #expect(answer.text.contains("user: \(Fixtures.otherUser)\n") && answer.text.contains("path: trip/a.mp4\n"))
        #expect(answer.fields["location"] == "\(Self.other)/files/trip/a.mp4")
        let form = [
            "-H", "Origin: \(admin.origin)", "-F", "token=\(token)", "-F",
            "file=@\(admin.curl.scratch.path("sent"));filename=b.mp4",
        ]
        #expect(try admin.get("\(Self.other)/upload", form).text == "OK\n")
        #expect(try server.site.stored(for: Fixtures.otherUser).keys.sorted() == ["trip/a.mp4", "trip/b.mp4"])
        _ = try server.logLine(with: " stored user=\(Fixtures.user) ", "of=\(Fixtures.otherUser) path=trip/b.mp4")
        #expect(try eventually { try admin.get("/admin/files/\(Fixtures.otherUser)/trip").text.contains("b.mp4") })
    }

    @Test("only the session's own pages can, and only while it lasts")
    func foreign() throws {
        let (token, own) = ("Form-Token: \(try admin.token())", "Origin: \(admin.origin)")
        let elsewhere = try AdminVisitor.loggedIn(server).token()
        for fields in [
            [], [token], [own], [token, "Origin: https://evil.example"], [token, "Origin: null"],
            [own, "Form-Token: \(elsewhere)"], [own, "Form-Token: "], [token, own, "Sec-Fetch-Site: cross-site"],
        ] {
            #expect(try put("a", fields).status == 403, "\(fields)")
        }
        let form = ["-H", own, "-F", "file=@\(admin.curl.scratch.path("sent"));filename=b", "-F", "token=\(elsewhere)"]
        #expect(try admin.get("\(Self.other)/upload", form).status == 403)
        let tus = ["-X", "POST", "-H", "Tus-Resumable: 1.0.0", "-H", "Upload-Length: 3", "-H", own]
        #expect(try admin.get("\(Self.other)/tus/", tus).status == 403)
        let begun = try admin.get("\(Self.other)/tus/", tus + ["-H", token])
        let upload = "\(Self.other)/tus/\(try #require(begun.fields["location"]))"
        #expect(try admin.get(upload, ["-I", "-H", "Tus-Resumable: 1.0.0"]).status == 403)
        #expect(try admin.get(upload, ["-I", "-H", "Tus-Resumable: 1.0.0", "-H", token]).status == 200)
        #expect(try admin.post("/admin/logout", ["token": try admin.token()]).status == 303)
        #expect(try put("a", [token, own]).status == 403)
        #expect(try server.site.stored(for: Fixtures.otherUser).isEmpty)
    }

    @Test("the page is for admins, and for folders of those who are known")
    func pages() throws {
        let page = try admin.get("\(Self.other)/")
        #expect(page.status == 200 && page.text.contains("\(Fixtures.otherUser)/trip</bdi>"))
        #expect(page.text.contains(try admin.token()) && !page.text.contains("name=\"password\""))
        #expect(page.fields["cache-control"] == "no-store")
        #expect(try admin.get("\(Self.page("nobody"))/").status == 404)
        for key in ["!", "AAAA", "Li4", "cGhvbmUvLi4veA"] {
            #expect(try admin.get("/admin/upload/\(key)/").status == 404)
        }
        #expect(try admin.get("/admin/files/\(Fixtures.otherUser)").text.contains("\(Self.page(Fixtures.otherUser))/"))
        let stranger = try AdminVisitor(server)
        #expect(try stranger.get("\(Self.other)/").fields["location"]?.hasPrefix("/admin/login?next=") == true)
        #expect(try stranger.get("\(Self.other)/page/main.js").status == 200)
        try server.site.setRole("viewer")
        let viewer = try AdminVisitor.loggedIn(server)
        #expect(try viewer.get("\(Self.other)/").status == 403)
        #expect(try !viewer.get("/admin/files/\(Fixtures.otherUser)").text.contains("/admin/upload/"))
    }
}

@Suite("Uploads by admins, in browsers", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct AdminUploadPageTests {
    @Test("an admin uploads into another user's folder, on the drop page", arguments: Browser.Kind.installed)
    func page(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let page = try DropPage(kind, port: server.port, at: "/admin/files/\(Fixtures.otherUser)")
            try page.browser.type(Fixtures.user, into: "[name=username]")
            try page.browser.type(Fixtures.password, into: "[name=password]")
            try page.browser.click("main button")
            try page.browser.wait(for: "document.querySelector('h1').textContent === 'Files'")
            try page.browser.click("a[href^='/admin/upload/']")
            try page.browser.wait(for: "document.getElementById('login')?.hidden")
            try page.choose([
                try page.scratch.write(sample(5000), to: "a – ü.jpg"), try page.makeFile("large.mp4", of: 6 << 20),
            ])
            try page.browser.wait(for: DropPage.stored(2))
            #expect(
                try server.site.stored(for: Fixtures.otherUser) == Tree.digests(of: page.scratch.path))
            #expect(try page.told() == Tree.digests(of: page.scratch.path))
            #expect(try page.browser.complaints() == [])
        }
    }

    @Test("and without scripts, by its form", arguments: Browser.Kind.installed)
    func form(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let scratch = try ScratchFolder("chosen")
            let browser = try Browser(kind, scripts: false)
            try browser.logIn(server, "/admin/files/\(Fixtures.otherUser)")
            _ = try server.logLine(with: " login ", "user=\(Fixtures.user)")
            try browser.click("a[href^='/admin/upload/']")
            try browser.type(try scratch.write(sample(300_000), to: "clip.mov"), into: "[name=file]")
            try browser.click("#login button")
            _ = try server.logLine(with: " stored ", "clip.mov")
            #expect(try server.site.stored(for: Fixtures.otherUser).keys.sorted() == ["clip.mov"])
            #expect(try browser.text(of: "table").contains("clip.mov"))
        }
    }
}
