import Foundation
import TestSupport
import Testing

@Suite("The admin site in browsers", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct AdminPageTests {
    /// A clip of ten seconds, 25 pictures each, whose every picture can be sought.
    static let clip = Result {
        let folder = try ScratchFolder("clip")
        let path = folder.path("clip.mp4")
        let made = try RunningProgram.run(
            "/usr/bin/ffmpeg",
            [
                "-v", "error", "-f", "lavfi", "-i", "testsrc=duration=10:size=640x360:rate=25", "-f", "lavfi", "-i",
                "sine=duration=10", "-pix_fmt", "yuv420p", "-c:v", "libx264", "-b:v", "4M", "-g", "25", "-c:a", "aac",
                path,
            ])
        guard made.status == 0 else { throw Failure("ffmpeg: \(made.error)") }
        return try folder.bytes(of: "clip.mp4")
    }

    static let hasFFmpeg = FileManager.default.isExecutableFile(atPath: "/usr/bin/ffmpeg")

    @Test(
        "a wrong password is told, the right one leads on, and logging out ends it", arguments: Browser.Kind.installed)
    func login(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let browser = try Browser(kind)
            try browser.logIn(server, password: "swordfish")
            try browser.wait(for: "/Wrong user, password/.test(document.querySelector('[role=alert]')?.textContent)")
            try browser.logIn(server)
            try browser.wait(for: "document.querySelector('h1').textContent === 'Overview'")
            #expect(try browser.run("return document.cookie") as? String == "")
            try browser.click("header form button")
            try browser.wait(for: "document.querySelector('h1').textContent === 'Log in'")
            try browser.open("https://127.0.0.1:\(server.port)/admin/")
            try browser.wait(for: "document.querySelector('h1').textContent === 'Log in'")
            #expect(try browser.complaints() == [])
        }
    }

    @Test("all of it works without scripts", arguments: Browser.Kind.installed)
    func withoutScripts(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let browser = try Browser(kind, scripts: false)
            try browser.logIn(server)
            _ = try server.logLine(with: " login ", "user=\(Fixtures.user)")
            #expect(try browser.text(of: "h1") == "Overview")
            try browser.click("header form button")
            _ = try server.logLine(with: " logout ", "user=\(Fixtures.user)")
        }
    }

    @Test(
        "a clip plays, and goes on from where it is sought", .enabled(if: hasFFmpeg, "ffmpeg isn't installed"),
        arguments: Browser.Kind.installed)
    func play(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(try Site.withRole())
            let visitor = try AdminVisitor(server)
            let path = try visitor.curl.scratch.write(try Self.clip.get(), to: "clip.mp4")
            #expect(try visitor.curl("/files/trip/clip.mp4", Curl.login + ["-T", path]).status == 201)
            let browser = try Browser(kind)
            try browser.logIn(server, "/admin/file/\(Fixtures.user)/trip/clip.mp4")
            let video = "document.querySelector('video')"
            try browser.wait(for: "\(video)?.readyState >= 2")
            #expect(try browser.run("return \(video).videoWidth") as? Int == 640)
            try browser.run("\(video).muted = true; \(video).play()")
            try browser.wait(for: "\(video).currentTime > 0.2")
            try browser.run("\(video).currentTime = 8; \(video).pause()")
            try browser.wait(for: "!\(video).seeking && \(video).readyState >= 2 && \(video).currentTime === 8")
            #expect(try browser.run("return \(video).error === null") as? Bool == true)
            try browser.run("\(video).currentTime = 1")
            try browser.wait(for: "!\(video).seeking && \(video).readyState >= 2 && \(video).currentTime === 1")
            #expect(try browser.complaints() == [])
        }
    }
}

extension Browser {
    /// Comes to a page of the admin site, by its login.
    func logIn(_ server: TestServer, _ target: String = "/admin/", password: String = Fixtures.password) throws {
        try open("https://127.0.0.1:\(server.port)\(target)")
        try type(Fixtures.user, into: "[name=username]")
        try type(password, into: "[name=password]")
        try click("main button")
    }
}
