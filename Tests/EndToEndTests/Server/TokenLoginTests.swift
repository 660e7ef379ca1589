import Domain
import Foundation
import TestSupport
import Testing
import Wire

/// Who comes back by a token, by the real programs.
@Suite("Logins by token")
struct TokenLoginTests {
    /// Logs in, and takes the token.
    private func token(_ server: TestServer) throws -> Credential {
        let client = try server.connect()
        let answer = try client.tryToLogIn(Fixtures.user, Fixtures.password)
        guard case .granted(let granted) = answer else { throw Failure("not granted: \(answer)") }
        #expect(granted.token.bytes.count == 32 && granted.tokenLifetime == 12 * 3600)
        client.close()
        return granted.token
    }

    private func logIn(_ client: ProtocolClient, by token: Credential) throws -> ServerMessage {
        _ = try client.greet()
        try client.send(.reauthenticate(Reauthenticate(token: token)))
        return try client.answer(seconds: 180)
    }

    @Test("the client comes back by its token, which nobody else may read, and by its password where that is unknown")
    func client() throws {
        let site = try Site()
        let first = try TestServer(site)
        let client = try TestClient(first)
        for name in ["a", "b"] {
            try client.record(sample(1000), as: name)
            #expect(try client.pass().status == 0)
        }
        #expect(try eventually { first.logLines.count { $0.contains(" login ") && $0.contains("by token") } == 1 })
        let folder = URL(filePath: client.scratch.path("state"))
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let file = try #require(files.compactMap { $0 as? URL }.first { $0.lastPathComponent == "login-token" })
        let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        // A token that the server doesn't know any more, as after its restart.
        var content = try Data(contentsOf: file)
        content[content.count - 1] ^= 1
        try content.write(to: file)
        try client.record(sample(1000), as: "c")
        #expect(try client.pass().status == 0)
        #expect(try eventually { first.logLines.count { $0.contains(" login-denied ") && $0.contains("token") } == 1 })
        try client.record(sample(1000), as: "d")
        #expect(try client.pass().status == 0)
        #expect(try eventually { first.logLines.count { $0.contains(" login ") && $0.contains("by token") } == 2 })
    }

    @Test("another password ends it, and whoever has that may go on in the same connection")
    func ended() throws {
        let server = try TestServer()
        let token = try token(server)
        guard case .granted(let granted) = try logIn(server.connect(), by: token) else { throw Failure("not granted") }
        // Else a stolen one would serve for ever.
        #expect(granted.token.bytes.isEmpty && granted.tokenLifetime == 0)
        let changed = try RunningProgram.run(
            Binaries.adduser,
            ["--update", "-u", Fixtures.user, "-f", server.site.users, "--force"] + Fixtures.cheapHash,
            standardInput: "another password\n")
        #expect(changed.status == 0)
        let client = try server.connect()
        guard case .denied(let refusal) = try logIn(client, by: token) else { throw Failure("not denied") }
        #expect(refusal.status == .credentialsWrong)
        // Whoever has the password may go on.
        let password = Credential(Array("another password".utf8))
        try client.send(.authenticate(Authenticate(user: Fixtures.user, password: password)))
        guard case .granted = try client.answer(seconds: 180) else { throw Failure("not granted") }
        #expect(!server.log.contains("another password"))
    }

    @Test("none are given with a lifetime of 0")
    func none() throws {
        let server = try TestServer(options: ["--token-lifetime", "0"])
        guard case .granted(let granted) = try server.connect().tryToLogIn(Fixtures.user, Fixtures.password) else {
            throw Failure("not granted")
        }
        #expect(granted.token.bytes.isEmpty)
    }
}
