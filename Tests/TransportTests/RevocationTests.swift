import Foundation
import Platform
import TestSupport
import Testing
import Transport

/// Certificates of clients that were taken back, by lists that OpenSSL has made.
@Suite("Revoked certificates")
struct RevocationTests {
    private let site: ExampleCertificates

    init() throws {
        site = try ExampleCertificates(for: ["127.0.0.1"])
    }

    /// - Returns: nil when the server takes the client, else why not.
    private func refusal(
        of certificate: (chain: String, key: String), by list: String, _ minimum: TLSVersion = .tls13
    ) throws -> String? {
        let peer = try LoopbackPeer<Bool>.secure(try server(list, minimum)) { _ in true }
        let client = try TLSContext(authorities: site.authority, certificate: certificate, minimum: minimum)
        let session = Result { try peer.session(client) }
        if case .success(let session) = session { _ = try? session.receive(1) }
        do {
            #expect(try peer.value())
            return nil
        } catch {
            return "\(error)"
        }
    }

    private func server(_ list: String, _ minimum: TLSVersion = .tls13) throws -> TLSContext {
        try TLSContext(
            certificateChain: site.chain, privateKey: site.key,
            clients: ClientTrust(authorities: site.authority, revocations: list), minimum: minimum)
    }

    @Test("who is in the list is refused and told of by name, everybody else is taken", arguments: [false, true])
    func revoked(_ isOld: Bool) throws {
        let minimum: TLSVersion = isOld ? .tls12 : .tls13
        let (lost, kept) = (try site.makeClient("lost"), try site.makeClient("kept"))
        let empty = try site.revoke()
        #expect(try refusal(of: lost, by: empty, minimum) == nil)
        let list = try site.revoke("lost")
        let reason = try #require(try refusal(of: lost, by: list, minimum))
        #expect(reason.contains("lost") && reason.contains("certificate revoked"), "\(reason)")
        #expect(try refusal(of: kept, by: list, minimum) == nil)
        // A list has those of before, too.
        let further = try site.revoke("kept")
        #expect(try refusal(of: lost, by: further, minimum) != nil)
        #expect(try refusal(of: kept, by: further, minimum) != nil)
    }

    @Test("a list that is late still counts, and locks nobody out")
    func late() throws {
        let (lost, kept) = (try site.makeClient("lost"), try site.makeClient("kept"))
        let list = try site.revoke(
            "lost", options: ["--not-before", "20200101000000Z", "--not-after", "20200201000000Z"])
        #expect(try server(list).endOfRevocations == 1_580_515_200)
        #expect(try refusal(of: lost, by: list)?.contains("certificate revoked") == true)
        #expect(try refusal(of: kept, by: list) == nil)
    }

    @Test("a list of another authority, and what is no list, is refused for its reason")
    func useless() throws {
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        let scratch = try ScratchFolder("lists")
        let cases = [
            (try other.revoke(), "none that the authority CN="), (scratch.path("none"), "can't be read"),
            (site.authority, "is a certificate"), (try scratch.write("", to: "empty"), "is empty"),
            (try scratch.write("-----BEGIN X509 CRL-----\nAAAA\n", to: "broken"), "holds no usable list"),
        ]
        for (list, word) in cases {
            let error = #expect(throws: TLSError.self) { try server(list) }
            #expect(error?.description.contains(word) == true, "\(word): \(error?.description ?? "")")
        }
    }

    @Test("with two authorities each needs its list, and each judges its own")
    func two() throws {
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        let scratch = try ScratchFolder("two")
        let both = try [site.authority, other.authority].map { try String(contentsOfFile: $0, encoding: .utf8) }
        let authorities = try scratch.write(both.joined(), to: "ca.pem")
        let (lost, lists) = (
            try other.makeClient("lost"), [try site.revoke(), try other.revoke("lost")]
        )
        let text = try lists.map { try String(contentsOfFile: $0, encoding: .utf8) }.joined()
        let list = try scratch.write(text, to: "lists.pem")
        func server(_ list: String) throws -> TLSContext {
            try TLSContext(
                certificateChain: site.chain, privateKey: site.key,
                clients: ClientTrust(authorities: authorities, revocations: list), minimum: .tls13)
        }
        #expect(throws: TLSError.self) { try server(lists[0]) }
        for (certificate, isTaken) in [(lost, false), (try other.makeClient("kept"), true)] {
            let peer = try LoopbackPeer<Bool>.secure(try server(list)) { _ in true }
            let session = try peer.session(
                TLSContext(authorities: site.authority, certificate: certificate, minimum: .tls13))
            _ = try? session.receive(1)
            #expect(((try? peer.value()) == true) == isTaken)
        }
    }
}
