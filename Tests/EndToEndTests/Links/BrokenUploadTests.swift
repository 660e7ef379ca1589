import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// A large upload that breaks goes on from what is durable, whoever it was that broke it.
@Suite("Resumed uploads")
struct BrokenUploadTests {
    /// AUTO_UPLOAD_RESUME_MIB sets another size.
    private static let size =
        (ProcessInfo.processInfo.environment["AUTO_UPLOAD_RESUME_MIB"].flatMap { Int($0) } ?? 96) << 20
    /// What may be sent once more after a break, at most.
    private static let lost = 64 << 20
    private static let frame = 256 * 1024 - FrameHeader.encodedSize

    enum Break: CaseIterable {
        case reset, goodbye, inAFrame, clientKilled, serverKilled, serverStopped, silence
    }

    @Test("an upload that breaks at nine tenths sends at most 64 MiB again", arguments: Break.allCases)
    func atNineTenths(_ kind: Break) async throws {
        try await onThread {
            var server = try TestServer()
            let enough = Self.size / 10 * 9
            let cut = Self.cut(kind, after: enough)
            let proxy = try FrameProxy(to: server) { $0 == 0 ? cut : nil }
            let client = try TestClient(server, port: proxy.port)
            let expected = try Self.record(on: client)
            let program = try RunningProgram(
                Binaries.client, client.arguments(["--once", "-d", "y"]), environment: client.environment)
            let isThere = try eventually(seconds: 300) {
                proxy.connections.first.map { $0.wasCut || (cut == nil && $0.fromClient.dataBytes >= enough) } ?? false
            }
            #expect(isThere, "\(program.text(.error))")
            switch kind {
            case .serverKilled: try server.kill()
            case .serverStopped: #expect(try server.stop().status == 0)
            case .clientKilled, .silence: program.signal(SIGKILL)
            case .reset, .goodbye, .inAFrame: break
            }
            if kind == .serverKilled || kind == .serverStopped {
                server = try TestServer.again(server.site, port: server.port)
            }
            let first = try program.waitForEnd(seconds: 300)
            let second = try client.pass("-d", "y", seconds: 300)
            #expect(second.status == 0, "\(first.error)\(second.error)")
            #expect(try server.site.stored() == ["large.mp4": expected])
            #expect(try client.isEmpty())
            let sent = proxy.connections.map(\.fromClient.dataBytes)
            print("\(kind) at nine tenths of \(Self.size >> 20) MiB: sent \(sent.map { $0 >> 20 }) MiB")
            #expect(sent.reduce(0, +) <= Self.size + Self.lost)
            if kind != .silence { #expect(try eventually { try server.site.partials().isEmpty }) }
        }
    }

    private static func cut(_ kind: Break, after bytes: Int) -> Cut? {
        let manner: Cut.Manner
        switch kind {
        case .reset: manner = .reset
        case .goodbye, .inAFrame: manner = .goodbye
        case .silence: manner = .silence
        case .clientKilled, .serverKilled, .serverStopped: return nil
        }
        // Greeting, login and offer come before the data.
        return Cut(
            direction: .fromClient, frames: 3 + bytes / frame, part: kind == .inAFrame ? 0.6 : 0, manner: manner)
    }

    /// - Returns: its SHA-256.
    private static func record(on client: TestClient) throws -> String {
        try client.record([], as: "large.mp4")
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: client.card + "/large.mp4"))
        let part = sample(1 << 20)
        for number in 0..<(size >> 20) { try file.write(contentsOf: Data("\(number)".utf8) + Data(part.dropFirst(4))) }
        try file.close()
        return try #require(try client.recordings()["large.mp4"])
    }

    @Test("an upload that breaks again and again gets further each time")
    func againAndAgain() async throws {
        try await onThread {
            let server = try TestServer()
            var random = SeededGenerator(seed: 4)
            let cuts = (0..<6).map { _ in
                Cut(
                    direction: .fromClient, frames: 3 + .random(in: 8..<300, using: &random),
                    part: .random(in: 0.001..<1, using: &random),
                    manner: Cut.Manner.noticed.randomElement(using: &random) ?? .reset)
            }
            let proxy = try FrameProxy(to: server) { $0 < cuts.count ? cuts[$0] : nil }
            let client = try TestClient(server, port: proxy.port)
            let expected = try Self.record(on: client)
            for _ in 0...cuts.count where try client.pass("-d", "y", seconds: 300).status == 0 { break }
            #expect(try server.site.stored() == ["large.mp4": expected])
            #expect(try client.isEmpty())
            let sent = proxy.connections.map(\.fromClient.dataBytes)
            let breaks = proxy.connections.count { $0.wasCut }
            print("an upload of \(Self.size >> 20) MiB that broke \(breaks) times: sent \(sent.map { $0 >> 20 }) MiB")
            #expect(breaks > 0)
            #expect(sent.reduce(0, +) <= Self.size + breaks * Self.lost)
            #expect(try eventually { try server.site.partials().isEmpty })
        }
    }
}
