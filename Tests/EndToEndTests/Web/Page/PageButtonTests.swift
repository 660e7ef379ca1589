import Foundation
import TestSupport
import Testing

/// What a person does about a file that isn't stored yet, and what the page tells them.
@Suite("The page's buttons", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct PageButtonTests {
    @Test(
        "what is cancelled is gone, on the server, too; what has failed is tried again",
        arguments: Browser.Kind.installed)
    func cancelAndRetry(_ kind: Browser.Kind) async throws {
        try await onThread {
            var server = try TestServer(options: ["--max-file-size", "20M"])
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAfter: 6 << 20))
            let page = try DropPage(kind, port: network.port)
            try page.enter()
            try page.choose([try page.makeFile("cancelled.mp4", of: 12 << 20)])
            try page.browser.wait(for: DropPage.isUnderWay)
            #expect(try !server.site.partials().isEmpty)
            try page.browser.click("#files .cancel")
            try page.browser.wait(for: "!document.querySelector('#files li')")
            try page.browser.wait(for: "localStorage.length === 0")
            while try !server.site.partials().isEmpty { Thread.sleep(forTimeInterval: 0.02) }
            network.release()
            try page.choose([try page.makeFile("large.mp4", of: 21 << 20)])
            try page.browser.wait(for: DropPage.row("failed"))
            network.cut()
            _ = try server.stop()
            server = try TestServer(server.site)
            network.connect(to: server.port)
            try page.browser.click("#files .retry")
            try page.browser.wait(for: DropPage.stored(1))
            #expect(try server.site.stored().keys.sorted() == ["large.mp4"])
        }
    }

    @Test(
        "bytes that have left, and that nobody confirms, are told apart from what is safe",
        arguments: Browser.Kind.installed)
    func buffering(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            // What a browser sees of a proxy that takes all of a request before it passes any of it on.
            let network = try BreakableNetwork(to: server.port, LinkQuality(holdsAnswersAfter: 1 << 20))
            let page = try DropPage(kind, port: network.port)
            try page.enter()
            try page.choose([try page.makeFile("clip.mp4", of: 8 << 20)])
            try page.browser.wait(
                for: "/ 4.2 MB on the way$/.test(document.querySelector('#files .state').textContent)")
            #expect(try page.browser.run("return document.querySelector('.held')") is NSNull?)
            try page.browser.run("const { now } = Date; Date.now = () => now() + 9000")
            try page.browser.wait(for: "document.querySelector('#files li.held')")
            let told = "a proxy may be holding them back"
            try page.browser.wait(for: "document.querySelector('#files .state').textContent.includes('\(told)')")
            try page.browser.wait(for: "document.getElementById('all-state').textContent.includes('\(told)')")
            network.release()
            try page.browser.wait(for: DropPage.stored(1))
            #expect(try page.browser.run("return document.querySelector('.held')") is NSNull?)
        }
    }
}
