import TestSupport
import Testing

@Suite("Deleting in browsers", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct DeletingInBrowsersTests {
    @Test(
        "files that are ticked in a list go to the trash after a question, and come back by undo, with scripts and without",
        arguments: Browser.Kind.installed, [true, false])
    func deleteAndUndo(_ kind: Browser.Kind, _ hasScripts: Bool) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let visitor = try AdminVisitor(server)
            for name in ["one.bin", "two.bin"] {
                let path = try visitor.curl.scratch.write(sample(3000), to: name)
                #expect(try visitor.curl("/files/trip/\(name)", Curl.login + ["-T", path]).status == 201)
            }
            let browser = try Browser(kind, scripts: hasScripts)
            try browser.logIn(server, "/admin/files/\(Fixtures.user)/trip")
            _ = try server.logLine(with: " login ", "user=\(Fixtures.user)")
            try browser.click("[aria-label=\"Choose two.bin\"]")
            try browser.click("form.chosen button")
            #expect(try eventually { try browser.text(of: "h1") == "Delete this file?" })
            #expect(try browser.text(of: "main").contains("This may be the only copy."))
            try browser.click("main button.main")
            _ = try server.logLine(with: " deleted ", "path=trip/two.bin")
            #expect(try eventually { try browser.text(of: "h1") == "Trash" })
            #expect(try browser.text(of: "main").contains("trip/two.bin"))
            #expect(try server.site.stored()["trip/two.bin"] == nil)
            try browser.click("[aria-label^=\"Undo\"]")
            _ = try server.logLine(with: " restored ", "path=trip/two.bin")
            #expect(try eventually { try browser.text(of: "h1") == "two.bin" })
            #expect(try server.site.stored()["trip/two.bin"] == digest(of: sample(3000)))
            #expect(try browser.complaints() == [])
        }
    }
}
