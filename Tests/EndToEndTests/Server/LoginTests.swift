import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// Who is let in, and what a change of the password file does to a server that runs.
@Suite("Logins")
struct LoginTests {
    @Test("a wrong password and an unknown user are denied alike, and told apart by nobody")
    func denied() throws {
        let server = try TestServer()
        var refusals: [Refusal] = []
        for (user, password) in [(Fixtures.user, "wrong"), ("nobody", "wrong"), ("../camera", "wrong")] {
            let client = try server.connect()
            guard case .denied(let refusal) = try client.tryToLogIn(user, password) else { throw Failure("not denied") }
            #expect(try client.remainder().isEmpty)
            refusals.append(refusal)
            _ = try server.logLine(with: " login-denied ", "user=\(user) ", client.address, "status=credentialsWrong")
        }
        #expect(Set(refusals).count == 1)
        #expect(!server.log.contains("wrong\n") && !server.log.contains(Fixtures.password))
        #expect(try server.site.scratch.names(in: "storage") == [".auto-upload", Site.marker])
        try server.expectServing()
    }

    @Test("no login by a token that was never given")
    func token() throws {
        let server = try TestServer()
        let client = try server.connect()
        _ = try client.greet()
        try client.send(bytes: HostileFrameTests.header(0x03, length: 5) + [0, 3, 1, 2, 3])
        guard case .denied(let refusal) = try client.answer() else { throw Failure("not denied") }
        #expect(refusal.status == .credentialsWrong)
        // Who was denied a token may come with the password.
        let password = Credential(Array(Fixtures.password.utf8))
        try client.send(.authenticate(Authenticate(user: Fixtures.user, password: password)))
        guard case .granted = try client.answer(seconds: 180) else { throw Failure("not granted") }
    }

    @Test("a user added while the server runs gets in, and one that is removed doesn't any more")
    func changes() throws {
        let server = try TestServer()
        let file = server.site.users
        let early = try server.connect()
        guard case .denied = try early.tryToLogIn("newcomer", "secret") else { throw Failure("not denied") }
        try Fixtures.addUser("newcomer", "secret", to: file)
        let newcomer = try server.loggedIn("newcomer", "secret")
        guard case .stored = try newcomer.upload(sample(10), to: "a") else { throw Failure("not stored") }
        try Fixtures.removeUser("newcomer", from: file)
        let late = try server.connect()
        guard case .denied = try late.tryToLogIn("newcomer", "secret") else { throw Failure("not denied") }
        #expect(try server.site.stored(for: "newcomer").keys.sorted() == ["a"])
        try server.expectServing()
    }

    @Test("a password file that everybody may read isn't used; the one before it still counts")
    func openedToAll() throws {
        let server = try TestServer()
        try server.expectServing()
        try Fixtures.addUser("newcomer", "secret", to: server.site.users)
        try server.site.scratch.setPermissions(0o644, of: "users")
        let client = try server.connect()
        guard case .denied = try client.tryToLogIn("newcomer", "secret") else { throw Failure("not denied") }
        _ = try server.logLine(with: " warning ", "password file")
        try server.expectServing()
    }

    @Test("a broken line concerns its own user only, who is named by the line's number")
    func brokenLine() throws {
        let site = try Site()
        let text = try site.scratch.text(of: "users")
        try site.scratch.write("broken:not-a-hash-at-all\n" + text + "odd:$argon2id$v=19$m=1\n", to: "users")
        let server = try TestServer(site)
        #expect(server.log.contains("line 1") && server.log.contains("line 4"))
        #expect(!server.log.contains("not-a-hash-at-all"))
        let client = try server.connect()
        guard case .denied = try client.tryToLogIn("broken", "not-a-hash-at-all") else { throw Failure("not denied") }
        try server.expectServing()
    }

    /// The wait is the server's own (30 s); other tests go on meanwhile.
    @Test("who doesn't log in is closed after a while")
    func dawdler() async throws {
        let server = try TestServer()
        try await onThread {
            let client = try server.connect()
            _ = try client.greet()
            guard case .closing(let refusal)? = try client.remainder(seconds: 90).last else {
                throw Failure("no closing")
            }
            #expect(refusal.status == .timedOut)
            _ = try server.logLine(with: " closed ", client.address, "timedOut")
        }
        try server.expectServing()
    }
}
