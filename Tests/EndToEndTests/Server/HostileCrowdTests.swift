import Domain
import Foundation
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
            // Those that had to make room may take a moment to go; so many at most do so at once.
            let atOnce = try server.footprint()
            #expect(atOnce.threads <= before.threads + 21 + 64 && atOnce.descriptors <= before.descriptors + 21 + 64)
            var during = atOnce
            let isBounded = try eventually {
                during = try server.footprint()
                return during.threads <= before.threads + 21 && during.descriptors <= before.descriptors + 21
            }
            #expect(isBounded, "\(before) became \(during)")
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
        guard case .denied(let refusal) = try server.connect().tryToLogIn(Fixtures.user, Fixtures.password) else {
            throw Failure("not denied")
        }
        #expect(refusal.status == .busy)
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

    @Test("a user who has taken all places makes room for another, whose idlest connection goes first, pings or not")
    func shares() throws {
        let server = try TestServer(options: ["--max-connections", "3"])
        let clients = try (0..<3).map { _ in try server.loggedIn() }
        // The first has been idle for longest, but has an upload under way; the second only pings.
        try clients[0].offer("half", size: 1000)
        guard case .proceed = try clients[0].answer() else { throw Failure("no proceed") }
        guard case .stored = try clients[2].upload(sample(1), to: "a") else { throw Failure("not stored") }
        try clients[1].send(.ping(Ping(opaque: 1)))
        guard case .pong = try clients[1].answer() else { throw Failure("no pong") }
        let other = try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        guard case .closing(let refusal)? = try clients[1].remainder().last else { throw Failure("no closing") }
        #expect(refusal.status == .busy)
        _ = try server.logLine(with: " closed ", clients[1].address, "its user had most")
        try clients[0].send(data: sample(1000), upload: 1)
        try clients[0].finish(1, sample(1000))
        for client in [clients[2], other] {
            guard case .stored = try client.upload(sample(10), to: "b") else { throw Failure("not stored") }
        }
        guard case .stored = try clients[0].finalAnswer(to: 1) else { throw Failure("not stored") }
        // Two and one: nobody has to make room for who has most already.
        guard case .denied = try server.connect().tryToLogIn(Fixtures.user, Fixtures.password) else {
            throw Failure("not denied")
        }
    }

    @Test("a flood of refused offers is told by a bounded number of lines, and the rest is counted")
    func refusedOffers() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let count = 3000
        var bytes: [UInt8] = []
        for upload in 1...UInt32(count) {
            ClientMessage.offer(upload: upload, try ProtocolClient.makeOffer(path: Array("..".utf8), size: 1))
                .encode(into: &bytes)
        }
        try client.send(bytes: bytes)
        for _ in 0..<count {
            guard case .refused = try client.answer() else { throw Failure("not refused") }
        }
        let lines = try server.stop().error.split(separator: "\n")
        let told = lines.count { $0.contains(" refused ") }
        let untold = lines.filter { $0.contains(" untold ") && $0.contains("user=") }.compactMap { line in
            line.split(separator: "=").last.flatMap { Int($0) }
        }
        // Logging in and leaving are told, or counted, too.
        #expect(told >= 998 && (count...count + 2).contains(told + untold.reduce(0, +)) && !untold.isEmpty)
    }

    @Test("questions make the server read no more than some times what their user has sent, right or wrong")
    func questions() throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        let content = sample(4 << 20)
        guard case .stored = try client.upload(content, to: "clip") else { throw Failure("not stored") }
        let before = try bytesRead(server)
        var statuses: Set<Status?> = []
        for number in 0..<200 {
            let asked = number % 2 == 0 ? content : Array(content.dropLast()) + [UInt8(number & 0xff)]
            statuses.insert(try client.ask("clip", asked))
        }
        #expect(statuses == [nil, .absent, .busy])
        // All that was sent, eight times, and the questions.
        #expect(try bytesRead(server) - before < 9 * UInt64(content.count))
        // Another file may be asked about.
        guard case .stored = try client.upload(sample(300_000), to: "other") else { throw Failure("not stored") }
        #expect(try client.ask("other", sample(300_000)) == nil)
    }

    /// What the process has read by system calls, of files and of connections.
    private func bytesRead(_ server: TestServer) throws -> UInt64 {
        let text = try String(contentsOfFile: "/proc/\(server.program.processID)/io", encoding: .utf8)
        let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("rchar: ") })
        return try #require(UInt64(line.dropFirst(7)))
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
