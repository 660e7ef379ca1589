import Foundation
import Platform
import TestSupport
import Testing
import Transport

/// Servers that are known by their key, or by their authority's.
@Suite("Pinned keys")
struct KeyPinTests {
    /// A server with a certificate of its own authority, and the pins of both.
    private static let server = Result {
        try Certificates(ExampleCertificates(for: ["127.0.0.1"], keptUntilExit: true))
    }
    private static let stranger = Result {
        try Certificates(ExampleCertificates(for: ["127.0.0.1"], keptUntilExit: true))
    }

    private struct Certificates {
        let files: ExampleCertificates
        let own: KeyPin
        let authority: KeyPin

        init(_ files: ExampleCertificates) throws {
            self.files = files
            own = try #require(KeyPin(KeyPinTests.opensslPin(of: files.chain)))
            authority = try #require(KeyPin(KeyPinTests.opensslPin(of: files.authority)))
        }
    }

    /// By another program, as documents tell people to.
    private static func opensslPin(of certificate: String) throws -> String {
        let script =
            #"openssl x509 -in "$1" -pubkey -noout | openssl pkey -pubin -outform DER | openssl dgst -sha256 -binary | base64"#
        let made = try RunningProgram.run("/bin/sh", ["-c", script, "sh", certificate])
        return "sha256//" + made.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// What a client makes of a server; nil when it trusts it.
    private func distrust(
        _ server: TLSContext, authorities: String? = nil, pins: Set<KeyPin>, as host: String = "127.0.0.1"
    ) throws -> String? {
        let peer = try LoopbackPeer<Bool>.secure(server) { session in
            _ = try? session.receive(1)
            return true
        }
        do {
            let context = try TLSContext(authorities: authorities, pins: pins, minimum: .tls13)
            try peer.session(to: host, context).close()
            #expect(try peer.value())
            return nil
        } catch TLSError.untrusted(let reason) {
            #expect(throws: TLSError.self) { try peer.value() }
            return reason.description
        }
    }

    @Test("a pin is written as it is read, and is what openssl says")
    func text() throws {
        let certificates = try Self.server.get()
        let text = try Self.opensslPin(of: certificates.files.chain)
        #expect(KeyPin(text)?.description == text)
        let context = try TLSContext.testServer(certificates.files)
        #expect(context.certificate?.key == certificates.own)
    }

    @Test(
        "other texts are none",
        arguments: [
            "", "sha256//", "sha256//AAAA", "sha1//" + String(repeating: "A", count: 43) + "=",
            "sha256//" + String(repeating: "A", count: 43), "sha256//" + String(repeating: "A", count: 42) + "B=",
            "sha256//" + String(repeating: "A", count: 44), "SHA256//" + String(repeating: "A", count: 43) + "=",
            "sha256//" + String(repeating: "A", count: 43) + "= ",
        ])
    func noPins(_ text: String) {
        #expect(KeyPin(text) == nil)
    }

    @Test("instead of an authority, the server's own key or its authority's is enough, and one of several")
    func insteadOfAuthority() throws {
        let (server, stranger) = (try Self.server.get(), try Self.stranger.get())
        let context = try TLSContext.testServer(server.files)
        for pins: Set<KeyPin> in [[server.own], [server.authority], [stranger.own, server.own]] {
            #expect(try distrust(context, pins: pins) == nil)
        }
        let reason = try #require(try distrust(context, pins: [stranger.own, stranger.authority]))
        #expect(reason.contains("no key that it shows is a pinned one") && reason.contains("\(server.own)"))
    }

    @Test("beside an authority both have to fit")
    func besideAuthority() throws {
        let (server, stranger) = (try Self.server.get(), try Self.stranger.get())
        let context = try TLSContext.testServer(server.files)
        for pin in [server.own, server.authority] {
            #expect(try distrust(context, authorities: server.files.authority, pins: [pin]) == nil)
            #expect(try distrust(context, authorities: stranger.files.authority, pins: [pin]) != nil)
        }
        #expect(try distrust(context, authorities: server.files.authority, pins: [stranger.own]) != nil)
    }

    @Test("name and time count all the same")
    func nameAndTime() throws {
        let server = try Self.server.get()
        let context = try TLSContext.testServer(server.files)
        for pin in [server.own, server.authority] {
            #expect(try distrust(context, pins: [pin], as: "localhost")?.contains("mismatch") == true)
        }
        let old = try Certificates(
            ExampleCertificates(
                for: ["--not-before", "20200101000000Z", "--not-after", "20200201000000Z", "127.0.0.1"]))
        for pin in [old.own, old.authority] {
            #expect(try distrust(.testServer(old.files), pins: [pin])?.contains("expired") == true)
        }
    }

    @Test("who only shows a pinned certificate among others, without its key, isn't trusted")
    func borrowed() throws {
        let (server, stranger) = (try Self.server.get(), try Self.stranger.get())
        let scratch = try ScratchFolder("pins")
        // The stranger's own certificate, and behind it all that anybody can get of the server's.
        let chain = try [stranger.files.chain, server.files.chain].map {
            try String(contentsOfFile: $0, encoding: .utf8)
        }
        let path = try scratch.write(chain.joined(), to: "chain.pem")
        let context = try TLSContext(certificateChain: path, privateKey: stranger.files.key, minimum: .tls13)
        for pin in [server.own, server.authority] {
            #expect(try distrust(context, pins: [pin]) != nil)
            #expect(try distrust(context, authorities: stranger.files.authority, pins: [pin]) != nil)
        }
        #expect(try distrust(context, pins: [stranger.own]) == nil)
    }
}
