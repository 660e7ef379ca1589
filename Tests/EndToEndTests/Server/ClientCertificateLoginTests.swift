import Foundation
import TestSupport
import Testing
import Transport
import Wire

/// `--client-ca`, `--client-certificate` and `--pin`, by the real programs.
@Suite("Certificates of clients, and pins")
struct ClientCertificateLoginTests {
    @Test("nobody gets as far as the password without a certificate, and who has one is let in with it")
    func certificates() throws {
        let certificates = try ExampleCertificates(for: ["127.0.0.1"])
        let camera = try certificates.makeClient("camera")
        let server = try TestServer(options: ["--client-ca", certificates.authority])
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a")
        let refused = try client.pass()
        #expect(refused.status == 76 && refused.error.contains("--client-certificate"), "\(refused.error)")
        #expect(!server.log.contains(" login"))
        let others = try ExampleCertificates(for: ["127.0.0.1"])
        let other = try others.makeClient("camera")
        let stranger = try client.pass("--client-certificate", other.chain, "--client-key", other.key)
        #expect(stranger.status == 76 && stranger.error.contains("doesn't take the certificate"), "\(stranger.error)")
        let sent = try client.pass("--client-certificate", camera.chain, "--client-key", camera.key)
        #expect(sent.status == 0, "\(sent.error)")
        #expect(try server.site.stored().count == 1)
        #expect(try client.pass("--client-key", camera.key).status == 64)
    }

    @Test("a revoked certificate ends its connection, others go on, and it doesn't come back by a token or a ticket")
    func revoked() throws {
        let certificates = try ExampleCertificates(for: ["127.0.0.1"])
        let (lost, kept) = (try certificates.makeClient("lost"), try certificates.makeClient("kept"))
        let list = try certificates.revoke()
        let site = try Site(certificates: certificates)
        let server = try TestServer(site, options: ["--client-ca", certificates.authority, "--client-crl", list])
        func context(_ own: (chain: String, key: String)) throws -> TLSContext {
            try TLSContext(authorities: certificates.authority, certificate: own, minimum: .tls13)
        }
        func connect(_ context: TLSContext) throws -> ProtocolClient {
            try ProtocolClient(port: server.port, authority: certificates.authority, context: context)
        }
        let (thief, owner) = (try context(lost), try context(kept))
        let (stolen, other) = (try connect(thief), try connect(owner))
        let answer = try stolen.tryToLogIn(Fixtures.user, Fixtures.password)
        guard case .granted(let granted) = answer else { throw Failure("not granted") }
        try other.logIn(Fixtures.user, Fixtures.password)
        try certificates.revoke("lost")
        _ = try server.logLine(with: " certificate ", "subject=")
        guard case .closing = try stolen.remainder(seconds: 90).last else { throw Failure("not closed") }
        _ = try server.logLine(with: " closed ", stolen.address, "certificate was revoked")
        #expect(throws: (any Error).self) {
            let again = try connect(thief)
            _ = try again.greet()
            try again.send(.reauthenticate(Reauthenticate(token: granted.token)))
            _ = try again.answer()
        }
        _ = try server.logLine(with: "certificate revoked", "lost")
        guard case .stored = try other.upload(sample(10), to: "kept") else { throw Failure("not stored") }
        try connect(owner).logIn(Fixtures.user, Fixtures.password)
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a")
        let refused = try client.pass("--client-certificate", lost.chain, "--client-key", lost.key)
        #expect(refused.status == 76 && refused.error.contains("certificate revoked"), "\(refused.error)")
        #expect(try site.stored().count == 1)
    }

    @Test("a list that can't be used is told of, and the one before it still counts; a late one counts, too")
    func lists() throws {
        let certificates = try ExampleCertificates(for: ["127.0.0.1"])
        let own = try certificates.makeClient("own")
        let list = try certificates.revoke(
            options: ["--not-before", "20200101000000Z", "--not-after", "20200201000000Z"])
        let site = try Site(certificates: certificates)
        let server = try TestServer(site, options: ["--client-ca", certificates.authority, "--client-crl", list])
        _ = try server.logLine(with: " warning ", "--client-crl", "2020-02-01")
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a")
        #expect(try client.pass("--client-certificate", own.chain, "--client-key", own.key).status == 0)
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        try FileManager.default.removeItem(atPath: list)
        try FileManager.default.copyItem(atPath: other.revoke(), toPath: list)
        _ = try server.logLine(with: " warning ", "still counts", "none that the authority")
        try client.record(sample(1000), as: "b")
        #expect(try client.pass("--client-certificate", own.chain, "--client-key", own.key).status == 0)
        let alone = try RunningProgram.run(
            "/usr/bin/env", ["timeout", "30", Binaries.server] + site.arguments(["--client-crl": list]))
        #expect(alone.status == 64 && alone.error.contains("--client-ca"))
    }

    @Test("a pinned key is enough to trust a server, and another one isn't")
    func pins() throws {
        let server = try TestServer()
        let strict = try TestClient(server: "127.0.0.1:\(server.port)", authority: nil)
        try strict.record(sample(1000), as: "a")
        let wrong = "sha256//" + String(repeating: "A", count: 43) + "="
        let refused = try strict.pass("--pin", wrong)
        #expect(refused.status == 76, "\(refused.error)")
        // What it says is what can be pinned, once a person has compared it.
        let start = try #require(refused.error.range(of: "has the key sha256//"))
        let pin = "sha256//" + refused.error[start.upperBound...].prefix(44)
        #expect(try strict.pass("--pin", wrong, "--pin", pin).status == 0)
        #expect(try server.site.stored().count == 1)
        #expect(try strict.pass("--pin", "sha256//short").status == 64)
        let both = try TestClient(server)
        try both.record(sample(1000), as: "b")
        #expect(try both.pass("--pin", wrong).status == 76)
        #expect(try both.pass("--pin", pin).status == 0)
    }
}
