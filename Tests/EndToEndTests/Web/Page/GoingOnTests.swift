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
    private static var size: Int {
        ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"] == "page" ? 3 << 30 : 60 << 20
    }

    @Test("what was begun is gone on with, not begun anew", arguments: cases)
    func goesOn(_ kind: Browser.Kind, _ trouble: Trouble) async throws {
        try await onThread {
            var server = try TestServer()
            let network = try BreakableNetwork(to: server.port, rate: Double(Self.size) / 5)
            let page = try DropPage(kind, port: network.port)
            let file = try page.scratch.write([], to: "clip.mp4")
            try Self.fill(file)
            try page.enter()
            try page.choose([file])
            try page.browser.wait(for: DropPage.isUnderWay)
            try Self.make(trouble, page, network, &server)
            try page.browser.wait(for: DropPage.stored(1), seconds: 600)
            #expect(try page.count(of: "POST") == (trouble == .reload ? 0 : 1), "it was begun anew")
            let digests = try Tree.digests(of: page.scratch.path)
            #expect(try server.site.stored() == digests)
            #expect(try page.told() == digests)
            #expect(try page.browser.run("return localStorage.length") as? Int == 0)
            #expect(try server.site.partials().isEmpty)
        }
    }

    private static func fill(_ file: String) throws {
        let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
        for number in 0..<size / (20 << 20) { try handle.write(contentsOf: sample(20 << 20, seed: number)) }
        try handle.close()
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
            try page.reload()
            try page.browser.wait(for: DropPage.row("missing"))
            try page.enter()
            try page.choose([page.scratch.path("clip.mp4")])
        case .pause:
            try page.browser.click("#files .pause")
            try page.browser.wait(for: DropPage.row("paused"))
            try page.browser.click("#files .resume")
        }
    }
}
