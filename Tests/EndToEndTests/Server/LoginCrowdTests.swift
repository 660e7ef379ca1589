import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// Many who guess passwords.
@Suite("Crowds that guess passwords")
struct LoginCrowdTests {
    private static let size = 500
    /// What docs/THREAT_MODEL.md says: a hash for each processor, and so much for each connection.
    private static let bytesPerConnection = 256 << 10
    private static let hashBytes = 19_456 << 10

    @Test("five hundred wrong logins at once, half of them a real user's: the user gets in, and memory stays bounded")
    func wrongPasswords() throws {
        ProcessLimits.raiseOpenFiles()
        let server = try TestServer(options: ["--max-before-login", "600", "--login-timeout", "600"])
        _ = try server.loggedIn()
        let before = try server.program.peakMemory()
        let crowd = try (0..<Self.size).map { number in
            let client = try server.connect(from: number % 4 < 2 ? "127.0.0.2" : nil)
            _ = try client.greet()
            return client
        }
        for (number, client) in crowd.enumerated() {
            try client.sendLogin(number.isMultiple(of: 2) ? Fixtures.user : "nobody-\(number)", "wrong")
        }
        // From an address of those who guess, and from another.
        for source in ["127.0.0.2", "127.0.0.3"] {
            let client = try server.connect(from: source)
            try client.logIn(Fixtures.user, Fixtures.password)
            guard case .stored = try client.upload(sample(1000), to: source) else { throw Failure("not stored") }
        }
        var denials: [Status: Int] = [:]
        for client in crowd {
            guard case .denied(let refusal) = try client.answer(seconds: 300) else { throw Failure("not denied") }
            denials[refusal.status, default: 0] += 1
        }
        // Who has waited for too long is told to come again.
        #expect(denials[.credentialsWrong, default: 0] + denials[.busy, default: 0] == Self.size, "\(denials)")
        let grown = try server.program.peakMemory() - before
        let allowed = Self.size * Self.bytesPerConnection + ProcessLimits.processors * Self.hashBytes
        #expect(grown <= allowed, "\(grown) bytes more, at the most \(before + grown); denials: \(denials)")
        try server.expectServing()
    }
}
