import Platform
import TestSupport
import Testing
import Transport

/// Servers that ask for certificates of their clients.
@Suite("Client certificates")
struct ClientCertificateTests {
    private static let site = Result { try ExampleCertificates(for: ["127.0.0.1"], keptUntilExit: true) }

    /// Whether the server takes a client: with TLS 1.3 the client doesn't know it yet when its handshake is done.
    private func isTaken(
        _ certificate: (chain: String, key: String)?, by authorities: String, _ minimum: TLSVersion = .tls13
    ) throws -> Bool {
        let site = try Self.site.get()
        let context = try TLSContext(
            certificateChain: site.chain, privateKey: site.key, clients: ClientTrust(authorities: authorities),
            minimum: minimum)
        let peer = try LoopbackPeer<Bool>.secure(context) { _ in true }
        let client = try TLSContext(authorities: site.authority, certificate: certificate, minimum: minimum)
        let session = Result { try peer.session(client) }
        if case .success(let session) = session { _ = try? session.receive(1) }
        return (try? peer.value()) == true
    }

    @Test("only those of the authority are taken, and none without")
    func taken() throws {
        let (site, other) = (try Self.site.get(), try ExampleCertificates(for: ["127.0.0.1"]))
        let own = try site.makeClient("camera-1")
        #expect(try isTaken(own, by: site.authority))
        #expect(try !isTaken(nil, by: site.authority))
        #expect(try !isTaken(own, by: other.authority))
        #expect(try !isTaken(other.makeClient("camera-1"), by: site.authority))
        // The server's own certificate is none of a client's.
        #expect(try !isTaken((site.chain, site.key), by: site.authority))
        let old = try site.makeClient(
            "camera-2", ["--not-before", "20200101000000Z", "--not-after", "20200201000000Z"])
        #expect(try !isTaken(old, by: site.authority))
    }

    @Test("who is refused can read why, although it has gone on sending meanwhile")
    func refusedWhileSending() throws {
        let (site, other) = (try Self.site.get(), try ExampleCertificates(for: ["127.0.0.1"]))
        let context = try TLSContext(
            certificateChain: site.chain, privateKey: site.key, clients: ClientTrust(authorities: site.authority),
            minimum: .tls13)
        let (refused, mayClose) = (Monitor(false), Monitor(false))
        let peer = try LoopbackPeer<Void> { socket in
            let session = try TLSSession(accepting: socket, context: context)
            #expect(throws: TLSError.self) { try session.handshake(until: .after(seconds: 30)) }
            refused.change { $0 = true }
            session.endLingering(until: .after(seconds: 60))
            mayClose.wait { $0 ? () : nil }
        }
        let session = try peer.session(
            TLSContext(
                authorities: site.authority, certificate: other.makeClient("camera-9"), minimum: .tls13))
        refused.wait { $0 ? () : nil }
        try session.send([UInt8](repeating: 1, count: 200_000))
        let error = #expect(throws: TLSError.self) { try session.receive(1) }
        #expect(error?.description.contains("unknown ca") == true, "\(String(describing: error))")
        mayClose.change { $0 = true }
    }

    @Test("files that can't be used are named")
    func files() throws {
        let site = try Self.site.get()
        let own = try site.makeClient("camera-3")
        for (certificate, word) in [((own.chain, site.key), "doesn't belong"), (("/none", own.key), "/none")] {
            let error = #expect(throws: TLSError.self) {
                try TLSContext(authorities: site.authority, certificate: certificate, minimum: .tls13)
            }
            #expect(error?.description.contains(word) == true)
        }
        #expect(throws: TLSError.self) {
            try TLSContext(
                certificateChain: site.chain, privateKey: site.key, clients: ClientTrust(authorities: site.key),
                minimum: .tls13)
        }
    }
}
