import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import Storage

/// Resuming, as a client sees it.
@Suite struct ResumeConnectionTests {
    /// 4 MiB of blocks, no two of which are the same.
    private let content = (0..<64 as Range<UInt8>).flatMap { [$0] + Self.block }
    private static let block = [UInt8].content(1, count: (64 << 10) - 1)
    private let offer: Offer

    init() throws {
        offer = try Fixture.offer(size: 4 << 20, path: "clip", fresh: false)
    }

    private func loggedIn(_ server: TestServer) throws -> TestClient {
        let client = try TestClient(server)
        try client.logIn()
        return client
    }

    private func begin(_ client: TestClient, upload: UInt32 = 1) throws -> Int {
        try client.send(.offer(upload: upload, offer))
        guard case .proceed(upload, let proceed)? = try client.receive() else { throw TestClient.Unexpected() }
        return Int(proceed.durableOffset)
    }

    private func send(_ client: TestClient, _ range: Range<Int>, upload: UInt32 = 1) throws {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: 200_000) {
            let part = Array(content[start..<min(range.upperBound, start + 200_000)])
            try client.send(bytes: TestClient.data(part, upload: upload))
        }
    }

    private func finish(_ client: TestClient, upload: UInt32 = 1) throws -> ServerMessage? {
        try client.send(.finish(upload: upload, Finish(digest: content.digest())))
        return try client.receive()
    }

    @Test("a connection that is to end reads nothing of what came before, which may be many gigabytes")
    func evicted() throws {
        let first = try TestServer()
        var client: TestClient? = try loggedIn(first)
        #expect(try client.map { try begin($0) } == 0)
        try client.map { try send($0, 0..<2_000_000) }
        client = nil
        _ = try first.event("parked ", "offset=2000000")
        first.services.vault.retire()
        // This one has no digest of what came. And it can't be read: who tries loses it.
        let server = try TestServer(in: first.scratch)
        let gate = server.services.reading
        let turns = [FileName(constant: "anna"), FileName(constant: "bert")].enumerated().map { index, user in
            gate.turn(of: user, UInt64(100 + index)) { false }
        }
        let second = try loggedIn(server)
        #expect(try begin(second) == 2_000_000)
        let staging = "storage/.auto-upload/partial"
        let name = try #require(server.scratch.names(in: staging).first { !$0.hasSuffix(".record") })
        try server.scratch.truncate(staging + "/" + name, to: 1000)
        try send(second, 2_000_000..<2_100_000)
        while gate.waiting == 0 { Thread.sleep(seconds: 0.01) }
        server.services.registry.endAll(.gaveItsPlace)
        guard case .closing? = try second.remainder().last else { throw TestClient.Unexpected() }
        _ = try server.event("parked ", "offset=2000000")
        withExtendedLifetime(turns) {}
    }

    @Test("a connection that ends, by its client or in the middle of a frame, leaves all of its bytes to the next")
    func again() throws {
        let server = try TestServer()
        var client: TestClient? = try loggedIn(server)
        #expect(try client.map { try begin($0) } == 0)
        try client.map { try send($0, 0..<2_000_000) }
        client = nil
        _ = try server.event("parked ", "path=clip", "offset=2000000")
        var second: TestClient? = try loggedIn(server)
        #expect(try second.map { try begin($0) } == 2_000_000)
        try second?.send(bytes: Array(TestClient.data(Array(content[2_000_000..<2_500_000]), upload: 1).dropLast(9)))
        second = nil
        _ = try server.event("closed ", "in the middle of a message")
        let third = try loggedIn(server)
        let offset = try begin(third)
        // A piece that hasn't come whole doesn't count.
        #expect((2_250_000..<2_500_000).contains(offset))
        try send(third, offset..<content.count)
        guard case .stored? = try finish(third) else { throw TestClient.Unexpected() }
        _ = try server.event("resumed ", "path=clip", "offset=\(offset)")
        #expect(try server.scratch.bytes(of: "storage/camera/clip") == content)
    }

    @Test("a second connection takes over at once from one that is silent; that one is told when it wakes up")
    func takeOver() throws {
        let server = try TestServer()
        let (old, new) = (try loggedIn(server), try loggedIn(server))
        #expect(try begin(old) == 0)
        try send(old, 0..<3_000_000)
        try old.send(.ping(Ping(opaque: 1)))
        guard case .pong? = try old.receive() else { throw TestClient.Unexpected() }
        #expect(try begin(new) == 3_000_000)
        try old.send(bytes: TestClient.data([1], upload: 1))
        guard case .refused(1, let refusal)? = try old.receive() else { throw TestClient.Unexpected() }
        #expect(refusal.status == .takenOver)
        try send(new, 3_000_000..<content.count)
        guard case .stored? = try finish(new) else { throw TestClient.Unexpected() }
        // The old connection still serves.
        try old.send(bytes: TestClient.file([1], as: "b", upload: 2))
        guard case .proceed? = try old.receive(), case .stored? = try old.receive() else {
            throw TestClient.Unexpected()
        }
    }

    @Test("who offers again what was stored is told so, once, and finds it by a query; of the first version isn't")
    func alreadyCommitted() throws {
        let server = try TestServer()
        let first = try loggedIn(server)
        #expect(try begin(first) == 0)
        try send(first, 0..<content.count)
        // As if the answer had been lost.
        guard case .stored? = try finish(first) else { throw TestClient.Unexpected() }
        let old = try TestClient(server)
        try old.send(.hello(Hello(newestVersion: 1, software: "old")))
        guard case .welcome? = try old.receive() else { throw TestClient.Unexpected() }
        try old.send(
            .authenticate(Authenticate(user: TestServer.user, password: Credential(Array(TestServer.password.utf8)))))
        guard case .granted? = try old.receive() else { throw TestClient.Unexpected() }
        #expect(try begin(old) == 0)
        try old.send(.abandon(upload: 1))
        let new = try loggedIn(server)
        try new.send(.offer(upload: 1, offer))
        guard case .refused(1, let refusal)? = try new.receive() else { throw TestClient.Unexpected() }
        #expect(refusal.status == .alreadyCommitted)
        try new.send(.query(upload: 2, Query(size: offer.size, digest: content.digest(), path: offer.path)))
        guard case .present? = try new.receive() else { throw TestClient.Unexpected() }
        #expect(try begin(new, upload: 3) == 0)
    }

    @Test("one that is told at its finish")
    func takeOverBeforeFinish() throws {
        let server = try TestServer()
        let (old, new) = (try loggedIn(server), try loggedIn(server))
        #expect(try begin(old) == 0)
        try send(old, 0..<content.count)
        try old.send(.ping(Ping(opaque: 1)))
        guard case .pong? = try old.receive() else { throw TestClient.Unexpected() }
        #expect(try begin(new) == content.count)
        guard case .refused(1, let refusal)? = try finish(old) else { throw TestClient.Unexpected() }
        #expect(refusal.status == .takenOver)
        guard case .stored? = try finish(new) else { throw TestClient.Unexpected() }
    }

    @Test("what is finished isn't kept waiting by a beginning that has to be read again first")
    func othersFirst() throws {
        let flushes = Monitor<[FileKind]>([])
        let server = try TestServer(
            flushing: FlushCalls(
                file: { file throws(SystemError) in
                    let kind = try file.status().kind
                    flushes.withLock { $0.append(kind) }
                },
                folder: { folder throws(SystemError) in
                    let kind = try folder.status().kind
                    flushes.withLock { $0.append(kind) }
                }))
        let (old, new) = (try loggedIn(server), try loggedIn(server))
        #expect(try begin(old) == 0)
        try send(old, 0..<content.count)
        try old.send(.ping(Ping(opaque: 1)))
        guard case .pong? = try old.receive() else { throw TestClient.Unexpected() }
        #expect(try begin(new) == content.count)
        flushes.withLock { $0 = [] }
        var frames = try TestClient.file([1], as: "small", upload: 2)
        ClientMessage.finish(upload: 1, Finish(digest: try content.digest())).encode(into: &frames)
        try new.send(bytes: frames)
        guard case .proceed(2, _)? = try new.receive(), case .stored(2, _, _)? = try new.receive(),
            case .stored(1, _, _)? = try new.receive()
        else { throw TestClient.Unexpected() }
        // The small file's, before and after it got its name, with its folders', come first.
        let kinds = flushes.withLock { $0 }
        #expect(kinds.filter { $0 == .regular }.count == 3)
        #expect(kinds.prefix(3) == [.regular, .regular, .directory])
    }

    @Test("the same id twice in one connection: the later one goes on, the earlier one is told")
    func sameConnection() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        #expect(try begin(client) == 0)
        try send(client, 0..<2_000_000)
        #expect(try begin(client, upload: 2) == 2_000_000)
        try client.send(bytes: TestClient.data([1], upload: 1))
        guard case .refused(1, let refusal)? = try client.receive() else { throw TestClient.Unexpected() }
        #expect(refusal.status == .takenOver)
        try send(client, 2_000_000..<content.count, upload: 2)
        guard case .stored(2, _, _)? = try finish(client, upload: 2) else { throw TestClient.Unexpected() }
    }

    @Test("data beyond the size counts from the offset; what is abandoned or too much begins at 0 again")
    func lengths() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        _ = try begin(client)
        try send(client, 0..<3_000_000)
        #expect(try begin(client, upload: 2) == 3_000_000)
        try client.send(bytes: TestClient.data([UInt8](repeating: 0, count: (1 << 20)), upload: 2))
        try client.send(bytes: TestClient.data([UInt8](repeating: 0, count: (1 << 20)), upload: 2))
        guard case .refused(2, let refusal)? = try client.receive() else { throw TestClient.Unexpected() }
        #expect(refusal.status == .lengthMismatch)
        #expect(try begin(client, upload: 3) == 0)
        try send(client, 0..<3_000_000, upload: 3)
        #expect(try begin(client, upload: 4) == 3_000_000)
        try client.send(.abandon(upload: 4))
        #expect(try begin(client, upload: 5) == 0)
    }

    @Test("a server that ends keeps what came, says so, and then tells its clients")
    func stopped() throws {
        let server = try TestServer()
        let client = try loggedIn(server)
        _ = try begin(client)
        try send(client, 0..<2_000_000)
        try client.send(.ping(Ping(opaque: 1)))
        guard case .pong? = try client.receive() else { throw TestClient.Unexpected() }
        server.services.registry.stop()
        guard case .closing(let refusal)? = try client.receive() else { throw TestClient.Unexpected() }
        #expect(refusal.status == .shuttingDown)
        #expect(server.lines.contains { $0.contains("parked ") && $0.contains("offset=2000000") })
    }
}
