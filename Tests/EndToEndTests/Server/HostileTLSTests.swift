import Glibc
import Platform
import TestSupport
import Testing
import Wire

/// Bytes and ends below the protocol: in the place of TLS records, and of a polite goodbye.
@Suite("Hostile TLS")
struct HostileTLSTests {
    struct Garbage: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) {
            testDescription = name
            self.bytes = bytes
        }
    }

    static let garbage = [
        Garbage("random bytes", sample(5000)),
        Garbage("a record with a wrong tag", [0x17, 3, 3, 0, 100] + sample(100)),
        Garbage("a record beyond the largest length", [0x17, 3, 3, 0xff, 0xff] + sample(65_535)),
        Garbage("an empty record", [0x17, 3, 3, 0, 0]),
        Garbage("a plain alert", [0x15, 3, 3, 0, 2, 2, 40]),
        Garbage("a plain goodbye", [0x15, 3, 3, 0, 2, 1, 0]),
        Garbage("many changes of the cipher", (0..<200).flatMap { _ in [0x14, 3, 3, 0, 1, 1] as [UInt8] }),
        Garbage("another handshake", [0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]),
        Garbage("a record of an unknown type", [0x63, 3, 3, 0, 1, 0]),
    ]

    @Test("bytes that aren't its TLS end a session, whatever it had under way", arguments: garbage)
    func afterTheLogin(_ garbage: Garbage) throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            try client.offer("open", size: 1000)
            guard case .proceed = try client.answer() else { throw Failure("no proceed") }
            try client.send(data: sample(500), upload: 1)
            try client.sendBelowTLS(garbage.bytes)
            try server.end(of: client)
            #expect(try server.site.stored().isEmpty)
        }
    }

    @Test("a client that has ended its side gets the answers to what it has finished")
    func halfClosed() throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            let content = sample(1000)
            try client.offer("whole", size: content.count)
            try client.send(data: content, upload: 1)
            try client.finish(1, content)
            try client.offer("half", size: content.count)
            try client.send(data: Array(content[..<500]), upload: 2)
            shutdown(client.rawDescriptor, CInt(SHUT_WR))
            let answers = try client.remainder()
            #expect(answers.contains { if case .stored(1, _, _) = $0 { true } else { false } })
            try server.end(of: client)
            #expect(try server.site.stored() == ["whole": digest(of: content)])
        }
    }

    @Test("a client that is gone at once, at any point, leaves nothing behind", arguments: [0, 1, 2, 3])
    func reset(_ point: Int) throws {
        let server = try TestServer()
        try server.unharmed {
            for _ in 0..<20 {
                if point == 0 {
                    try server.silent().reset()
                    continue
                }
                let client = try server.connect()
                if point > 1 { try client.logIn(Fixtures.user, Fixtures.password) }
                if point > 2 {
                    try client.offer("open", size: 1000)
                    try client.send(bytes: HostileFrameTests.header(0x05, upload: 1, length: 500) + sample(100))
                }
                client.reset()
            }
        }
    }

    @Test("a renegotiation of TLS 1.2 is refused, and the server goes on")
    func renegotiation() throws {
        let server = try TestServer(options: ["--tls-minimum", "1.2"])
        try server.unharmed {
            let client = try RunningProgram.run(
                "/usr/bin/env",
                ["openssl", "s_client", "-connect", "127.0.0.1:\(server.port)", "-tls1_2", "-alpn", "auto-upload/1"],
                standardInput: "R\n")
            #expect((client.output + client.error).contains("RENEGOTIATING"))
            #expect((client.output + client.error).contains("no renegotiation"))
        }
    }
}

extension ProtocolClient {
    /// Puts bytes between the records of TLS.
    func sendBelowTLS(_ bytes: [UInt8]) throws {
        var sent = 0
        let deadline = Deadline.after(seconds: 30)
        while sent < bytes.count, !deadline.hasPassed {
            let count = unsafe bytes[sent...].withUnsafeBytes {
                unsafe Glibc.send(rawDescriptor, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            // The server may have ended the connection at the first of them.
            if count > 0 { sent += count } else if errno != EAGAIN { return }
        }
    }

    /// Ends the connection with a reset, as a machine that has crashed answers.
    func reset() {
        resetOnClose(rawDescriptor)
    }
}

extension SilentPeer {
    func reset() {
        resetOnClose(socket.rawDescriptor)
    }
}

private func resetOnClose(_ descriptor: CInt) {
    var linger = linger(l_onoff: 1, l_linger: 0)
    unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
}
