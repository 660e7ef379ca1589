import Domain
import Platform
import TestSupport
import Testing
import Wire

/// A server that the system gives too little: it says so, and goes on.
@Suite struct ScarcityTests {
    @Test("uploads that no descriptor is left for are refused for now; the others and the next clients are served")
    func descriptors() throws {
        let server = try RealServer(after: "ulimit -n 60")
        let client = try server.loggedIn()
        let count: UInt32 = 100
        for upload in 1...count { try client.send(.offer(upload: upload, Fixture.offer(size: 1, path: "f\(upload)"))) }
        var accepted: [UInt32] = []
        for _ in 1...count {
            switch try client.receive() {
            case .proceed(let upload, _): accepted.append(upload)
            case .refused(_, let refusal): #expect(refusal.status == .tooManyUploads)
            default: throw TestClient.Unexpected()
            }
        }
        #expect((5..<60).contains(accepted.count))
        for upload in accepted { try client.send(.abandon(upload: upload)) }
        try client.send(bytes: TestClient.file([1], as: "one", upload: count + 1))
        #expect(try client.receive().map(isProceed) == true)
        guard case .stored = try client.receive() else { throw TestClient.Unexpected() }
        let other = try server.loggedIn()
        try other.send(bytes: TestClient.file([2], as: "two", upload: 1))
        #expect(try other.receive().map(isProceed) == true)
        guard case .stored = try other.receive() else { throw TestClient.Unexpected() }
        #expect(try server.scratch.names(in: "storage/.auto-upload/partial").isEmpty)
    }

    @Test("connections that no descriptor is left for take none from an upload, nor from the next client")
    func connections() throws {
        let server = try RealServer(after: "ulimit -n 96")
        #expect(server.program.waitForLine(.error, containing: "may open only 96 files") != nil)
        let client = try server.loggedIn()
        try client.send(.offer(upload: 1, Fixture.offer(size: 2, path: "one")))
        #expect(try client.receive().map(isProceed) == true)
        let addresses = try resolve(host: "127.0.0.1", port: server.port, passive: false)
        let sockets = try (0..<150).map { _ in
            Kept(try Socket.connect(to: addresses, deadline: .after(seconds: 30)))
        }
        let other = try server.loggedIn()
        try other.send(bytes: TestClient.file([2], as: "two", upload: 1))
        #expect(try other.receive().map(isProceed) == true)
        guard case .stored = try other.receive() else { throw TestClient.Unexpected() }
        try client.send(bytes: TestClient.data([1, 2], upload: 1))
        try client.send(.finish(upload: 1, Finish(digest: try [1, 2].digest())))
        guard case .stored = try client.receive() else { throw TestClient.Unexpected() }
        #expect(!server.program.text(.error).contains("Too many open files"))
        withExtendedLifetime(sockets) {}
    }

    /// Arrays can't hold what has one owner.
    private final class Kept {
        let socket: Socket

        init(_ socket: consuming Socket) {
            self.socket = socket
        }
    }

    @Test("a file beyond what the process may write is refused for good, and doesn't end the server")
    func fileSize() throws {
        let server = try RealServer(after: "ulimit -f 100")
        let client = try server.loggedIn()
        let content = [UInt8](repeating: 1, count: 1 << 20)
        try client.send(bytes: TestClient.file(content, as: "large", upload: 1))
        var answer = try client.receive()
        if answer.map(isProceed) == true { answer = try client.receive() }
        guard case .refused(upload: 1, let refusal)? = answer else { throw TestClient.Unexpected() }
        #expect(refusal.status == .tooLarge)
        try client.send(bytes: TestClient.file([1], as: "small", upload: 2))
        #expect(try client.receive().map(isProceed) == true)
        guard case .stored = try client.receive() else { throw TestClient.Unexpected() }
    }

    @Test("what threads log at once doesn't mix, however long the lines")
    func logLines() throws {
        let server = try RealServer()
        // Spaces in a path stand as they are, within quotes: the rest of a torn line would look like one.
        let forged = Array("2026-01-01T00:00:00Z info stored user=admin ".utf8)
        let path = Array(repeating: forged, count: 90).joined() + [0x2f]
        let done = try inParallel(8) { _ -> Bool in
            guard let client = try? server.loggedIn() else { return false }
            for upload in 1...30 as ClosedRange<UInt32> {
                guard let offer = try? Fixture.offer(bytes: Array(path)) else { return false }
                try? client.send(.offer(upload: upload, offer))
                guard case .refused? = try? client.receive() else { return false }
            }
            return true
        }
        #expect(done.allSatisfy { $0 })
        server.program.signal(15)
        let lines = try server.program.waitForEnd(seconds: 30).error.split(separator: "\n")
        #expect(lines.count { $0.contains(" refused ") } == 240)
        #expect(!lines.contains { $0.hasPrefix("2026-01-01T00:00:00Z") })
        // A line begins with its time, and that stands outside of quotes.
        #expect(lines.allSatisfy { $0.count { $0 == "\"" }.isMultiple(of: 2) })
    }

    private func isProceed(_ message: ServerMessage) -> Bool {
        if case .proceed = message { true } else { false }
    }
}
