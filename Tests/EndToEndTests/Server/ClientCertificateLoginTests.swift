import Foundation
import TestSupport
import Testing

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
