import Glibc
import Platform
import TestSupport
import Testing
import Transport

/// Who is trusted, what is spoken, and how long a handshake may take.
@Suite struct TLSTests {
    /// What a client makes of a server's certificate; nil when it trusts it.
    private func distrust(
        of certificates: ExampleCertificates, trusting: ExampleCertificates? = nil, as host: String,
        at time: Int64? = nil
    ) throws -> String? {
        let peer = try LoopbackPeer<Bool>.secure(.testServer(certificates)) { session in
            _ = try? session.receive(1)
            return true
        }
        do {
            let session = try peer.session(to: host, .testClient(trusting ?? certificates), validAt: time)
            session.close()
            #expect(try peer.value())
            return nil
        } catch TLSError.untrusted(let reason) {
            #expect(throws: TLSError.self) { try peer.value() }
            return reason.description
        }
    }

    // MARK: Trust

    @Test("a certificate of the trusted authority for the name is accepted")
    func trusted() throws {
        let peer = try LoopbackPeer<[String?]>.secure(.testServer()) { session in
            [session.applicationProtocol, session.version]
        }
        let session = try peer.session()
        #expect(session.applicationProtocol == "auto-upload/1")
        #expect(session.version == "TLSv1.3")
        #expect(try peer.value() == ["auto-upload/1", "TLSv1.3"])
    }

    @Test("another authority's certificate isn't")
    func untrustedAuthority() throws {
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        let reason = try distrust(of: other, trusting: ExampleCertificates.loopback.get(), as: "127.0.0.1")
        #expect(
            reason?.contains("self-signed certificate") == true || reason?.contains("issuer") == true, "\(reason ?? "")"
        )
        #expect(reason?.contains("signed by CN=") == true, "\(reason ?? "")")
    }

    @Test(
        "the name must be one of the alternative names; the common name doesn't count",
        arguments: [
            ("example.org", true), ("a.wild.example", true), ("192.0.2.7", true), ("::1", true), ("EXAMPLE.org", true),
            ("www.example.org", false), ("wild.example", false), ("a.b.wild.example", false), ("192.0.2.8", false),
            ("127.0.0.1", false), ("::2", false), ("auto-upload-server", false),
        ])
    func names(_ host: String, _ accepted: Bool) throws {
        let certificates = try Self.named.get()
        let reason = try distrust(of: certificates, as: host)
        #expect((reason == nil) == accepted, "\(reason ?? "trusted")")
        if let reason {
            #expect(reason.contains("mismatch") && reason.contains("is for DNS:example.org, "), "\(reason)")
        }
    }

    private static let named = Result {
        try ExampleCertificates(for: ["example.org", "*.wild.example", "192.0.2.7", "::1"], keptUntilExit: true)
    }

    @Test("a certificate with nothing but a common name isn't accepted, and the error says so")
    func commonNameOnly() throws {
        let scratch = try ScratchFolder("tls")
        let (chain, key) = (scratch.path("server.pem"), scratch.path("key.pem"))
        let made = try RunningProgram.run(
            "/usr/bin/openssl",
            ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "9"]
                + ["-subj", "/CN=localhost", "-keyout", key, "-out", chain])
        try #require(made.status == 0, "\(made.error)")
        let context = try TLSContext(certificateChain: chain, privateKey: key, minimum: .tls13)
        let peer = try LoopbackPeer<Bool>.secure(context) { _ in true }
        #expect {
            _ = try peer.session(to: "localhost", TLSContext(authorities: chain, minimum: .tls13))
        } throws: {
            if case TLSError.untrusted(let reason) = $0 { reason.description.contains("common name") } else { false }
        }
        #expect(throws: TLSError.self) { try peer.value() }
    }

    @Test("an empty host name isn't taken for “any name”")
    func emptyName() throws {
        let peer = try LoopbackPeer<Bool> { _ in true }
        #expect(throws: TLSError.self) {
            _ = try TLSSession(connecting: peer.connect(), to: "", context: .testClient())
        }
        #expect(try peer.value())
    }

    @Test(
        "a certificate out of its time isn't accepted",
        arguments: [
            ("20200101000000Z", "20200201000000Z", "expired"), ("20990101000000Z", "20990201000000Z", "not yet valid"),
        ])
    func outOfTime(_ first: String, _ last: String, _ word: String) throws {
        let certificates = try ExampleCertificates(
            for: ["--not-before", first, "--not-after", last, "127.0.0.1"])
        let reason = try #require(try distrust(of: certificates, as: "127.0.0.1"))
        #expect(reason.contains(word) && reason.contains("it is valid from 20"), "\(reason)")
    }

    @Test("certificates are judged as of a time that is named, in all but that as ever")
    func namedTime() throws {
        let certificates = try ExampleCertificates.loopback.get()
        let now = currentUnixTime()
        #expect(try distrust(of: certificates, as: "127.0.0.1", at: now + 86_400) == nil)
        let early = try distrust(of: certificates, as: "127.0.0.1", at: now - 86_400 * 30)
        #expect(early?.contains("not yet valid") == true, "\(early ?? "trusted")")
        let late = try distrust(of: certificates, as: "127.0.0.1", at: now + 86_400 * 9999)
        #expect(late?.contains("expired") == true, "\(late ?? "trusted")")
        #expect(try distrust(of: certificates, as: "192.0.2.7", at: now + 86_400)?.contains("mismatch") == true)
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        #expect(try distrust(of: other, trusting: certificates, as: "127.0.0.1", at: now + 86_400) != nil)
    }

    // MARK: What is spoken

    private func stranger(_ options: [String], minimum: TLSVersion = .tls13) throws -> (String?, String) {
        let peer = try LoopbackPeer<String?>.secure(.testServer(minimum: minimum)) { session in
            "\(session.applicationProtocol ?? "none") \(session.version)"
        }
        let program = try RunningProgram.run(
            "/usr/bin/openssl", ["s_client", "-connect", "127.0.0.1:\(peer.port)", "-ign_eof"] + options, seconds: 30)
        return (try? peer.value(), program.output + program.error)
    }

    @Test("who names no protocol completes the handshake, and is known by that")
    func noProtocol() throws {
        #expect(try stranger([]).0 == "none TLSv1.3")
    }

    @Test(
        "who names other protocols only gets the alert for that", arguments: ["h2", "auto-upload/2", "auto-upload/1x"])
    func otherProtocol(_ name: String) throws {
        let (spoken, said) = try stranger(["-alpn", name])
        #expect(spoken == nil)
        #expect(said.contains("no application protocol"))
    }

    @Test(
        "ours is chosen among others, wherever it stands", arguments: ["auto-upload/1,h2", "h2,http/1.1,auto-upload/1"])
    func amongOthers(_ names: String) throws {
        #expect(try stranger(["-alpn", names]).0 == "auto-upload/1 TLSv1.3")
    }

    @Test("TLS 1.2 is refused unless it is allowed; anything older always is")
    func versions() throws {
        #expect(try stranger(["-tls1_2", "-alpn", "auto-upload/1"]).0 == nil)
        #expect(try stranger(["-tls1_2", "-alpn", "auto-upload/1"], minimum: .tls12).0 == "auto-upload/1 TLSv1.2")
        #expect(
            try stranger(["-tls1_1", "-cipher", "ALL:@SECLEVEL=0", "-alpn", "auto-upload/1"], minimum: .tls12).0 == nil)
    }

    @Test(
        "of TLS 1.2 only suites that authenticate what they encrypt are spoken",
        arguments: [
            ("ECDHE-ECDSA-AES128-GCM-SHA256", true), ("ECDHE-ECDSA-CHACHA20-POLY1305", true),
            ("ECDHE-ECDSA-AES128-SHA256", false), ("ECDHE-ECDSA-AES256-SHA", false),
        ])
    func suites(_ name: String, _ isSpoken: Bool) throws {
        let spoken = try stranger(["-tls1_2", "-cipher", name, "-alpn", "auto-upload/1"], minimum: .tls12).0
        #expect((spoken != nil) == isSpoken)
    }

    @Test(
        "the client's wish counts: AES where its processor is fast with it, else ChaCha20",
        arguments: [(true, "TLS_AES_128_GCM_SHA256"), (false, "TLS_CHACHA20_POLY1305_SHA256")])
    func preference(_ hasAES: Bool, _ cipher: String) throws {
        let peer = try LoopbackPeer<String>.secure(.testServer()) { session in session.cipher }
        let context = try TLSContext(
            authorities: ExampleCertificates.loopback.get().authority, minimum: .tls13, hasAES: hasAES)
        let session = try peer.session(context)
        #expect(session.cipher == cipher)
        #expect(try peer.value() == cipher)
    }

    @Test(
        "with a server that only speaks TLS 1.2, too",
        arguments: [(true, "-AES"), (false, "ECDHE-ECDSA-CHACHA20-POLY1305")])
    func olderPreference(_ hasAES: Bool, _ cipher: String) throws {
        let certificates = try ExampleCertificates.loopback.get()
        let server = try RunningProgram(
            "/usr/bin/openssl",
            ["s_server", "-accept", "127.0.0.1:0", "-tls1_2", "-alpn", "auto-upload/1"]
                + ["-cert", certificates.chain, "-key", certificates.key], standardInput: nil)
        let line = try #require(server.waitForLine(.output, containing: "ACCEPT 127.0.0.1:"))
        let port = try #require(line.split(separator: ":").last.flatMap { UInt16($0) })
        let context = try TLSContext(authorities: certificates.authority, minimum: .tls12, hasAES: hasAES)
        let socket = try Socket.connect(
            to: resolve(host: "127.0.0.1", port: port, passive: false), deadline: .after(seconds: 30))
        let session = try TLSSession(connecting: socket, to: "127.0.0.1", context: context)
        try session.handshake(until: .after(seconds: 60))
        #expect(session.version == "TLSv1.2" && session.cipher.contains(cipher), "\(session.cipher)")
        server.signal(SIGTERM)
        _ = try server.waitForEnd(seconds: 60)
    }

    @Test(
        "a stranger's wish counts likewise",
        arguments: [
            (["-tls1_3", "-ciphersuites"], "TLS_CHACHA20_POLY1305_SHA256", "TLS_AES_128_GCM_SHA256"),
            (["-tls1_2", "-cipher"], "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-ECDSA-AES128-GCM-SHA256"),
        ])
    func strangersPreference(_ options: [String], _ one: String, _ other: String) throws {
        for wish in [[one, other], [other, one]] {
            let said = try stranger(options + [wish.joined(separator: ":")], minimum: .tls12).1
            #expect(said.contains("Cipher is \(wish[0])"), "\(said)")
        }
    }

    @Test("no renegotiation in TLS 1.2")
    func renegotiation() throws {
        let peer = try LoopbackPeer<Bool>.secure(.testServer(minimum: .tls12)) { session in
            (try? session.receive(1)) == []
        }
        let program = try RunningProgram(
            "/usr/bin/openssl",
            ["s_client", "-connect", "127.0.0.1:\(peer.port)", "-tls1_2", "-alpn", "auto-upload/1"],
            standardInput: nil)
        #expect(program.waitForLine(.output, containing: "Verify return code") != nil)
        program.send("R\n")
        let ended = try program.waitForEnd(seconds: 30)
        #expect((ended.output + ended.error).contains("no renegotiation"))
    }

    // MARK: Time

    @Test("a peer that connects and says nothing is given up at the deadline, on either side")
    func stalledHandshake() throws {
        let server = try LoopbackPeer<Bool>.secure(.testServer(), seconds: 0.1) { _ in true }
        let silent = try server.connect()
        #expect { try server.value() } throws: { if case TLSError.timedOut = $0 { true } else { false } }
        #expect(silent.peer.port == server.port)

        let isOver = Monitor(false)
        let mute = try LoopbackPeer<Bool> { socket in
            _ = isOver.wait { $0 ? true : nil }
            return socket.peer.port > 0
        }
        #expect { _ = try mute.session(seconds: 0.1) } throws: {
            if case TLSError.timedOut = $0 { true } else { false }
        }
        isOver.change { $0 = true }
        #expect(try mute.value())
    }

    @Test(
        "what isn't TLS fails at once",
        arguments: ["GET / HTTP/1.1\r\n\r\n", "{\"user\": \"x\"}", "\u{16}\u{3}\u{1}zzzz"])
    func notTLS(_ text: String) throws {
        let server = try LoopbackPeer<Bool>.secure(.testServer()) { _ in true }
        let program = try RunningProgram(
            "/bin/bash", ["-c", "exec 3<>/dev/tcp/127.0.0.1/\(server.port); cat >&3; cat <&3 >/dev/null"],
            standardInput: text)
        #expect(throws: TLSError.self) { try server.value() }
        program.signal(SIGKILL)
    }

    // MARK: Set-up

    @Test("files that can't be used are named, with the reason")
    func badFiles() throws {
        let scratch = try ScratchFolder("tls")
        let good = try ExampleCertificates.loopback.get()
        let other = try ExampleCertificates(for: ["127.0.0.1"])
        try scratch.write("no PEM", to: "garbage.pem")
        let cases = [
            (scratch.path("none.pem"), good.key, "none.pem"),
            (good.chain, scratch.path("none-key.pem"), "none-key.pem"),
            (scratch.path("garbage.pem"), good.key, "garbage.pem"),
            (good.chain, scratch.path("garbage.pem"), "garbage.pem"),
            (good.chain, other.key, "belong"),
        ]
        for (chain, key, word) in cases {
            #expect {
                _ = try TLSContext(certificateChain: chain, privateKey: key, minimum: .tls13)
            } throws: {
                if case TLSError.configuration(let reason) = $0 { reason.contains(word) } else { false }
            }
        }
        #expect {
            _ = try TLSContext(authorities: scratch.path("garbage.pem"), minimum: .tls13)
        } throws: {
            if case TLSError.configuration(let reason) = $0 { reason.contains("garbage.pem") } else { false }
        }
    }
}
