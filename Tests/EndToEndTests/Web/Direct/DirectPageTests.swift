import Foundation
import Platform
import S3
import S3Client
import TestSupport
import Testing

/// The page's second way of sending, in a real browser, to a real engine.
@Suite(
    "The page sends straight to S3", .serialized,
    .enabled(if: CephGateway.isInstalled, "\(CephGateway.reason)"),
    .enabled(if: Browser.Kind.chromium.isInstalled, Browser.Kind.reason))
struct DirectPageTests {
    private static let options = ["--s3-page", "on", "--s3-read-back"]

    private static func open(_ direct: DirectServer) throws -> DropPage {
        let prepared = try direct.prepare(["https://127.0.0.1:\(direct.server.port)"])
        guard prepared.status == 0 else { throw Failure("s3 prepare: \(prepared.error)") }
        return try DropPage(.chromium, port: direct.server.port)
    }

    @Test("files of each size are there as they were, under their names; a name that is taken is left as it is")
    func sends() async throws {
        try await onThread {
            let direct = try DirectServer(options: Self.options)
            let page = try Self.open(direct)
            try direct.engine.put(direct.key("taken.txt"), [1])
            let files = [
                try page.makeFile("clip é.mp4", of: (20 << 20) + 5), try page.scratch.write([], to: "empty.txt"),
                try page.scratch.write(sample(3000), to: "taken.txt"),
            ]
            try page.enter()
            try page.choose(files)
            try page.browser.wait(for: DropPage.stored(3))
            #expect(try direct.content(of: direct.key("clip é.mp4")) == page.scratch.bytes(of: "clip é.mp4"))
            #expect(try direct.content(of: direct.key("empty.txt")) == [])
            #expect(try direct.content(of: direct.key("taken.txt")) == [1])
            let beside =
                try page.browser.run(
                    "return [...document.querySelectorAll('#files .state')].map((s) => s.textContent).join()")
                as? String
            #expect(beside?.contains("taken.") == true)
            let digests = try Tree.digests(of: page.scratch.path)
            #expect(try page.told() == digests)
            #expect(try direct.server.site.stored().isEmpty, "it went to the server")
            #expect(try direct.engine.openUploads(below: "").isEmpty)
            #expect(try page.browser.run("return localStorage.length") as? Int == 0)
            #expect(try page.browser.complaints() == [])
        }
    }

    enum Trouble: String, CaseIterable {
        case engineKilled, serverKilled, reload, pause
    }

    @Test("what was begun is gone on with, part by part", arguments: Trouble.allCases)
    func goesOn(_ trouble: Trouble) async throws {
        try await onThread {
            let gateway = trouble == .engineKilled ? try CephGateway() : try CephGateway.shared.get()
            var direct = try DirectServer(gateway, options: Self.options)
            let page = try Self.open(direct)
            let file = try page.makeFile("clip.mp4", of: 36 << 20)
            try page.enter()
            // The first three parts come through, the others wait for what the test does.
            try page.browser.run(Self.hold)
            try page.choose([file])
            try page.browser.wait(for: "\(DropPage.row("sending")) && window.held.length > 0")
            let before = try direct.engine.openUploads(below: "")
            try Self.make(trouble, page, &direct)
            try page.browser.wait(for: DropPage.stored(1))
            #expect(before.count == 1)
            #expect(try direct.content(of: direct.key("clip.mp4")) == page.scratch.bytes(of: "clip.mp4"))
            // One upload alone: its key, and no other beside it.
            #expect(try direct.engine.openUploads(below: "").isEmpty)
            #expect(try page.browser.run("return localStorage.length") as? Int == 0)
        }
    }

    /// Parts from the fourth on are held until `release()`.
    private static let hold = """
        window.held = [];
        let parts = 0;
        const { send } = XMLHttpRequest.prototype;
        window.release = () => { XMLHttpRequest.prototype.send = send; held.splice(0).forEach((go) => go()); };
        XMLHttpRequest.prototype.send = function (content) {
            if (parts++ < 3) send.call(this, content);
            else held.push(() => send.call(this, content));
        };
        """

    private static func make(_ trouble: Trouble, _ page: DropPage, _ direct: inout DirectServer) throws {
        switch trouble {
        case .engineKilled:
            try direct.gateway.treat(.kill)
            try page.browser.run("release()")
            try page.browser.wait(for: DropPage.row("retrying"))
            try direct.gateway.treat(.start)
            // It may have gone on by itself, without the button.
            try page.browser.run("document.querySelector('#files .retry').click()")
        case .serverKilled:
            let (port, bucket) = (direct.server.port, direct.bucket.name.text)
            try direct.server.kill()
            direct = try DirectServer(
                direct.gateway, site: direct.server.site, bucket: bucket, options: options + ["--port", String(port)])
            try page.browser.run("release()")
        case .reload:
            try page.chooseAgainAfterReload(page.scratch.path("clip.mp4"))
        case .pause:
            try page.browser.click("#files .pause")
            try page.browser.wait(for: DropPage.row("paused"))
            try page.browser.run("release()")
            try page.browser.click("#files .resume")
        }
    }

    @Test("a file that has changed since is sent anew, whole; what was cancelled leaves nothing")
    func changed() async throws {
        try await onThread {
            let direct = try DirectServer(options: Self.options)
            let page = try Self.open(direct)
            let file = try page.makeFile("clip.mp4", of: 40 << 20)
            try page.enter()
            try page.browser.run(Self.hold)
            try page.choose([file])
            try page.browser.wait(
                for: "window.held.length > 0 && /[1-9]/.test(document.querySelector('#files .state').textContent)")
            try page.reload()
            try page.browser.wait(for: DropPage.row("missing"))
            var content = try page.scratch.bytes(of: "clip.mp4")
            content[1 << 20] ^= 1
            try page.replaceContent(of: "clip.mp4", by: content)
            try page.enter()
            try page.choose([file])
            try page.browser.wait(for: DropPage.stored(1))
            let stored = try page.told().values.first
            #expect(try stored == Tree.digests(of: page.scratch.path)["clip.mp4"])
            try page.browser.run(Self.hold)
            try page.choose([try page.makeFile("other.mp4", of: 40 << 20)])
            try page.browser.wait(for: "window.held.length > 0")
            try page.browser.click("#files li[data-state=sending] .cancel")
            let end = Date(timeIntervalSinceNow: 120)
            while try !direct.engine.openUploads(below: "").isEmpty, Date() < end {
                Thread.sleep(forTimeInterval: 0.05)
            }
            #expect(try direct.engine.openUploads(below: "").isEmpty)
        }
    }
}
