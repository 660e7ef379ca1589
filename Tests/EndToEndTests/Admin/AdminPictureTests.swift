import Foundation
import TestSupport
import Testing

/// Every page on a phone and a desktop: none is wider than its screen. With AUTO_UPLOAD_PICTURES a person can look, too: it names a folder.
@Suite("Pages of the admin site on screens", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct AdminPictureTests {
    private static let files = [
        "2026-11-28/front-0801.mp4", "2026-11-28/front-0802.mp4", "2026-11-28/rear-0801.mp4",
        "2026-11-29/front-0715.mp4",
        "Interview, 2nd take – Zürich.mov", "notes.txt",
    ]

    private func fill(_ server: TestServer, _ admin: AdminVisitor) throws {
        for (number, name) in Self.files.enumerated() {
            let file = try admin.curl.scratch.write(sample(40_000 * (number + 1)), to: "sent")
            let escaped = name.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? ""
            let answer = try admin.curl("/files/\(escaped)", Curl.login + ["-T", file])
            guard answer.status == 201 else { throw Failure("\(name): \(answer)") }
        }
        if AdminPageTests.hasFFmpeg {
            let clip = try admin.curl.scratch.write(try AdminPageTests.clip.get(), to: "clip")
            _ = try admin.curl("/files/2026-11-29/front-0716.mp4", Curl.login + ["-T", clip])
        }
        guard try eventually({ try admin.get("/admin/files").text.contains("notes.txt") }) else {
            throw Failure("not listed")
        }
        _ = try admin.makeLink("2026-11-28", ["ends": "2099-12-31", "password": "open sesame", "note": "Ask Anna"])
        _ = try admin.makeLink("notes.txt", ["uses": "3"])
    }

    @Test("none is wider than its screen, and all can be read", arguments: Browser.Kind.installed)
    func screens(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let admin = try AdminVisitor.loggedIn(server)
            try fill(server, admin)
            let note = "Your clips of the trip, please.\nWhole folders are fine."
            let drop = try admin.makeLink(
                "inbox", ["kind": "drop", "ends": "2099-12-31", "largest": "2G", "bytes": "20G", "note": note])
            let user = Fixtures.user
            let clip = AdminPageTests.hasFFmpeg ? "front-0716.mp4" : "front-0715.mp4"
            let upload = Data("\(user)/inbox".utf8).base64EncodedString().filter { $0 != "=" }
            let targets = [
                "overview": "/admin/", "users": "/admin/users", "user": "/admin/users/\(user)",
                "all-files": "/admin/files",
                "folder": "/admin/files/\(user)/2026-11-28", "file": "/admin/file/\(user)/2026-11-29/\(clip)",
                "share": "/admin/share/\(user)/2026-11-28", "links": "/admin/links", "live": "/admin/live",
                "log": "/admin/log", "trash": "/admin/trash", "delete": "/admin/delete/\(user)/notes.txt",
                "upload": "/admin/upload/\(upload)/", "drop": "\(drop)/", "missing": "/admin/nothing",
            ]
            let browser = try Browser(kind)
            try browser.open("https://127.0.0.1:\(server.port)/admin/login")
            try Self.inspect(browser, "login")
            try browser.logIn(server)
            try browser.wait(for: "document.querySelector('h1').textContent === 'Overview'")
            for (name, target) in targets.sorted(by: { $0.key < $1.key }) {
                try browser.open("https://127.0.0.1:\(server.port)\(target)")
                try browser.wait(for: "document.readyState === 'complete'")
                try Self.inspect(browser, name)
            }
        }
    }

    private static func inspect(_ browser: Browser, _ name: String) throws {
        for screen in Screen.all {
            try browser.show(on: screen)
            try browser.wait(for: "matchMedia('(prefers-color-scheme: dark)').matches === \(screen.isDark)")
            try browser.wait(for: "document.getAnimations().length === 0")
            let flaws = try browser.run(PageAccessTests.flaws) as? [String]
            #expect(flaws == [], "\(browser.kind), \(name), \(screen)")
            guard let folder = ProcessInfo.processInfo.environment["AUTO_UPLOAD_PICTURES"] else { continue }
            try browser.picture().write(to: URL(fileURLWithPath: "\(folder)/\(browser.kind)-\(name)-\(screen).png"))
        }
    }
}
