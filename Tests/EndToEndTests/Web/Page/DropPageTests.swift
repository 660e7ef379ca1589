import Foundation
import TestSupport
import Testing

@Suite("The page", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct DropPageTests {
    @Test("200 files chosen at once are stored, each as it is, with its receipt", arguments: Browser.Kind.installed)
    func many(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            let page = try DropPage(kind, port: server.port)
            let paths = try (0..<200).map { number in
                try page.scratch.write(sample(number * 100, seed: number), to: "IMG_\(number) – ü.jpg")
            }
            // First the files, then who sends them: in that order nothing is lost either.
            try page.choose(paths)
            try page.enter()
            try page.browser.wait(for: DropPage.stored(200))
            let digests = try Tree.digests(of: page.scratch.path)
            #expect(try server.site.stored() == digests)
            #expect(try page.told() == digests)
            let receipt = try page.browser.run(
                "const link = document.querySelector('#files a'); return [link.download, link.hidden, link.href]")
            let link = try #require(receipt as? [Any])
            #expect((link[0] as? String)?.hasSuffix(".receipt") == true && link[1] as? Bool == false, "\(link)")
            try page.browser.wait(for: "/^All is stored/.test(document.getElementById('all-state').textContent)")
            #expect(try server.site.partials().isEmpty)
            #expect(try page.browser.complaints() == [])
        }
    }

    @Test("a folder that is dropped keeps its folders", arguments: Browser.Kind.installed)
    func drop(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            let page = try DropPage(kind, port: server.port)
            try page.scratch.write(sample(5000, seed: 1), to: "trip/day 1/a.jpg")
            try page.scratch.write(sample(6000, seed: 2), to: "trip/b.jpg")
            try page.enter()
            try page.dropFolder("trip", files: ["day 1/a.jpg", "b.jpg"])
            try page.browser.wait(for: DropPage.stored(2))
            #expect(try server.site.stored() == Tree.digests(of: page.scratch.path))
        }
    }

    @Test("a wrong password is told, and the right one goes on", arguments: Browser.Kind.installed)
    func password(_ kind: Browser.Kind) async throws {
        try await onThread {
            let server = try TestServer()
            let page = try DropPage(kind, port: server.port)
            try page.choose([try page.scratch.write(sample(1000), to: "clip")])
            try page.logIn(password: "swordfish")
            try page.browser.wait(for: "/wrong/.test(document.getElementById('login-trouble').textContent)")
            #expect(try server.site.stored().isEmpty)
            try page.browser.run("document.getElementById('login').reset()")
            try page.enter()
            try page.browser.wait(for: DropPage.stored(1))
            #expect(
                try page.browser.run("return JSON.stringify([localStorage, sessionStorage])") as? String == "[{},{}]")
        }
    }
}
