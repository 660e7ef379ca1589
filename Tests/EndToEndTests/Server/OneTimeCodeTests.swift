import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Users with one-time codes, by the real programs.
@Suite("Logins with one-time codes")
struct OneTimeCodeLoginTests {
    private static func site() throws -> (Site, OneTimeSeed) {
        let site = try Site()
        let made = try RunningProgram.run(
            Binaries.adduser, ["--update", "-u", Fixtures.user, "--totp", "-f", site.users])
        guard let line = made.output.split(separator: "\n").first(where: { $0.hasPrefix("seed: ") }) else {
            throw Failure("no seed: \(made.error)")
        }
        return (site, try OneTimeSeed(line.dropFirst("seed: ".count).utf8))
    }

    /// - Parameter offset: steps from now.
    private static func code(of seed: OneTimeSeed, _ offset: Int64 = 0) throws -> String {
        let step = TimeStep(at: currentUnixTime() + offset * TimeStep.seconds)
        return String(decoding: try #require(seed.code(of: step)).bytes, as: UTF8.self)
    }

    @Test("the client makes the codes from its seed file, and nobody gets in without")
    func client() throws {
        let (site, seed) = try Self.site()
        let server = try TestServer(site)
        let client = try TestClient(server)
        try client.record(sample(1000), as: "clip")
        let file = try client.scratch.write("\(seed.text.lowercased())\n", to: "seed")
        try client.scratch.setPermissions(0o600, of: "seed")
        #expect(try client.pass().status == 77)
        _ = try server.logLine(with: " login-denied ", "no one-time code was given")
        #expect(try client.pass("--totp-seed-file", file).status == 0)
        #expect(try site.stored().count == 1)
        #expect(!server.log.contains(seed.text))
        try client.scratch.setPermissions(0o644, of: "seed")
        let open = try client.pass("--totp-seed-file", file)
        #expect(open.status == 78 && open.error.contains("--totp-seed-file"))
    }

    @Test("a code that a person types serves once, also over a kill of the server")
    func typed() throws {
        let (site, seed) = try Self.site()
        // Of the next step, so that it is right for long enough.
        let code = try Self.code(of: seed, 1)
        let first = try TestServer(site)
        let client = try TestClient(first)
        try client.record(sample(1000), as: "clip")
        #expect(try client.pass("--totp-code", code).status == 0)
        try first.kill()
        let server = try TestServer(site)
        let again = try server.connect()
        guard case .denied(let refusal) = try again.tryToLogIn(Fixtures.user, Fixtures.password, code: code) else {
            throw Failure("not denied")
        }
        #expect(refusal.status == .oneTimeCodeUsed && (1...90).contains(refusal.retryAfterSeconds))
        #expect(try client.pass("--totp-code", "12345").status == 64)
    }

    @Test("by the web, too: as a field, behind the password, and in no other way")
    func web() throws {
        let (site, seed) = try Self.site()
        let server = try TestServer(site)
        let curl = try Curl(server)
        let path = try curl.scratch.write(sample(1000), to: "clip")
        #expect(try curl("/files/a", Curl.login + ["-T", path]).status == 401)
        let code = try Self.code(of: seed)
        let withField = Curl.login + ["-H", "OTP: \(code)", "-T", path]
        #expect(try curl("/files/a", withField).status == 201)
        // A large upload is made of many requests.
        #expect(try curl("/files/b", withField).status == 201)
        let elsewhere = try Curl(server, from: "127.0.9.9")
        let stolen = try elsewhere("/files/c", withField)
        #expect([401, 503].contains(stolen.status))
        let next = try Self.code(of: seed, 1)
        let behind = ["-u", "\(Fixtures.user):\(Fixtures.password)\(next)", "-T", path]
        #expect(try curl("/files/d", behind).status == 201)
        let form = ["-F", "username=\(Fixtures.user)", "-F", "password=\(Fixtures.password)", "-F", "otp=123456"]
        #expect(try curl("/upload", form + ["-F", "file=@\(path)"]).status == 403)
        #expect(try site.stored().keys.sorted() == ["a", "b", "d"])
        #expect(!server.log.contains(code) && !server.log.contains(next))
    }
}
