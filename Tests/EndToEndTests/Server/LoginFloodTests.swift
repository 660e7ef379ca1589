import Domain
import Glibc
import Platform
import TestSupport
import Testing
import Wire

/// Wrong passwords by the dozen, each of which costs the server a hash.
@Suite("Login floods")
struct LoginFloodTests {
    private static let addresses = ["127.0.0.2", "127.0.0.3"]
    private static let each = 40

    /// A server whose hashes take long enough that a flood is still there when a client comes.
    private static func server(_ options: String...) throws -> TestServer {
        let site = try Site()
        for (user, password) in [("good", "right"), ("other", "right too")] {
            try Fixtures.addUser(user, password, to: site.users, hash: Fixtures.dearHash)
        }
        return try TestServer(site, options: options)
    }

    /// Sends a wrong login over each of many connections.
    private func flood(_ server: TestServer) throws -> [ProtocolClient] {
        try (0..<Self.each).flatMap { _ in
            try Self.addresses.map { address in
                let client = try server.connect(from: address)
                try client.beginLogin("good", "wrong")
                return client
            }
        }
    }

    private func denials(_ server: TestServer) -> Int {
        server.logLines.count { $0.contains(" login-denied ") }
    }

    @Test("a flood of wrong passwords delays a client of another address by a few checks, not by the flood's")
    func otherAddress() throws {
        let server = try Self.server()
        let peers = try flood(server)
        for address in ["127.0.0.4", "127.0.0.5"] {
            let client = try server.connect(from: address)
            let before = denials(server)
            try client.logIn("other", "right too")
            // Those under way, one of those behind, and what ends while this is being looked at.
            #expect(denials(server) - before <= 3 * ProcessLimits.processors + 3)
        }
        #expect(denials(server) < Self.addresses.count * Self.each / 2, "the flood was over before it was in the way")
        withExtendedLifetime(peers) {}
    }

    @Test("logins that wait for the password check give their places to newcomers, and are told apart in the log")
    func places() throws {
        let server = try Self.server("--max-connections", "30", "--max-before-login", "20")
        let early = try server.connect(from: "127.0.0.4")
        try early.logIn("other", "right too")
        let peers = try flood(server)
        let late = try server.connect(from: "127.0.0.5")
        let before = denials(server)
        try late.logIn("good", "right")
        #expect(denials(server) - before <= 3 * ProcessLimits.processors + 3)
        _ = try server.logLine(with: " closed ", "address=127.0.0.2", "user=good", "made room for another")
        for client in [early, late] {
            guard case .stored = try client.upload(sample(10), to: "in") else { throw Failure("not stored") }
        }
        withExtendedLifetime(peers) {}
    }

    @Test("who sends a wrong login and resets isn't hashed for any more, and holds no turn")
    func reset() throws {
        let server = try Self.server()
        var peers = try flood(server)
        let (count, before) = (peers.count, denials(server))
        for peer in peers { peer.reset() }
        peers.removeAll()
        #expect(try eventually(seconds: 60) { server.logLines.count { $0.contains(" closed ") } == count })
        // Those under way, and what ends while the others go.
        #expect(denials(server) - before <= 3 * ProcessLimits.processors + 3)
        try server.loggedIn("other", "right too").close()
    }

    @Test("a server that is stopped lets logins that wait for the check go at once")
    func stop() throws {
        let server = try Self.server("--shutdown-timeout", "100")
        let peers = try flood(server)
        let before = denials(server)
        server.program.signal(SIGTERM)
        #expect(try server.program.waitForEnd(seconds: 90).status == 0)
        #expect(denials(server) - before <= 3 * ProcessLimits.processors)
        var endings: [[ServerMessage]] = []
        for peer in peers { endings.append((try? peer.remainder()) ?? []) }
        #expect(
            endings.contains {
                if case .closing(let refusal)? = $0.last { refusal.status == .shuttingDown } else { false }
            })
    }
}
