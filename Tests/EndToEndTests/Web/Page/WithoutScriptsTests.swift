import TestSupport
import Testing

@Suite("The page without scripts", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct WithoutScriptsTests {
    @Test("its form sends what is chosen, and says what was stored", arguments: Browser.Kind.installed)
    func form(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            let scratch = try ScratchFolder("chosen")
            let paths = try ["Zürich 1.mov", "empty"].map { name in
                try scratch.write(name == "empty" ? [] : sample(300_000), to: name)
            }
            let browser = try Browser(kind, scripts: false)
            try browser.open("https://127.0.0.1:\(server.port)/")
            try browser.type(Fixtures.user, into: "[name=username]")
            try browser.type(Fixtures.password, into: "[name=password]")
            try browser.type(paths.joined(separator: "\n"), into: "[name=file]")
            try browser.click("#login button")
            _ = try server.logLine(with: " stored ", "empty")
            let digests = try Tree.digests(of: scratch.path)
            #expect(try server.site.stored() == digests)
            let told = try browser.text(of: "table")
            for digest in digests.values { #expect(told.contains(digest), "\(told)") }
            #expect(told.contains("Zürich 1.mov") && told.contains("empty"), "\(told)")
        }
    }
}
