import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import Storage

/// Uploads that are made durable by another thread while their connection goes on.
@Suite struct CommitAsideTests {
    private static let count: UInt32 = 40

    private let disk = SlowDisk()
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer(flushing: disk.calls)
        client = try TestClient(server)
        try client.logIn()
        disk.stick()
    }

    /// Sends small files and a ping in one piece.
    ///
    /// - Returns: what the server says up to its answer to the ping.
    private func upload() throws -> [ServerMessage] {
        var bytes: [UInt8] = []
        for upload in 1...Self.count { bytes += try TestClient.file([UInt8(upload)], as: "\(upload)", upload: upload) }
        ClientMessage.ping(Ping(opaque: 7)).encode(into: &bytes)
        try client.send(bytes: bytes)
        var messages: [ServerMessage] = []
        while messages.last != .pong(Ping(opaque: 7)) { messages.append(try #require(try client.receive())) }
        return messages
    }

    private func isStored(_ message: ServerMessage) -> Bool {
        if case .stored = message { true } else { false }
    }

    @Test("the connection reads and answers while its uploads are flushed, and confirms them only after")
    func goesOn() throws {
        defer { disk.letGo() }
        #expect(try !upload().contains(where: isStored))
        try client.send(.ping(Ping(opaque: 8)))
        #expect(try client.receive() == .pong(Ping(opaque: 8)))
        disk.letGo()
        for _ in 0..<Self.count { #expect(isStored(try #require(try client.receive()))) }
    }

    @Test("what was sent whole is made durable though its client goes meanwhile")
    func clientGoes() throws {
        defer { disk.letGo() }
        _ = try upload()
        try client.send(.goodbye)
        disk.letGo()
        _ = try server.event("closed", "goodbye")
        for upload in 1...Self.count {
            #expect(try server.scratch.bytes(of: "storage/\(TestServer.user)/\(upload)") == [UInt8(upload)])
        }
    }

    @Test("a violation closes the connection after everything that was finished before has been answered")
    func violation() throws {
        defer { disk.letGo() }
        _ = try upload()
        try client.send(.finish(upload: 1000, Finish(digest: [1].digest())))
        disk.letGo()
        let messages = try client.remainder()
        #expect(messages.count(where: isStored) == Int(Self.count))
        guard case .closing(let refusal)? = messages.last else { throw TestClient.Unexpected() }
        #expect(refusal.status == .protocolViolation)
    }
}
