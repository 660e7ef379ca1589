import Platform
import TestSupport
import Testing

/// Peers that don't speak our protocol at all.
@Suite("Strangers")
struct StrangerTests {
    // MARK: - Without TLS

    struct Plain: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
    }

    static let plain = [
        Plain(testDescription: "random bytes", bytes: sample(5000)),
        Plain(testDescription: "HTTP", bytes: Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
        Plain(testDescription: "SSH", bytes: Array("SSH-2.0-OpenSSH_9.2\r\n".utf8)),
        Plain(testDescription: "our frames without TLS", bytes: HostileFrameTests.frame),
        Plain(testDescription: "a TLS record of the largest length", bytes: [0x16, 0x03, 0x01, 0xff, 0xff]),
        Plain(testDescription: "half a TLS record", bytes: [0x16, 0x03, 0x01]),
        Plain(testDescription: "nothing", bytes: []),
    ]

    @Test("bytes that aren't TLS are turned away", arguments: plain)
    func withoutTLS(_ stranger: Plain) throws {
        let server = try TestServer()
        let address = try Self.knock(server, stranger.bytes)
        _ = try server.logLine(with: " connect ", address)
        _ = try server.logLine(with: " warning refused ", address, "reason=")
        try server.expectServing()
        #expect(try server.site.partials() == [])
    }

    /// Sends bytes over TCP and goes.
    private static func knock(_ server: TestServer, _ bytes: [UInt8]) throws -> String {
        let socket = try PlainClient.connect(server.port)
        try socket.descriptor.write(bytes)
        return PlainClient.address(of: socket)
    }

    @Test("two hundred who connect and say nothing hold up nobody")
    func silence() throws {
        let server = try TestServer()
        let silent = try (0..<200).map { _ in Box(try PlainClient.connect(server.port)) }
        try server.expectServing()
        #expect(silent.count == 200)
    }

    private final class Box {
        let socket: Socket
        init(_ socket: consuming Socket) { self.socket = socket }
    }

    // MARK: - With TLS

    struct Speaker: CustomTestStringConvertible {
        let testDescription: String
        var options: [String] = []
        var says = ""
        let expected: String
    }

    static let speakers = [
        Speaker(testDescription: "HTTP without ALPN", says: "GET / HTTP/1.1\r\n\r\n", expected: "speaks HTTP"),
        Speaker(
            testDescription: "the original's client", says: #"{"username": "camera", "password": "secret"}"#,
            expected: "the original Auto Upload program"),
        Speaker(testDescription: "garbage without ALPN", says: "\u{1}\u{2}\u{3}", expected: "no protocol (ALPN)"),
        Speaker(testDescription: "no word without ALPN", expected: "sent nothing"),
        Speaker(testDescription: "HTTP/2", options: ["-alpn", "h2,http/1.1"], expected: "TLS failed"),
        Speaker(testDescription: "TLS 1.2", options: ["-tls1_2", "-alpn", "auto-upload/1"], expected: "TLS failed"),
    ]

    @Test("who speaks TLS but not our protocol is named in the log", arguments: speakers)
    func withTLS(_ speaker: Speaker) throws {
        let server = try TestServer(options: ["--web", "off"])
        let client = try RunningProgram.run(
            "/usr/bin/env",
            ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)"] + speaker.options,
            standardInput: speaker.says)
        let line = try server.logLine(with: " warning refused ", "reason=")
        #expect(line.contains(speaker.expected), "\(line)\n\(client.error)")
        #expect(!server.log.contains("secret"))
        try server.expectServing()
    }

    @Test("--tls-minimum 1.2 lets TLS 1.2 in")
    func olderTLS() throws {
        let server = try TestServer(options: ["--tls-minimum", "1.2"])
        _ = try RunningProgram.run(
            "/usr/bin/env",
            ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(server.port)", "-tls1_2"]
                + ["-alpn", "auto-upload/1"],
            standardInput: "not our protocol")
        // It got as far as our protocol.
        _ = try server.logLine(with: " closed ", "reason=")
    }
}
