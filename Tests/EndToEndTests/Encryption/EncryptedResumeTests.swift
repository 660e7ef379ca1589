import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// An encrypted upload that breaks goes on by the same key, as long as what it was used for is still there.
@Suite("Encrypted uploads that break")
struct EncryptedResumeTests {
    private static let size = 24 << 20
    /// What may be sent once more after a break, at most.
    private static let lost = 16 << 20
    private static let cut = Cut(direction: .fromClient, frames: 3 + 64, part: 0, manner: .silence)

    private let server: TestServer
    private let keys: KeyPair

    init() throws {
        server = try TestServer()
        keys = try KeyPair()
    }

    /// What happens to the recording between the break and the next pass; its time is put back.
    enum Change: CaseIterable {
        case none, firstByte, byteAtTheBreak, lastByte, otherRecipient
    }

    @Test(
        "go on where they stood, but with another key where what was sent isn't there any more",
        arguments: Change.allCases)
    func resumed(_ change: Change) throws {
        let proxy = try FrameProxy(to: server) { $0 == 0 ? Self.cut : nil }
        let client = try TestClient(server, port: proxy.port)
        try client.record(sample(Self.size, seed: 7), as: "clip.mp4")
        let first = try RunningProgram(
            Binaries.client, client.arguments(["--once"] + keys.options), environment: client.environment)
        #expect(try eventually(seconds: 300) { proxy.connections.first?.wasCut == true })
        first.signal(SIGTERM)
        let ended = try first.waitForEnd(seconds: 300)
        let other = try KeyPair()
        switch change {
        case .none, .otherRecipient: break
        case .firstByte: try changeByte(at: 0, client)
        case .byteAtTheBreak: try changeByte(at: 63 * 262_136, client)
        case .lastByte: try changeByte(at: Self.size - 1, client)
        }
        let expected = try client.recordings()
        let second = try client.pass(change == .otherRecipient ? other : keys, "-d", "y")
        #expect(second.status == 0, "\(ended.error)\(second.error)")
        #expect(try (change == .otherRecipient ? other : keys).decrypted(server.site) == expected)
        #expect(try client.isEmpty())
        let sent = proxy.connections.map(\.fromClient.dataBytes).reduce(0, +)
        switch change {
        case .none, .lastByte: #expect(sent <= Self.size + Self.lost)
        case .firstByte, .byteAtTheBreak, .otherRecipient: #expect(sent >= Self.size + 63 * 262_136)
        }
    }

    @Test("begin anew with another key where the client was killed: nobody knows what the one before was used for")
    func killed() throws {
        let proxy = try FrameProxy(to: server) {
            $0 == 0 ? Cut(direction: .fromClient, frames: 67, part: 0, manner: .silence) : nil
        }
        let client = try TestClient(server, port: proxy.port)
        try client.record(sample(Self.size, seed: 8), as: "clip.mp4")
        for size in [1, 1000, 100_000] { try client.record(sample(size, seed: size), as: "small-\(size)") }
        let first = try RunningProgram(
            Binaries.client, client.arguments(["--once"] + keys.options), environment: client.environment)
        #expect(try eventually(seconds: 300) { proxy.connections.first?.wasCut == true })
        first.signal(SIGKILL)
        _ = try first.waitForEnd(seconds: 300)
        let expected = try client.recordings()
        let second = try client.pass(keys, "-d", "y")
        #expect(second.status == 0, "\(second.error)")
        #expect(try keys.decrypted(server.site) == expected)
        #expect(try client.isEmpty())
    }

    private func changeByte(at offset: Int, _ client: TestClient) throws {
        let path = client.card + "/clip.mp4"
        let before = try nanoseconds(path)
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.seek(toOffset: UInt64(offset))
        let old = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: Data([old ^ 0xff]))
        try file.close()
        let put = try RunningProgram.run("/usr/bin/touch", ["-m", "-d", "@\(before)", path])
        #expect(put.status == 0, "\(put.error)")
    }

    private func nanoseconds(_ path: String) throws -> String {
        let outcome = try RunningProgram.run("/usr/bin/stat", ["-c", "%.9Y", path])
        return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
