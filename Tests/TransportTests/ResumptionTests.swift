import Foundation
import Platform
import TestSupport
import Testing

@testable import Transport

/// Clients that come back with a ticket.
@Suite("Sessions that go on")
struct ResumptionTests {
    /// Connects once, and takes the ticket that comes behind the handshake.
    @discardableResult
    private func connect(
        _ client: TLSContext, to server: TLSContext, as host: String = "127.0.0.1", at time: Int64? = nil
    ) throws -> Bool {
        let peer = try LoopbackPeer<Bool>.secure(server) { session in
            try session.send([1])
            _ = try? session.receive(1)
            return session.isResumed
        }
        let isResumed = try take(peer.session(to: host, client, validAt: time))
        #expect(try peer.value() == isResumed)
        return isResumed
    }

    /// - Returns: whether the session goes on with an earlier one.
    private func take(_ session: consuming TLSSession) throws -> Bool {
        #expect(try session.receive(1) == [1])
        #expect(session.peerCertificate != nil)
        session.close()
        return session.isResumed
    }

    @Test("a client that comes back goes on, again and again; another client, and another context, doesn't")
    func resumed() throws {
        let (server, client) = (try TLSContext.testServer(), try TLSContext.testClient())
        #expect(try !connect(client, to: server))
        for _ in 0..<3 { #expect(try connect(client, to: server)) }
        #expect(try !connect(.testClient(), to: server))
        #expect(try connect(client, to: server))
    }

    @Test("another certificate, and a restart, end all tickets; the handshake is whole then, and verified")
    func otherServer() throws {
        let client = try TLSContext.testClient()
        #expect(try !connect(client, to: .testServer()))
        #expect(try !connect(client, to: .testServer()))
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        #expect {
            try connect(client, to: .testServer(other))
        } throws: {
            if case TLSError.untrusted = $0 { true } else { false }
        }
    }

    @Test("no ticket serves for another name, nor where the certificate isn't valid by then")
    func otherName() throws {
        let (server, client) = (try TLSContext.testServer(), try TLSContext.testClient())
        #expect(try !connect(client, to: server))
        #expect(try !connect(client, to: server, as: "localhost"))
        #expect(throws: TLSError.self) { try connect(client, to: server, as: "example.org") }
        #expect(try connect(client, to: server, as: "localhost"))
        #expect(throws: TLSError.self) {
            try connect(client, to: server, as: "localhost", at: currentUnixTime() + 86_400 * 9999)
        }
    }

    @Test(
        "with certificates of clients nothing goes on, in no version: a revoked one is seen each time",
        arguments: [false, true])
    func withClientCertificates(_ isOld: Bool) throws {
        let minimum: TLSVersion = isOld ? .tls12 : .tls13
        let site = try ExampleCertificates(for: ["127.0.0.1"])
        let own = try site.makeClient("camera")
        let server = try TLSContext(
            certificateChain: site.chain, privateKey: site.key, clients: ClientTrust(authorities: site.authority),
            minimum: minimum)
        let client = try TLSContext(authorities: site.authority, certificate: own, minimum: .tls13)
        for _ in 0..<2 { #expect(try !connect(client, to: server)) }
        #expect(try !givesTicket(server, ["-cert", own.chain, "-key", own.key, isOld ? "-tls1_2" : "-tls1_3"]))
    }

    @Test("with TLS 1.2 there are no tickets")
    func old() throws {
        let server = try TLSContext.testServer(minimum: .tls12)
        #expect(try !givesTicket(server, ["-tls1_2"]))
        #expect(try givesTicket(server, ["-tls1_3"]))
    }

    /// Whether a server gives openssl's client a ticket.
    private func givesTicket(_ server: TLSContext, _ options: [String]) throws -> Bool {
        let peer = try LoopbackPeer<Bool>.secure(server) { session in
            try session.send(Array("hello\n".utf8))
            _ = try? session.receive(1)
            return true
        }
        let scratch = try ScratchFolder("ticket")
        let program = try RunningProgram(
            "/usr/bin/openssl",
            ["s_client", "-connect", "127.0.0.1:\(peer.port)", "-ign_eof", "-alpn", "auto-upload/1"]
                + ["-sess_out", scratch.path("session")] + options, standardInput: nil)
        // What comes before it has come by then.
        #expect(program.waitForLine(.output, containing: "hello") != nil)
        program.signal(SIGTERM)
        _ = try program.waitForEnd(seconds: 30)
        #expect(try peer.value())
        let shown = try RunningProgram.run(
            "/usr/bin/openssl", ["sess_id", "-in", scratch.path("session"), "-noout", "-text"])
        return shown.output.contains("TLS session ticket:")
    }

    @Test("keys change each hour, one that was drawn before serves an hour longer, and none comes again")
    func keys() throws {
        let keys = TicketKeys()
        let start = Instant(nanoseconds: 1)
        let first = try #require(keys.current(now: start))
        let name = first.name
        #expect(keys.current(now: start.advanced(bySeconds: 3599))?.name == name)
        let second = try #require(keys.current(now: start.advanced(bySeconds: 3600)))
        #expect(second.name != name)
        #expect(keys.key(named: name, now: start.advanced(bySeconds: 7199)) != nil)
        #expect(keys.key(named: name, now: start.advanced(bySeconds: 7200)) == nil)
        #expect(keys.key(named: second.name, now: start.advanced(bySeconds: 7200)) != nil)
        var names: Set<[UInt8]> = [name, second.name]
        for hour in 2...50 {
            names.insert(try #require(keys.current(now: start.advanced(bySeconds: Double(hour) * 3600))).name)
        }
        #expect(names.count == 51)
        #expect(keys.key(named: second.name, now: start.advanced(bySeconds: 50 * 3600)) == nil)
        #expect(TicketKeys().key(named: name, now: start) == nil)
    }
}
