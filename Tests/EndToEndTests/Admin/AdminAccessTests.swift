import Foundation
import TestSupport
import Testing

/// The admin site's pages on any screen, and read aloud.
@Suite("The admin site for everybody", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct AdminAccessTests {
    @Test(
        "its pages fit phones and desktops, can be read in dark and light, and each control has a name",
        arguments: Browser.Kind.installed)
    func screens(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let visitor = try AdminVisitor.loggedIn(server)
            for name in [
                "trip/clip.mp4", "trip/Interview, 2nd take – Zürich.mov",
                String(repeating: "a_name_without_a_blank_", count: 6),
            ] {
                let path = try visitor.curl.scratch.write(sample(50_000), to: "sent")
                let escaped = name.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(["/"])) ?? ""
                #expect(try visitor.curl("/files/\(escaped)", Curl.login + ["-T", path]).status == 201)
            }
            let share = "/admin/share/\(Fixtures.user)/trip"
            #expect(try eventually { try visitor.get("/admin/files").text.contains("clip.mp4") })
            #expect(try visitor.post(share, ["token": try visitor.token(), "uses": "3"]).status == 303)
            let clip = "/admin/delete/\(Fixtures.user)/trip/clip.mp4"
            let browser = try Browser(kind)
            try browser.open("https://127.0.0.1:\(server.port)/admin/login")
            try Self.inspect(browser, "login")
            try browser.logIn(server)
            let pages = [
                ("overview", "/admin/"), ("files", "/admin/files"), ("folder", "/admin/files/\(Fixtures.user)/trip"),
                ("share", share), ("links", "/admin/links"),
                ("delete", clip), ("live", "/admin/live"), ("log", "/admin/log"), ("clear", "/admin/log/clear"),
            ]
            for (name, target) in pages {
                try browser.open("https://127.0.0.1:\(server.port)\(target)")
                try Self.inspect(browser, name)
                let names = try browser.names(of: "button, input:not([type=hidden]), select, video")
                #expect(!names.contains(""), "\(name): \(names)")
            }
            let complaints = try browser.complaints()
            #expect(complaints == [], "\(complaints)")
            // Which is no clip: that is complained of.
            try browser.open("https://127.0.0.1:\(server.port)/admin/file/\(Fixtures.user)/trip/clip.mp4")
            try Self.inspect(browser, "file")
            #expect(try visitor.post(clip, ["token": try visitor.token()]).status == 303)
            try browser.open("https://127.0.0.1:\(server.port)/admin/trash")
            try Self.inspect(browser, "trash")
        }
    }

    /// Looks at it on each screen; with AUTO_UPLOAD_PICTURES a person can, too: it names a folder.
    private static func inspect(_ browser: Browser, _ page: String) throws {
        for screen in Screen.all {
            try browser.show(on: screen)
            try browser.wait(for: "matchMedia('(prefers-color-scheme: dark)').matches === \(screen.isDark)")
            try browser.wait(for: "matchMedia('(pointer: coarse)').matches === \(screen.isPhone)")
            let flaws = try browser.run(PageAccessTests.flaws) as? [String]
            #expect(flaws == [], "\(browser.kind), \(page), \(screen)")
            guard let folder = ProcessInfo.processInfo.environment["AUTO_UPLOAD_PICTURES"] else { continue }
            try browser.picture().write(
                to: URL(fileURLWithPath: "\(folder)/\(browser.kind)-admin-\(page)-\(screen).png"))
        }
    }
}
