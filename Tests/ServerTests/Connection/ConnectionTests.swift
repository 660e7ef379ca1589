import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import Storage

/// A connection with a peer that means no good, or knows no better.
@Suite struct ConnectionTests {
    private func loggedIn(_ server: TestServer) throws -> TestClient {
        let client = try TestClient(server)
        try client.logIn()
        return client
    }

    @Test("what is finished is answered before the closing of a violation, which is the last message")
    func closingIsLast() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        var bytes = try TestClient.file([1, 2], as: "a", upload: 1)
        bytes += try TestClient.file([3], as: "b", upload: 2)
        // Data that was never offered.
        bytes += TestClient.data([9], upload: 99)
        try client.send(bytes: bytes)
        let messages = try client.remainder()
        #expect(messages.count == 5)
        #expect(messages.dropLast().allSatisfy { if case .closing = $0 { false } else { true } })
        guard case .closing(let refusal)? = messages.last else { throw TestClient.Unexpected() }
        #expect(refusal.status == .protocolViolation)
        #expect(messages.count { if case .stored = $0 { true } else { false } } == 2)
    }

    @Test("pings don't keep a connection that never logs in")
    func loginDeadline() throws {
        var limits = Limits()
        limits.login = 3
        let server = try TestServer(limits)
        let client = try TestClient(server)
        try client.send(.hello(Hello(software: "test")))
        guard case .welcome = try client.receive() else { throw TestClient.Unexpected() }
        var pongs = 0
        let end = Deadline.after(seconds: 20)
        while !end.hasPassed {
            // Sent one at a time, for as long as they are answered.
            try? client.send(.ping(Ping(opaque: 1)))
            guard case .pong? = try client.receive() else { break }
            pongs += 1
            Thread.sleep(seconds: 0.01)
        }
        #expect(pongs > 0)
        #expect(!end.hasPassed)
        _ = try server.event("closed", "timedOut")
    }

    @Test("a client that never reads and asks without end is cut off, and costs no memory")
    func neverReads() throws {
        var limits = Limits()
        limits.send = 0.3
        let server = try TestServer(limits)
        let client = try TestClient(server)
        try client.send(.hello(Hello(software: "test")))
        var pings: [UInt8] = []
        for number in 0..<10_000 { ClientMessage.ping(Ping(opaque: UInt64(number))).encode(into: &pings) }
        var sent = 0
        // More than all buffers on the way hold, unless the server took them without end.
        while sent < 200 << 20 {
            do { try client.send(bytes: pings, seconds: 10) } catch { break }
            sent += pings.count
        }
        #expect(sent < 200 << 20)
        _ = try server.event("closed")
    }

    @Test("a refusal reaches who goes on sending without a pause")
    func refusalWhileSending() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        try client.send(.offer(upload: 1, Fixture.offer(size: 1, path: "small")))
        let chunk = TestClient.data([UInt8](repeating: 7, count: 1 << 20), upload: 1)
        var sent = 0
        let refused = try client.wait(while: { sent += try client.write(chunk, from: sent % chunk.count) }) { message in
            if case .refused(upload: 1, let refusal) = message { refusal.status == .lengthMismatch } else { false }
        }
        #expect(refused)
    }

    @Test("a server that ends says so to a client that never pauses")
    func stopWhileSending() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        try client.send(.offer(upload: 1, Fixture.offer(size: 1 << 34, path: "big")))
        _ = try client.receive()
        let chunk = TestClient.data([UInt8](repeating: 7, count: 1 << 20), upload: 1)
        let results = try inParallel(2) { index -> Bool in
            if index == 0 {
                for _ in 0..<4000 { do { try client.send(bytes: chunk) } catch { return true } }
                return false
            }
            Thread.sleep(seconds: 0.1)
            server.services.registry.stop()
            return true
        }
        #expect(results == [true, true])
        #expect(try server.event("closed").contains("shuttingDown"))
        guard case .closing(let refusal)? = try client.remainder().last else { throw TestClient.Unexpected() }
        #expect(refusal.status == .shuttingDown)
    }

    @Test("an upload that is finished is stored though its client is gone before the answer")
    func goneBeforeAnswer() throws {
        let server = try TestServer()
        var client: TestClient? = try loggedIn(server)
        try client?.send(bytes: TestClient.file([1, 2, 3], as: "a", upload: 1))
        client = nil
        _ = try server.event("stored", "path=a")
        #expect(try server.scratch.bytes(of: "storage/camera/a") == [1, 2, 3])
    }

    @Test("every offer and query gets exactly one final answer, in whatever order they come")
    func oneAnswerEach() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        var bytes: [UInt8] = []
        for upload in UInt32(1)...300 {
            switch upload % 5 {
            case 0:
                ClientMessage.offer(upload: upload, try Fixture.offer(path: "../x")).encode(into: &bytes)
                bytes += TestClient.data([1], upload: upload)
            case 1:
                ClientMessage.query(upload: upload, try Fixture.query(path: "a/\(max(4, upload) - 3)")).encode(
                    into: &bytes)
            default: bytes += try TestClient.file([UInt8(upload % 7)], as: "a/\(upload)", upload: upload)
            }
        }
        ClientMessage.goodbye.encode(into: &bytes)
        try client.send(bytes: bytes)
        var answers: [UInt32: Int] = [:]
        for message in try client.remainder() {
            switch message {
            case .stored(let upload, _, _), .present(let upload, _), .refused(let upload, _):
                answers[upload, default: 0] += 1
            default: break
            }
        }
        #expect(answers.count == 300)
        #expect(answers.values.allSatisfy { $0 == 1 })
    }

    @Test("a flush that fails is told as such, and confirms nothing")
    func failedFlush() throws {
        let recorder = FlushRecorder { _, status in status?.kind == .regular }
        let server = try TestServer(flushing: recorder.calls)
        let client = try loggedIn(server)
        try client.send(bytes: TestClient.file([1], as: "a", upload: 1) + TestClient.file([2], as: "b", upload: 2))
        var refusals: [Status] = []
        while refusals.count < 2 {
            switch try client.receive() {
            case .refused(_, let refusal): refusals.append(refusal.status)
            case .proceed: continue
            default: throw TestClient.Unexpected()
            }
        }
        #expect(refusals == [.storageFailed, .storageFailed])
    }

    @Test("what the server logs of a peer's words stays on its line")
    func forgedLog() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        let path = "x\n2026-01-01T00:00:00Z info stored user=admin\u{2028}\u{202e}\"/../y\u{1b}[2J"
        try client.send(.offer(upload: 1, Fixture.offer(path: path)))
        let line = try server.event("refused", "pathInvalid")
        #expect(!line.unicodeScalars.contains { $0.value < 0x20 || ["\u{2028}", "\u{202e}", "\u{7f}"].contains($0) })
        #expect(line.contains("path=\"x\\n2026"))
    }
}
