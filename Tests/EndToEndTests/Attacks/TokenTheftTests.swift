import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// Somebody who has a copy of a device's login token.
@Suite("Theft of tokens")
struct TokenTheftTests {
    private let server: TestServer

    init() throws {
        server = try TestServer()
    }

    /// Logs in, and leaves the connection open.
    private func logIn(_ user: String, _ password: String) throws -> (client: ProtocolClient, token: Credential) {
        let client = try server.connect()
        guard case .granted(let granted) = try client.tryToLogIn(user, password) else { throw Failure("not granted") }
        return (client, granted.token)
    }

    private func logIn(by bytes: [UInt8]) throws -> (client: ProtocolClient, answer: ServerMessage) {
        let client = try server.connect()
        _ = try client.greet()
        try client.send(.reauthenticate(Reauthenticate(token: Credential(bytes))))
        return (client, try client.answer(seconds: 180))
    }

    private func isGranted(_ bytes: [UInt8]) throws -> Bool {
        if case .granted = try logIn(by: bytes).answer { true } else { false }
    }

    private func setPassword(_ password: String) throws {
        let changed = try RunningProgram.run(
            Binaries.adduser,
            ["--update", "-u", Fixtures.user, "-f", server.site.users, "--force"] + Fixtures.cheapHash,
            standardInput: password + "\n")
        #expect(changed.status == 0, "\(changed.error)")
    }

    @Test("a token is its own user's only: it neither finds nor changes what is another's")
    func acrossUsers() throws {
        let owner = try logIn(Fixtures.otherUser, Fixtures.otherPassword)
        guard case .stored = try owner.client.upload(sample(1000), to: "private") else { throw Failure("not stored") }
        let token = try logIn(Fixtures.user, Fixtures.password).token
        let (thief, answer) = try logIn(by: token.bytes)
        guard case .granted(let granted) = answer else { throw Failure("not granted") }
        #expect(granted.token.bytes.isEmpty)
        #expect(try thief.ask("private", sample(1000)) != nil)
        let before = try server.site.stored(for: Fixtures.otherUser)
        for path in ["private", "../\(Fixtures.otherUser)/private", "/\(Fixtures.otherUser)/b"] {
            _ = try? logIn(by: token.bytes).client.upload(sample(500), to: path)
        }
        #expect(try server.site.stored(for: Fixtures.otherUser) == before)
        #expect(try server.site.stored().keys.sorted() == ["private"])
        _ = try server.logLine(with: " login ", "user=\(Fixtures.user) ", thief.address, "by token")
    }

    @Test("it dies with the password, ends what it has opened, and the old line of the file doesn't bring it back")
    func afterPasswordChange() throws {
        let text = try server.site.scratch.text(of: "users")
        let (_, token) = try logIn(Fixtures.user, Fixtures.password)
        let thief = try logIn(by: token.bytes).client
        try setPassword("another")
        #expect(try !isGranted(token.bytes))
        _ = try server.logLine(with: " closed ", thief.address, "password has changed")
        // A second change whose consequences are seen: those of the first have been drawn.
        let (second, _) = try logIn(Fixtures.user, "another")
        try setPassword("a third one")
        _ = try server.logLine(with: " closed ", second.address, "password has changed")
        try server.site.scratch.write(text, to: "users")
        try server.site.scratch.setPermissions(0o600, of: "users")
        #expect(try !isGranted(token.bytes))
        // The old password counts again, as the admin wanted.
        _ = try logIn(Fixtures.user, Fixtures.password)
    }

    @Test("neither a part of it nor more than it, nor one with a bit changed, is a token")
    func guesses() throws {
        let token = try logIn(Fixtures.user, Fixtures.password).token.bytes
        var guesses = [Array(token.dropLast()), token + [0], Array(token.reversed()), [UInt8](repeating: 0, count: 32)]
        for bit in [0, 100, 255] {
            var changed = token
            changed[bit / 8] ^= 1 << (bit % 8)
            guesses.append(changed)
        }
        for guess in guesses { #expect(try !isGranted(guess)) }
        #expect(try isGranted(token))
    }

    @Test("a server that was started anew knows none")
    func restart() throws {
        let token = try logIn(Fixtures.user, Fixtures.password).token
        try server.kill()
        let next = try TestServer(server.site)
        let client = try next.connect()
        _ = try client.greet()
        try client.send(.reauthenticate(Reauthenticate(token: token)))
        guard case .denied = try client.answer() else { throw Failure("not denied") }
    }
}
