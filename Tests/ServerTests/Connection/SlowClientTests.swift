import Domain
import Platform
import Testing
import Wire

@testable import Connections
@testable import Storage

/// Clients that take their time: what a bad link may, and what holds a place for nothing.
@Suite struct SlowClientTests {
    private func client(_ server: TestServer, offering size: UInt64) throws -> TestClient {
        let client = try TestClient(server)
        try client.logIn()
        try client.send(.offer(upload: 1, Fixture.offer(size: size, path: "slow")))
        guard case .proceed? = try client.receive() else { throw TestClient.Unexpected() }
        return client
    }

    private func expectTimedOut(_ client: TestClient, _ server: TestServer, because reason: String) throws {
        guard case .closing(let refusal)? = try client.remainder().last else { throw TestClient.Unexpected() }
        #expect(refusal.status == .timedOut && refusal.text.contains(reason))
        _ = try server.event("closed", "timedOut")
    }

    @Test("data that comes slowly, but comes, is stored, however many times the other limits have passed")
    func slowButSteady() throws {
        var limits = Limits()
        (limits.frame, limits.stall, limits.idle, limits.lowestRate) = (2, 30, 2, 1)
        let server = try TestServer(limits)
        let content = [UInt8](repeating: 7, count: 40)
        let client = try client(server, offering: 40)
        let bytes = TestClient.data(content, upload: 1)
        try client.send(bytes: Array(bytes.prefix(12)))
        for byte in bytes.dropFirst(12) {
            Thread.sleep(seconds: 0.08)
            try client.send(bytes: [byte])
        }
        try client.send(.finish(upload: 1, Finish(digest: try content.digest())))
        guard case .stored? = try client.receive() else { throw TestClient.Unexpected() }
    }

    @Test(
        "an upload of which nothing more comes ends the connection, within a frame or between two",
        arguments: [0, 5, 20])
    func stalled(_ length: Int) throws {
        var limits = Limits()
        limits.stall = 1
        let server = try TestServer(limits)
        let client = try client(server, offering: 1000)
        try client.send(bytes: Array(TestClient.data([UInt8](repeating: 7, count: 1000), upload: 1).prefix(length)))
        try expectTimedOut(client, server, because: "nothing was heard")
    }

    @Test("bytes that only keep a place end the connection", arguments: [false, true])
    func drip(_ withFrames: Bool) throws {
        var limits = Limits()
        (limits.lowestRate, limits.rateWindow) = (100_000, 1)
        let server = try TestServer(limits)
        let client = try client(server, offering: 1 << 20)
        if !withFrames {
            try client.send(bytes: Array(TestClient.data([UInt8](repeating: 7, count: 1 << 20), upload: 1).prefix(12)))
        }
        var ping: [UInt8] = []
        ClientMessage.ping(Ping(opaque: 1)).encode(into: &ping)
        let end = Deadline.after(seconds: 30)
        while !end.hasPassed, !server.lines.contains(where: { $0.contains("closed") }) {
            // Whole frames or single bytes, each of which breaks the silence.
            do { try client.send(bytes: withFrames ? ping : [7]) } catch { break }
            Thread.sleep(seconds: 0.02)
        }
        #expect(!end.hasPassed)
        _ = try server.event("closed", "too slowly")
    }

    @Test("data of an upload that is over is dropped no more slowly than other data")
    func dropped() throws {
        var limits = Limits()
        limits.stall = 1
        let server = try TestServer(limits)
        let client = try client(server, offering: 10)
        try client.send(.abandon(upload: 1))
        try client.send(bytes: Array(TestClient.data([UInt8](repeating: 7, count: 10), upload: 1).prefix(15)))
        try expectTimedOut(client, server, because: "nothing was heard")
    }

    @Test("with nothing unfinished a client may be silent for longer than a stall")
    func idle() throws {
        var limits = Limits()
        limits.stall = 1
        let server = try TestServer(limits)
        let client = try client(server, offering: 1)
        try client.send(.abandon(upload: 1))
        Thread.sleep(seconds: 2)
        try client.send(.ping(Ping(opaque: 1)))
        guard case .pong? = try client.receive() else { throw TestClient.Unexpected() }
    }

    @Test("a login that comes in drips has no longer than any other")
    func drippedLogin() throws {
        var limits = Limits()
        limits.login = 3
        let server = try TestServer(limits)
        let client = try TestClient(server)
        try client.send(.hello(Hello(software: "test")))
        guard case .welcome = try client.receive() else { throw TestClient.Unexpected() }
        let login = Authenticate.self
        var bytes: [UInt8] = []
        ClientMessage.authenticate(
            try login.init(user: "camera", password: Credential([UInt8](repeating: 1, count: 1000)))
        )
        .encode(into: &bytes)
        for byte in bytes {
            do { try client.send(bytes: [byte]) } catch { break }
            if server.lines.contains(where: { $0.contains("closed") }) { break }
            Thread.sleep(seconds: 0.02)
        }
        _ = try server.event("closed", "timedOut")
        #expect(!server.lines.contains { $0.contains("login-denied") })
    }

    @Test("what is finished is answered though the next upload's data comes in drips, in the middle of a frame")
    func answersBetweenDrips() throws {
        let server = try TestServer()
        let client = try client(server, offering: 1000)
        try client.send(bytes: TestClient.file([1], as: "whole", upload: 2))
        try client.send(bytes: Array(TestClient.data([UInt8](repeating: 7, count: 1000), upload: 1).prefix(100)))
        let stored = try client.wait(while: {
            try client.send(bytes: []); Thread.sleep(seconds: 0.01)
        }) { message in
            if case .stored(upload: 2, _, _) = message { true } else { false }
        }
        #expect(stored)
    }
}
