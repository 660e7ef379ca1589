import Foundation
import TestSupport
import Testing
import Wire

/// What becomes of a certificate while the server runs: it ends, is renewed, or is replaced by what can't be used.
@Suite("The server's certificate")
struct CertificateTests {
    /// Certificate and key in a folder of the site's own, to be replaced.
    private struct Pair {
        let site: Site
        var certificate: String { site.scratch.path("live/server.pem") }
        var key: String { site.scratch.path("live/server-key.pem") }
        var options: [String] { ["-c", certificate, "-k", key] }

        init(_ certificates: ExampleCertificates) throws {
            site = try Site()
            try put(certificates)
        }

        /// Puts a copy in place by renaming, as most tools do.
        func put(_ certificates: ExampleCertificates, certificateOnly: Bool = false) throws {
            try put(certificates.chain, "server.pem")
            if !certificateOnly { try put(certificates.key, "server-key.pem") }
        }

        private func put(_ source: String, _ name: String) throws {
            let content = try Data(contentsOf: URL(fileURLWithPath: source))
            try site.scratch.write([UInt8](content), to: "live/\(name).new")
            guard unsafe rename(site.scratch.path("live/\(name).new"), site.scratch.path("live/\(name)")) == 0 else {
                throw Failure("can't rename")
            }
        }
    }

    private func server(_ pair: Pair) throws -> TestServer { try TestServer(pair.site, options: pair.options) }

    private func connect(_ server: TestServer, trusting certificates: ExampleCertificates) throws -> ProtocolClient {
        try ProtocolClient(port: server.port, authority: certificates.authority)
    }

    @Test("a renewed one is taken without dropping anyone, also behind links that are exchanged")
    func renewed() throws {
        let (old, new) = (try Fixtures.certificates.get(), try ExampleCertificates(for: ["127.0.0.1"]))
        let pair = try Pair(old)
        let server = try server(pair)
        let early = try connect(server, trusting: old)
        try early.logIn(Fixtures.user, Fixtures.password)
        // As Kubernetes does it: links to files in a folder of their own. For those to elsewhere see ConfinementTests.
        for (name, source) in [("server.pem", new.chain), ("server-key.pem", new.key)] {
            let content = try Data(contentsOf: URL(fileURLWithPath: source))
            try pair.site.scratch.write([UInt8](content), to: "live/next/\(name)")
            let link = pair.site.scratch.path("live/\(name)")
            try FileManager.default.createSymbolicLink(atPath: link + ".link", withDestinationPath: "next/\(name)")
            #expect(unsafe rename(link + ".link", link) == 0)
        }
        let line = try server.logLine(with: " certificate ", "file=\(pair.certificate)")
        #expect(line.contains("subject=\"IP Address:127.0.0.1\""))
        let late = try connect(server, trusting: new)
        try late.logIn(Fixtures.user, Fixtures.password)
        #expect(throws: (any Error).self) { try connect(server, trusting: old) }
        for (client, path) in [(early, "early"), (late, "late")] {
            guard case .stored = try client.upload(sample(10), to: path) else { throw Failure("not stored") }
        }
    }

    @Test("SIGHUP has the files looked at, and ends nothing")
    func hangUp() throws {
        let pair = try Pair(try Fixtures.certificates.get())
        let server = try server(pair)
        let client = try connect(server, trusting: try Fixtures.certificates.get())
        try client.logIn(Fixtures.user, Fixtures.password)
        server.program.signal(SIGHUP)
        _ = try server.logLine(with: " certificate ", "end=")
        guard case .stored = try client.upload(sample(10), to: "a") else { throw Failure("not stored") }
        #expect(try server.stop().status == 0)
    }

    @Test("what can't be used is refused, saying why, and the old one stays")
    func broken() throws {
        let old = try Fixtures.certificates.get()
        let pair = try Pair(old)
        let server = try server(pair)
        let expired = try ExampleCertificates(
            for: ["--not-before", "20200101000000Z", "--not-after", "20200201000000Z", "127.0.0.1"])
        try pair.put(expired)
        _ = try server.logLine(with: " warning ", "still counts", "2020-02-01T00:00:00Z")
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        try pair.put(other, certificateOnly: true)
        _ = try server.logLine(with: " warning ", "still counts", "doesn't belong to")
        try pair.site.scratch.write("nothing", to: "live/server.pem")
        _ = try server.logLine(with: " warning ", "still counts", "holds no usable certificate")
        try FileManager.default.removeItem(atPath: pair.key)
        _ = try server.logLine(with: " warning ", "still counts", "can't be read")
        try connect(server, trusting: old).logIn(Fixtures.user, Fixtures.password)
        try pair.put(other)
        _ = try server.logLine(with: " certificate ", "subject=")
        try connect(server, trusting: other).logIn(Fixtures.user, Fixtures.password)
    }

    @Test("one that ends within 30 days, or has ended, is told of at start; another isn't")
    func ends() throws {
        let soon = try server(Pair(try ExampleCertificates(for: ["--days", "5", "127.0.0.1"])))
        let line = try soon.logLine(with: " warning certificate-expires ", "IP Address:127.0.0.1", "file=")
        #expect(line.contains("server.pem") && ["days=4 ", "days=5 "].contains { line.contains($0) })
        let ended = try server(
            Pair(
                try ExampleCertificates(
                    for: ["--not-before", "20200101000000Z", "--not-after", "20200201000000Z", "127.0.0.1"])))
        _ = try ended.logLine(with: " warning certificate-expired ", "end=2020-02-01T00:00:00Z")
        let fine = try server(Pair(try Fixtures.certificates.get()))
        try fine.expectServing()
        #expect(!fine.log.contains("certificate-expire"))
    }

    @Test("a private key that everybody may read is told of; one of a group isn't", arguments: [0o644, 0o640])
    func keyForAll(_ permissions: Int) throws {
        let pair = try Pair(try Fixtures.certificates.get())
        try pair.site.scratch.setPermissions(permissions, of: "live/server-key.pem")
        let server = try server(pair)
        try server.expectServing()
        #expect(server.log.contains("open to everybody") == (permissions == 0o644))
    }
}
