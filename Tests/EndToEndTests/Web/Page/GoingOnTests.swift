import Foundation
import TestSupport
import Testing

/// A large file, and what comes in between.
@Suite("The page goes on", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct GoingOnTests {
    enum Trouble: String, CaseIterable {
        case network, restart, reload, pause
    }

    static let cases = Browser.Kind.installed.flatMap { kind in Trouble.allCases.map { (kind, $0) } }

    /// `scripts/soak page` sends 3 GiB.
    private static let size =
        ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "page" ? 3 << 30 : 60 << 20

    /// Its connections stop in the middle of the file, and wait for what the test does.
    private static let stopping = LinkQuality(holdsAfter: size / 3)

    @Test("what was begun is gone on with, not begun anew", arguments: cases)
    func goesOn(_ kind: Browser.Kind, _ trouble: Trouble) async throws {
        try await onThread {
            var server = try TestServer()
            let network = try BreakableNetwork(to: server.port, Self.stopping)
            let page = try DropPage(kind, port: network.port)
            let file = try page.makeFile("clip.mp4", of: Self.size)
            try page.enter()
            try page.choose([file])
            try page.browser.wait(for: DropPage.isUnderWay, seconds: 600)
            try Self.make(trouble, page, network, &server)
            network.release()
            try page.browser.wait(for: DropPage.stored(1), seconds: 600)
            #expect(try page.count(of: "POST") == (trouble == .reload ? 0 : 1), "it was begun anew")
            let digests = try Tree.digests(of: page.scratch.path)
            #expect(try server.site.stored() == digests)
            #expect(try page.told() == digests)
            #expect(try page.browser.run("return localStorage.length") as? Int == 0)
            #expect(try server.site.partials().isEmpty)
            #expect(try page.browser.complaints() == [])
        }
    }

    private static func make(
        _ trouble: Trouble, _ page: DropPage, _ network: BreakableNetwork, _ server: inout TestServer
    ) throws {
        switch trouble {
        case .network:
            network.cut()
            try page.browser.wait(for: DropPage.row("retrying"))
            network.connect(to: server.port)
        case .restart:
            network.cut()
            try server.kill()
            server = try TestServer(server.site)
            network.connect(to: server.port)
        case .reload:
            try page.chooseAgainAfterReload(page.scratch.path("clip.mp4"))
        case .pause:
            try page.browser.click("#files .pause")
            try page.browser.wait(for: DropPage.row("paused"))
            try page.browser.click("#files .resume")
        }
    }

    @Test(
        "after a reload, what has only the name, size and time of a file is another file, also where one byte differs",
        arguments: Browser.Kind.installed, [false, true])
    func impostor(_ kind: Browser.Kind, _ isAlmostTheSame: Bool) async throws {
        try await onThread {
            let server = try TestServer()
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAfter: 6 << 20))
            let page = try DropPage(kind, port: network.port)
            let file = try page.makeFile("clip.mp4", of: 24 << 20)
            try page.enter()
            try page.choose([file])
            try page.browser.wait(for: DropPage.isUnderWay)
            try page.reload()
            network.release()
            try page.browser.wait(for: DropPage.row("missing"))
            var content = sample(24 << 20, seed: 99)
            if isAlmostTheSame {
                content = try page.scratch.bytes(of: "clip.mp4")
                // Of what has been sent, but not of what the page looks at first.
                content[1 << 20] ^= 1
            }
            try page.replaceContent(of: "clip.mp4", by: content)
            try page.enter()
            try page.choose([file])
            try page.browser.wait(for: DropPage.stored(1))
            #expect(try page.count(of: "POST") == 1)
            #expect(try server.site.stored() == Tree.digests(of: page.scratch.path))
            let others = "return [...document.querySelectorAll('#files li')].map((row) => row.dataset.state)"
            #expect(
                try page.browser.run(others) as? [String] == (isAlmostTheSame ? ["stored"] : ["missing", "stored"]))
        }
    }

    @Test("without an account, too, each file for the answer to a challenge", arguments: Browser.Kind.installed)
    func anonymous(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer(options: ["--anonymous", "drops"])
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAfter: 6 << 20))
            let page = try DropPage(kind, port: network.port)
            let file = try page.makeFile("clip.mp4", of: 12 << 20)
            try page.choose([file])
            try page.enterWithoutAccount()
            try page.browser.wait(for: DropPage.isUnderWay)
            try page.reload()
            network.release()
            try page.browser.wait(for: DropPage.row("missing"))
            try page.enterWithoutAccount()
            try page.choose([file])
            try page.browser.wait(for: DropPage.stored(1))
            #expect(try page.count(of: "POST") == 0)
            try page.choose([try page.scratch.write(sample(3000), to: "note.txt")])
            try page.browser.wait(for: DropPage.stored(2))
            #expect(try server.site.stored(for: "drops") == Tree.digests(of: page.scratch.path))
            #expect(try page.browser.run("return localStorage.length") as? Int == 0)
            #expect(try page.browser.complaints() == [])
        }
    }
}
