import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// What a change of the password file does to connections that are open.
@Suite("Logins that don't count any more")
struct RevokedLoginTests {
    /// The next message that isn't `proceed`, until the connection ends.
    private func expectEnded(_ client: ProtocolClient) throws {
        let last = try client.remainder(seconds: 30).last { if case .proceed = $0 { false } else { true } }
        guard case .closing(let refusal)? = last else { throw Failure("no closing, but \(String(describing: last))") }
        #expect(refusal.status == .busy)
    }

    @Test("a removed user's connections end, what they had under way is parked, and others go on")
    func removed() throws {
        let server = try TestServer()
        let (idle, busy) = (try server.loggedIn(), try server.loggedIn())
        let other = try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        let content = sample(2_000_000)
        let upload = try busy.offer("half.mp4", size: content.count)
        // In the middle of a frame, too: nobody waits for its rest.
        try busy.send(data: Array(content[..<600_000]), upload: upload)
        let begun = HostileFrameTests.header(0x05, upload: upload, length: 400_000) + content[600_000..<700_000]
        try busy.send(bytes: begun)
        guard case .proceed = try busy.answer() else { throw Failure("no proceed") }
        let lines = try server.site.scratch.text(of: "users")
        try Fixtures.removeUser(Fixtures.user, from: server.site.users)
        try expectEnded(idle)
        try expectEnded(busy)
        _ = try server.logLine(with: " parked ", "path=half.mp4")
        for client in [idle, busy] {
            _ = try server.logLine(with: " closed ", "user=camera ", client.address, "isn't in the password file")
        }
        guard case .stored = try other.upload(sample(10), to: "a") else { throw Failure("not stored") }
        let late = try server.connect()
        guard case .denied = try late.tryToLogIn(Fixtures.user, Fixtures.password) else { throw Failure("not denied") }
        // The partial is there still, for the day on which the user is.
        #expect(try !server.site.partials().isEmpty)
        try server.site.scratch.write(lines, to: "users")
        _ = try server.loggedIn()
    }

    @Test("another password ends connections; another quota, and SIGHUP with nothing changed, end none")
    func changed() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let other = try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        try server.site.setQuota("1G")
        server.program.signal(SIGHUP)
        _ = try server.logLine(with: " certificate ")
        guard case .stored = try client.upload(sample(10), to: "a") else { throw Failure("not stored") }
        let changed = try RunningProgram.run(
            Binaries.adduser,
            ["--update", "-u", Fixtures.user, "-f", server.site.users, "--force"] + Fixtures.cheapHash,
            standardInput: "another\n")
        #expect(changed.status == 0)
        server.program.signal(SIGHUP)
        try expectEnded(client)
        _ = try server.logLine(with: " closed ", "user=camera ", "password has changed")
        guard case .stored = try other.upload(sample(10), to: "a") else { throw Failure("not stored") }
        _ = try server.loggedIn(Fixtures.user, "another")
        #expect(!server.logLines.contains { $0.contains(" closed ") && $0.contains("user=phone") })
    }

    @Test("a locked user's connections end and its token dies, who has the right password is told why, and files stay")
    func locked() throws {
        let server = try TestServer()
        let client = try server.connect()
        guard case .granted(let granted) = try client.tryToLogIn(Fixtures.user, Fixtures.password) else {
            throw Failure("not granted")
        }
        let other = try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        guard case .stored = try client.upload(sample(10), to: "a") else { throw Failure("not stored") }
        try set("--lock", server)
        try expectEnded(client)
        _ = try server.logLine(with: " closed ", "user=camera ", "was locked")
        #expect(try denial(Fixtures.password, server) == .accountLocked)
        #expect(try denial("wrong", server) == .credentialsWrong)
        let late = try server.connect()
        _ = try late.greet()
        try late.send(.reauthenticate(Reauthenticate(token: granted.token)))
        guard case .denied = try late.answer() else { throw Failure("not denied") }
        guard case .stored = try other.upload(sample(10), to: "a") else { throw Failure("not stored") }
        #expect(try server.site.stored().keys.contains("a"))
        try set("--unlock", server)
        _ = try server.loggedIn()
    }

    private func set(_ option: String, _ server: TestServer) throws {
        let arguments = ["--update", option, "-u", Fixtures.user, "-f", server.site.users]
        #expect(try RunningProgram.run(Binaries.adduser, arguments).status == 0)
        server.program.signal(SIGHUP)
    }

    private func denial(_ password: String, _ server: TestServer) throws -> Status? {
        guard case .denied(let refusal) = try server.connect().tryToLogIn(Fixtures.user, password) else { return nil }
        return refusal.status
    }
}
