import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Many connections that want nothing but a place.
@Suite("Hostile crowds")
struct HostileCrowdTests {
    @Test("silent connections never keep a client out, and cost no more threads than may wait")
    func silent() throws {
        let server = try TestServer(options: ["--max-before-login", "20"])
        let logged = try server.loggedIn()
        try server.unharmed {
            let before = try server.footprint()
            let peers = try (0..<300).map { _ in try server.silent() }
            try server.expectServing()
            let during = try server.footprint()
            #expect(during.threads <= before.threads + 21 && during.descriptors <= before.descriptors + 21)
            _ = try server.logLine(with: " refused ", "made room for another")
            withExtendedLifetime(peers) {}
        }
        // Who had logged in was never in question.
        guard case .stored = try logged.upload(sample(10), to: "mine") else { throw Failure("not stored") }
    }

    @Test("two thousand connections, silent at every stage, and clients get through beside them")
    func thousands() throws {
        ProcessLimits.raiseOpenFiles()
        let server = try TestServer(options: ["--max-before-login", "500"])
        try server.unharmed {
            var peers: [SilentPeer] = []
            var clients: [ProtocolClient] = []
            let context = try TLSContext(authorities: server.site.certificates.authority, minimum: .tls13)
            for number in 0..<2000 {
                peers.append(try server.silent())
                // Half a record: the server waits for the rest.
                if number.isMultiple(of: 3) { _ = peers.last?.send([0x16, 3, 1, 2, 0, 1]) }
                guard number.isMultiple(of: 20) else { continue }
                let client = try ProtocolClient(
                    port: server.port, authority: server.site.certificates.authority, context: context)
                if number.isMultiple(of: 40) { _ = try client.greet() }
                clients.append(client)
                if number.isMultiple(of: 200) { try server.expectServing() }
            }
            try server.expectServing()
            withExtendedLifetime((peers, clients)) {}
        }
    }

    @Test("a flood that never pauses doesn't keep a client out")
    func flood() throws {
        let server = try TestServer(options: ["--max-before-login", "200"])
        let isOver = Monitor(false)
        try server.unharmed {
            let port = server.port
            let flood = Monitor(0)
            try Platform.Thread.detach {
                var peers: [SilentPeer] = []
                while !isOver.withLock({ $0 }) {
                    if let socket = try? PlainClient.connect(port) { peers.append(SilentPeer(socket)) }
                    if peers.count > 400 { peers.removeFirst(200) }
                }
                peers.removeAll()
                flood.change { $0 = 1 }
            }
            defer {
                isOver.change { $0 = true }
                _ = flood.wait { $0 == 1 ? true : nil }
            }
            for number in 0..<5 {
                // A client that loses its place comes again, as the real one does.
                let stored = try eventually(seconds: 60) {
                    guard let client = try? server.loggedIn() else { return false }
                    guard case .stored = try client.upload(sample(1000), to: "in-\(number)") else { return false }
                    return true
                }
                #expect(stored)
            }
        }
    }

    @Test("an address gets its share and no more, and what it gives back it can have again")
    func perAddress() throws {
        let server = try TestServer(options: ["--max-connections-per-address", "3"])
        var clients = try (0..<3).map { _ in try server.loggedIn() }
        #expect(throws: (any Error).self) { try server.connect() }
        _ = try server.logLine(with: " refused ", "too many connections from one address")
        let last = clients.removeLast()
        last.close()
        try server.end(of: last)
        #expect(
            try eventually(seconds: 30) {
                guard let client = try? server.loggedIn() else { return false }
                guard case .stored = try client.upload(sample(1), to: "a") else { return false }
                return true
            })
        for client in clients {
            guard case .stored = try client.upload(sample(10), to: "b") else { throw Failure("not stored") }
        }
    }

    @Test("a thousand who are turned away cost a line of log a second, not each")
    func refusals() throws {
        let server = try TestServer(options: ["--max-connections", "2"])
        let clients = try (0..<2).map { _ in try server.loggedIn() }
        for _ in 0..<1000 { _ = try? server.silent() }
        let lines = server.logLines.count { $0.contains("too many connections") }
        #expect((1..<500).contains(lines))
        guard case .stored = try clients[0].upload(sample(1), to: "a") else { throw Failure("not stored") }
    }
}
