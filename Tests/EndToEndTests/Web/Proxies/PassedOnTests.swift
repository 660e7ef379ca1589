import TestSupport
import Testing

@testable import Platform

/// Proxies that pass TLS on, and say whose connections they are by the PROXY protocol.
@Suite("Behind proxies that pass TLS on")
struct PassedOnTests {
    private static let option = ["--proxy-protocol-from", "127.0.0.1"]

    @Test(
        "HAProxy before two servers: each client counts as itself, of either family, and HAProxy's looks at them aren't told",
        .enabled(if: ReverseProxy.Kind.haproxy.isThere, "haproxy isn't installed: scripts/install-dependencies test"))
    func haproxy() throws {
        let servers = try [TestServer(options: Self.option), TestServer(options: Self.option)]
        let scratch = try ScratchFolder("balancer")
        let proxy = try ReverseProxy(balancing: servers.map(\.port), in: scratch)
        defer { try? proxy.stop() }
        let authority = servers[0].site.certificates.authority
        let clients = try ["127.0.0.3", "127.0.0.4"].map { source in
            let client = try ProtocolClient(port: proxy.port, authority: authority, from: source)
            try client.logIn(Fixtures.user, Fixtures.password)
            return client
        }
        // The second came to the server that had fewer.
        for server in servers { _ = try server.logLine(with: " login ", "user=camera ", "address=127.0.0.") }
        withExtendedLifetime(clients) {}
        try putBySix(proxy, authority, scratch)
        let log = servers.map(\.log).joined()
        #expect(log.contains("address=127.0.0.3:") && log.contains("address=127.0.0.4:"), "\(log)")
        #expect(log.contains("address=[::1]:"), "\(log)")
        // One was the look whether HAProxy listens.
        let own = log.split(separator: "\n").count { $0.contains(" connect ") && $0.contains("address=127.0.0.1:") }
        #expect(own <= 1, "\(log)")
    }

    private func putBySix(_ proxy: ReverseProxy, _ authority: String, _ scratch: ScratchFolder) throws {
        let file = try scratch.write("six", to: "file")
        let put = try RunningProgram.run(
            "/usr/bin/env",
            ["curl", "-sS", "--fail-with-body", "--cacert", authority] + Curl.login
                + ["-T", file, "https://[::1]:\(proxy.port)/files/six"])
        #expect(put.status == 0, "\(put)")
    }

    @Test("a header of somebody else is refused; who sends none is served")
    func elsewhere() throws {
        let server = try TestServer(options: Self.option)
        try sendFirst(Self.header(for: [9, 9, 9, 9]), to: server, from: "127.0.0.9")
        _ = try server.logLine(with: " refused ", "address=127.0.0.9:", "no --proxy-protocol-from has its address")
        try sendFirst(Array("PROXY TCP4 9.9.9.9 9.9.9.9 1 2\r\n".utf8), to: server, from: "127.0.0.9")
        let client = try server.connect(from: "127.0.0.9")
        try client.logIn(Fixtures.user, Fixtures.password)
        _ = try server.logLine(with: " login ", "address=127.0.0.9:")
        #expect(!server.log.contains("9.9.9.9"))
    }

    @Test("without the option nobody's header counts")
    func off() throws {
        let server = try TestServer()
        try sendFirst(Self.header(for: [9, 9, 9, 9]), to: server, from: "127.0.0.1")
        _ = try server.logLine(with: " refused ", "address=127.0.0.1:", "no --proxy-protocol-from has its address")
        #expect(!server.log.contains("9.9.9.9"))
    }

    @Test("a proxy that sends no header, another one, half of one or nothing is refused, and holds up nobody")
    func proxyWithout() throws {
        let server = try TestServer(options: Self.option + ["--handshake-timeout", "2"])
        let silent = try PlainClient.connect(server.port, from: "127.0.0.1")
        try sendFirst([0x16, 3, 1], to: server, from: "127.0.0.1")
        _ = try server.logLine(with: " refused ", "no PROXY protocol header came first")
        try sendFirst(Array("PROXY TCP4 9.9.9.9 9.9.9.9 1 2\r\n".utf8), to: server, from: "127.0.0.1")
        _ = try server.logLine(with: " refused ", "is of version 1", "send-proxy-v2")
        _ = try server.connect(from: "127.0.0.9")
        _ = try server.logLine(with: " refused ", "the PROXY protocol header didn't come in time")
        withExtendedLifetime(silent) {}
        let half = try PlainClient.connect(server.port, from: "127.0.0.1")
        try half.descriptor.write(Array(Self.header(for: [9, 9, 9, 9]).dropLast()))
        Socket.endWriting(rawDescriptor: half.rawDescriptor)
        _ = try server.logLine(with: " refused ", "ended within the PROXY protocol header")
        #expect(!server.log.contains("9.9.9.9"))
    }

    @Test("what can't be a range isn't taken", arguments: ["localhost", "10.0.0.1/8", "::1/200"])
    func usage(_ range: String) throws {
        let error = try #require(throws: TestServer.DidNotStart.self) {
            try TestServer(options: ["--proxy-protocol-from", range])
        }
        #expect(error.outcome.status == 64 && error.outcome.error.contains(range), "\(error)")
    }

    /// What it sends is the first that the server hears, which ends the connection.
    private func sendFirst(_ bytes: [UInt8], to server: TestServer, from source: String) throws {
        let socket = try PlainClient.connect(server.port, from: source)
        try socket.descriptor.write(bytes)
        #expect(try socket.wait(for: .readable, until: .after(seconds: 60)))
    }

    private static func header(for host: [UInt8]) -> [UInt8] {
        [13, 10, 13, 10, 0, 13, 10, 81, 85, 73, 84, 10, 0x21, 0x11, 0, 12] + host + host + [0, 1, 0, 2]
    }
}
