import Foundation
import TestSupport
import Testing

/// The page of a link to add files, as somebody without an account sees it.
@Suite("Links to add files, in browsers", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct DropLinkPageTests {
    private static let hostile = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"

    private func drop(_ server: TestServer, _ form: [String: String] = [:]) throws -> String {
        try AdminVisitor.loggedIn(server).makeLink("inbox", form.merging(["kind": "drop"]) { $1 })
    }

    @Test(
        "a stranger gives the password, drops files, and reads the note, which runs nothing",
        arguments: Browser.Kind.installed)
    func stranger(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let address = try drop(server, ["note": Self.hostile, "ends": "2099-12-31", "password": "open sesame"])
            let page = try DropPage(kind, port: server.port, at: address)
            try page.browser.type("open sesame", into: "[name=password]")
            try page.browser.click("button.main")
            try page.browser.wait(for: "document.getElementById('login')?.hidden === true")
            try page.choose([
                try page.scratch.write(sample(5000), to: "a – ü.jpg"),
                try page.makeFile("large.mp4", of: 6 << 20),
            ])
            try page.browser.wait(for: DropPage.stored(2))
            #expect(try page.browser.text(of: "#about .note") == Self.hostile)
            #expect(try page.browser.run("return document.title.includes('run')") as? Bool == false)
            let digests = try Tree.digests(of: page.scratch.path)
            #expect(try page.told() == digests)
            let stored = try server.site.stored()
            #expect(
                Set(stored.keys) == Set(digests.keys.map { "inbox/\($0)" }) && Set(stored.values) == Set(digests.values)
            )
            #expect(try page.browser.complaints() == [])
        }
    }

    @Test("with a CAPTCHA the page solves it, and what was begun is gone on with", arguments: Browser.Kind.installed)
    func captcha(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let address = try drop(server, ["proof": "1"])
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAfter: 10 << 20))
            let page = try DropPage(kind, port: network.port, at: address)
            let path = try page.makeFile("large.mp4", of: 30 << 20)
            try page.choose([path])
            try page.browser.wait(for: DropPage.isUnderWay)
            // Other pages of the server have uploads of their own.
            try page.reload()
            try page.browser.open("https://127.0.0.1:\(network.port)/")
            try page.browser.wait(for: "document.documentElement.classList.contains('js')")
            #expect(try page.browser.run("return document.querySelectorAll('#files li').length") as? Int == 0)
            try page.browser.open("https://127.0.0.1:\(network.port)\(address)")
            try page.reload()
            try page.browser.wait(for: DropPage.row("missing"))
            network.release()
            try page.choose([path])
            try page.browser.wait(for: DropPage.stored(1))
            #expect(try page.count(of: "POST") == 0)
            #expect(try server.site.stored().keys.sorted() == ["inbox/large.mp4"])
        }
    }

    @Test("without scripts its form sends what is chosen, and says what was stored", arguments: Browser.Kind.installed)
    func form(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let address = try drop(server)
            let scratch = try ScratchFolder("chosen")
            let browser = try Browser(kind, scripts: false)
            try browser.open("https://127.0.0.1:\(server.port)\(address)")
            try browser.type(try scratch.write(sample(300_000), to: "Zürich 1.mov"), into: "[name=file]")
            try browser.click("#login button")
            _ = try server.logLine(with: " stored ", "Zürich")
            #expect(try browser.text(of: "table").contains("Zürich 1.mov"))
            #expect(try server.site.stored().keys.map { Tree.key(Array($0.utf8)) }.count == 1)
            try browser.click("main p a")
            #expect(try browser.text(of: "h1") == "Send files")
        }
    }
}
