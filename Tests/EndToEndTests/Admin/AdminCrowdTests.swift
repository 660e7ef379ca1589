import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Admins beside each other, beside those who guess passwords, and beside devices.
@Suite("Crowds around the admin site")
struct AdminCrowdTests {
    private static let soak = ProcessInfo.processInfo.environment["AUTO_UPLOAD_SOAK"]

    @Test("two admins at once: what one has changed the other sees, and what both revoke is revoked once")
    func two() throws {
        let server = try TestServer(try Site.withRole())
        try server.site.setRole("admin", of: Fixtures.otherUser)
        let one = try AdminVisitor.loggedIn(server)
        let other = try AdminVisitor.loggedIn(server, Fixtures.otherUser, Fixtures.otherPassword)
        let tokens = [try one.token(), try other.token()]
        let addresses = [try one.makeLink("inbox", ["kind": "drop"]), try other.makeLink("inbox", ["kind": "drop"])]
        for visitor in [one, other] {
            let page = try visitor.get("/admin/links").text
            for address in addresses { #expect(page.contains(address)) }
        }
        for address in addresses {
            let statuses = Monitor<[Int]>([])
            try onThreads(2, seconds: 120) { number in
                let form = ["id": String(address.dropFirst()), "token": tokens[number]]
                let answer = try (number == 0 ? one : other).post("/admin/links/revoke", form)
                statuses.withLock { $0.append(answer.status) }
            }
            #expect(statuses.withLock { $0.sorted() } == [303, 404])
        }
        // The token of another admin's page is none.
        #expect(try one.post("/admin/log/clear", ["token": tokens[1]]).status == 403)
        let cleared = Monitor<[Int]>([])
        try onThreads(2, seconds: 120) { number in
            let answer = try (number == 0 ? one : other).post("/admin/log/clear", ["token": tokens[number]])
            cleared.withLock { $0.append(answer.status) }
        }
        #expect(cleared.withLock { $0 } == [303, 303])
    }

    /// By `make logins` 10,000.
    private static let wrongLogins = soak == "logins" ? 10_000 : 120

    @Test("an admin works, and another logs in, beside those who try passwords at the login page")
    func failedLogins() async throws {
        try await onThread {
            ProcessLimits.raiseOpenFiles()
            let server = try TestServer(try Site.withRole())
            let admin = try AdminVisitor.loggedIn(server)
            let threads = 8
            let tries = Tries(Self.wrongLogins)
            try onThreads(threads + 1, seconds: 3600) { number in
                if number == threads {
                    try Self.work(admin, server, until: tries)
                } else {
                    try Self.guess(number, server, tries)
                }
            }
            let statuses = tries.statuses
            // Who has waited for too long is told to come again.
            #expect(statuses[403, default: 0] + statuses[503, default: 0] == Self.wrongLogins, "\(statuses)")
            print("\(Self.wrongLogins) wrong logins beside a working admin: \(statuses)")
            #expect(try admin.isInside())
        }
    }

    private static func work(_ admin: AdminVisitor, _ server: TestServer, until tries: Tries) throws {
        repeat {
            #expect(try admin.get("/admin/").status == 200)
            #expect(try admin.get("/admin/log").status == 200)
            let again = try AdminVisitor(server, from: "127.0.0.200")
            #expect(try again.logIn(Fixtures.user, Fixtures.password).status == 303)
        } while !tries.areOver
    }

    /// Every other one knows a user's name.
    private static func guess(_ number: Int, _ server: TestServer, _ tries: Tries) throws {
        let name = number.isMultiple(of: 2) ? Fixtures.user : "nobody-\(number)"
        let visitor = try AdminVisitor(server, from: "127.0.1.\(number + 1)")
        while tries.take() { tries.note(try visitor.logIn(name, "wrong").status) }
    }

    /// Browsers and devices; 50 and 500 by `make listing`.
    private static let (browsers, devices) = soak == "listing" ? (50, 500) : (6, 12)

    private static func bytes(_ device: Int, _ file: Int, _ content: [UInt8]) -> [UInt8] {
        Array("\(device) \(file) ".utf8) + content.prefix(200_000)
    }

    private static func upload(_ device: Int, _ content: [UInt8], to server: TestServer) throws {
        let client = try server.loggedIn()
        for file in 0..<3 {
            guard case .stored = try client.upload(bytes(device, file, content), to: "device-\(device)/\(file)") else {
                throw Failure("not stored")
            }
        }
        client.close()
    }

    private static func look(_ server: TestServer, _ cookie: String, _ expected: String) throws {
        let curl = try Curl(server)
        for _ in 0..<3 {
            let listed = try curl("/admin/files/\(Fixtures.user)", ["-b", cookie])
            guard listed.status == 200 else { throw Failure("\(listed.status)") }
            let place = "/admin/content/\(Fixtures.user)/shared/clip.mp4"
            guard try curl(place, ["-b", cookie, "-o", curl.scratch.path("got")]).status == 200,
                try digest(of: curl.scratch.bytes(of: "got")) == expected
            else { throw Failure("not the same") }
        }
    }

    @Test("browsers list and download beside devices that upload, and everything arrives")
    func listing() async throws {
        try await onThread {
            ProcessLimits.raiseOpenFiles()
            let server = try TestServer(
                try Site.withRole(), options: ["--max-connections", "2000", "--max-before-login", "1000"])
            let admin = try AdminVisitor.loggedIn(server)
            let content = sample(3 << 20)
            let sent = try admin.curl.scratch.write(content, to: "sent")
            #expect(try admin.curl("/files/shared/clip.mp4", Curl.login + ["-T", sent]).status == 201)
            let expected = try digest(of: content)
            let cookie = "__Host-auto-upload=\(try admin.session())"
            try onThreads(Self.browsers + Self.devices, seconds: 1800) { number in
                if number < Self.devices {
                    try Self.upload(number, content, to: server)
                } else {
                    try Self.look(server, cookie, expected)
                }
            }
            let stored = try server.site.stored()
            #expect(stored.count == 1 + 3 * Self.devices)
            for number in 0..<Self.devices {
                for file in 0..<3 {
                    let sent = try digest(of: Self.bytes(number, file, content))
                    #expect(stored["device-\(number)/\(file)"] == sent)
                }
            }
            print(
                "\(Self.browsers) browsers beside \(Self.devices) devices: \(try server.program.peakMemory() >> 20) MiB at most"
            )
        }
    }
}

/// What is left to be tried, and what came of it.
private final class Tries: Sendable {
    private let state: Monitor<(left: Int, statuses: [Int: Int])>

    init(_ count: Int) {
        state = Monitor((count, [:]))
    }

    var areOver: Bool { state.withLock { $0.left <= 0 } }
    var statuses: [Int: Int] { state.withLock { $0.statuses } }

    func take() -> Bool {
        state.withLock { state in
            state.left -= 1
            return state.left >= 0
        }
    }

    func note(_ status: Int) { state.withLock { $0.statuses[status, default: 0] += 1 } }
}

/// A user of very many files.
@Suite("A long list in browsers", .enabled(if: !Browser.Kind.installed.isEmpty, Browser.Kind.reason))
struct LongListTests {
    private static let count = 100_000

    @Test("100,000 files are listed, paged, sorted and searched", arguments: Browser.Kind.installed)
    func list(_ kind: Browser.Kind) async throws {
        try await onThread {
            let site = try Site.withRole()
            for folder in 0..<10 {
                let path = try site.scratch.makeFolder("storage/\(Fixtures.user)/day-\(folder)")
                for file in 0..<Self.count / 10 {
                    guard FileManager.default.createFile(atPath: "\(path)/clip-\(folder)-\(file).mp4", contents: nil)
                    else {
                        throw Failure("no file")
                    }
                }
            }
            let server = try TestServer(site)
            let admin = try AdminVisitor.loggedIn(server)
            #expect(try eventually(seconds: 600) { try admin.get("/admin/").text.contains(">\(Self.count)</td>") })
            let browser = try Browser(kind)
            try browser.logIn(server, "/admin/files")
            try browser.wait(for: "document.querySelectorAll('tbody tr').length === 100")
            try browser.click("a[rel=next]")
            try browser.wait(
                for: "location.search.includes('after=') && document.querySelectorAll('tbody tr').length === 100")
            try browser.open("https://127.0.0.1:\(server.port)/admin/files?q=clip-7-4321")
            try browser.wait(for: "document.querySelectorAll('tbody tr').length === 1")
            try browser.open("https://127.0.0.1:\(server.port)/admin/files/\(Fixtures.user)/day-3?order=name&dir=desc")
            try browser.wait(for: "document.querySelector('tbody td a')?.textContent === 'clip-3-9999.mp4'")
            #expect(try browser.run("return document.documentElement.outerHTML.length < 51200") as? Bool == true)
            #expect(try browser.complaints() == [])
        }
    }
}
