import Domain
import Glibc
import Platform
import TestSupport
import Testing
import Wire

/// Peers that take their time.
@Suite("Hostile waiting")
struct HostileTimeTests {
    private static let hurried = [
        "handshake-timeout", "login-timeout", "frame-timeout", "stall-timeout", "send-timeout",
    ]
    .flatMap { ["--\($0)", "4"] }

    /// What a peer drips, a byte at a time.
    enum Drip: String, CaseIterable, CustomTestStringConvertible {
        case handshake = "a handshake", header = "the first frame's header", login = "a login"
        case offer = "an offer", query = "a query", finish = "a finish", lateHeader = "a header of data"

        var testDescription: String { rawValue }
    }

    @Test("who drips a byte at a time is cut off", arguments: Drip.allCases)
    func drips(_ drip: Drip) throws {
        let server = try TestServer(options: Self.hurried)
        try server.unharmed {
            let peer = try server.silent()
            if drip == .handshake {
                // A record of 512 bytes that claims to be a handshake.
                let address = PlainClient.address(of: peer.socket)
                Self.send([0x16, 3, 1, 2, 0] + [UInt8](repeating: 1, count: 512)) { peer.send([$0]) }
                _ = try server.logLine(with: " refused ", address, "in time")
                return
            }
            let client = try server.connect()
            let bytes = try Self.prepare(drip, client)
            Self.send(bytes) { (try? client.send(bytes: [$0])) != nil && !client.isOver }
            try server.end(of: client, because: "timedOut")
        }
    }

    /// Brings the session to where the drip is allowed.
    private static func prepare(_ drip: Drip, _ client: ProtocolClient) throws -> [UInt8] {
        let hello = HostileFrameTests.encoded(try HostileFrameTests.hello())
        if drip == .header { return hello }
        _ = try client.greet()
        let password = String(repeating: "x", count: 900)
        if drip == .login { return HostileFrameTests.encoded(try HostileFrameTests.login("camera", password)) }
        try client.send(HostileFrameTests.login(Fixtures.user, Fixtures.password))
        guard case .granted = try client.answer() else { throw Failure("no login") }
        let path = String(repeating: "p/", count: 60) + "p"
        switch drip {
        case .offer: return HostileFrameTests.encoded(try HostileFrameTests.offer(1, path: path))
        case .query: return HostileFrameTests.encoded(try HostileFrameTests.query(1))
        default:
            try client.offer("slow", size: 5)
            guard case .proceed = try client.answer() else { throw Failure("no proceed") }
            if drip == .lateHeader { return [5] }
            return HostileFrameTests.encoded(try HostileFrameTests.finish(1))
        }
    }

    /// Slowly, until it isn't taken any more.
    private static func send(_ bytes: [UInt8], _ take: (UInt8) -> Bool) {
        for byte in bytes {
            guard take(byte) else { return }
            Platform.Thread.sleep(seconds: 0.4)
        }
    }

    @Test("who connects and is silent, at whatever point before the login, is cut off")
    func silentEarly() throws {
        let server = try TestServer(options: Self.hurried)
        try server.unharmed {
            let peer = try server.silent()
            _ = try server.logLine(with: " refused ", PlainClient.address(of: peer.socket), "in time")
            let client = try server.connect()
            try server.end(of: client, because: "timedOut")
            let greeted = try server.connect()
            _ = try greeted.greet()
            guard case .closing(let refusal)? = try greeted.remainder().last else { throw Failure("no closing") }
            #expect(refusal.status == .timedOut)
            try server.end(of: greeted, because: "timedOut")
        }
    }

    @Test("a client that asks without end and never reads is cut off, and others don't notice")
    func neverReads() throws {
        let server = try TestServer(options: Self.hurried)
        try server.unharmed {
            let client = try server.loggedIn()
            let ping = HostileFrameTests.encoded(.ping(Ping(opaque: 7)))
            let pings = Array(repeating: ping, count: 50_000).flatMap { $0 }
            for _ in 0..<1000 {
                guard let sent = try? client.sendWithoutReading(pings, patience: 20), sent == pings.count else { break }
            }
            try server.end(of: client)
        }
    }

    @Test("a flood of pings is answered in order, beside others, and costs no memory")
    func pings() throws {
        let server = try TestServer()
        try server.unharmed {
            let client = try server.loggedIn()
            try server.program.forgetPeakMemory()
            let before = try server.program.peakMemory()
            let (count, size) = (200_000, 1000)
            var expected: UInt64 = 0
            for start in stride(from: 0, to: count, by: size) {
                let pings = (start..<(start + size)).flatMap {
                    HostileFrameTests.encoded(.ping(Ping(opaque: UInt64($0))))
                }
                try client.send(bytes: pings)
                if start == count / 2 { try server.expectServing() }
            }
            for _ in 0..<count {
                guard case .pong(let ping) = try client.answer(), ping.opaque == expected else {
                    throw Failure("no pong")
                }
                expected += 1
            }
            let used = try server.program.peakMemory() - before
            #expect(used < 32 << 20, "\(used) bytes")
            client.close()
        }
    }

    @Test(
        "a server that is told to stop leaves in its time, or at once when told again, whoever won't read",
        arguments: [1, 2])
    func stop(_ signals: Int) throws {
        let server = try TestServer(options: ["--shutdown-timeout", signals == 1 ? "1" : "3600"])
        let client = try server.loggedIn()
        let pings = Array(repeating: HostileFrameTests.encoded(.ping(Ping(opaque: 7))), count: 50_000).flatMap { $0 }
        // Until the server waits for room to answer, and so takes no more: one that is only slow has a thread that isn't asleep.
        var next = 0
        while true {
            let sent = try client.sendWithoutReading(Array(pings[next...]), patience: 1)
            if try sent == 0 && server.program.isAsleep() { break }
            next = (next + sent) % pings.count
        }
        server.program.signal(SIGTERM)
        _ = try server.logLine(with: " stopping")
        if signals == 2 {
            server.program.signal(SIGHUP)
            server.program.signal(SIGTERM)
        }
        let ended = try server.program.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.error.contains("leaving at once") == (signals == 2))
        try TestServer(server.site).expectServing()
    }
}
