import Foundation
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Engine and files that change")
struct ChangingFileTests {
    enum Change: CaseIterable, Sendable {
        case grows, shrinks, isRewritten
    }

    /// Something happens to the file when its first bytes have reached the server.
    @Test("a file that changes while it is sent is abandoned, and sent whole later", arguments: Change.allCases)
    func abandons(_ change: Change) throws {
        let rig = try ClientRig(deletes: true)
        try rig.write(count: 40_000_000, to: "large")
        let path = rig.scratch.path("recordings/large")
        let server = try Self.server { try Self.make(change, at: path) }
        var context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        context.setup.lookSeconds = 0
        let result = try rig.pass(context)
        #expect(result.failure == nil)
        #expect(result.remaining == 1)
        #expect(rig.isThere("large"))
        #expect(try rig.confirmed(["large"]).isEmpty)
        // The server may still be reading what came before.
        #expect(server.hears { if case .message(.abandon) = $0 { true } else { false } })
        // Nor did all of it go first.
        #expect(Self.bytes(heardBy: server) < 40_000_000)
        #expect(try rig.passUntilGone(["large"], against: server).remaining == 0)
        #expect(Set(server.offers.map(\.uploadID)).count >= 2)
    }

    /// Does something when the first bytes have come.
    private static func server(_ deed: @escaping @Sendable () throws -> Void) throws -> FakeServer {
        let isDone = Shared(false)
        return try FakeServer { heard, honest, _ in
            guard case .data = heard else { return honest }
            let isFirst = isDone.withLock { isDone in
                defer { isDone = true }
                return !isDone
            }
            if isFirst { try deed() }
            return honest
        }
    }

    private static func bytes(heardBy server: FakeServer) -> Int {
        server.everythingHeard.reduce(0) { if case .data(_, let length) = $1 { $0 + length } else { $0 } }
    }

    @Test("a file whose name goes while it is sent is stored and recorded all the same", arguments: [true, false])
    func goneMeanwhile(deletes: Bool) throws {
        let rig = try ClientRig(deletes: deletes)
        try rig.write(count: 40_000_000, to: "large")
        let path = rig.scratch.path("recordings/large")
        let server = try Self.server { try FileManager.default.removeItem(atPath: path) }
        let result = try rig.pass(against: server)
        #expect(result.remaining == 0)
        #expect(try rig.confirmed(["large"]) == ["large"])
        #expect(rig.log.contains { $0.hasPrefix("confirmed path=large") && $0.hasSuffix("gone-meanwhile=yes") })
        #expect(!rig.log.contains { $0.hasPrefix("kept") || $0.hasPrefix("gone") })
    }

    @Test("one that is replaced meanwhile is stored as it was, and the new one sent later")
    func replacedMeanwhile() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write(count: 40_000_000, to: "large")
        let path = rig.scratch.path("recordings/large")
        let server = try Self.server {
            try Data(count: 40_000_000).write(to: URL(filePath: path), options: .atomic)
        }
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(rig.log.contains { $0.hasPrefix("confirmed path=large") && $0.hasSuffix("gone-meanwhile=yes") })
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(count: 40_000_000))
        #expect(!rig.log.contains { $0.hasPrefix("wiped") })
    }

    @Test("one that is touched meanwhile is stored, but wiped only when it was asked about once more")
    func touchedMeanwhile() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write(count: 40_000_000, to: "large")
        let path = rig.scratch.path("recordings/large")
        let server = try Self.server {
            try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
        }
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(rig.isThere("large"))
        #expect(server.queries.isEmpty)
        let bytes = Self.bytes(heardBy: server)
        #expect(try rig.passUntilGone(["large"], against: server).remaining == 0)
        #expect(!server.queries.isEmpty)
        #expect(Self.bytes(heardBy: server) == bytes)
    }

    private static func make(_ change: Change, at path: String) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        switch change {
        case .grows:
            try file.seekToEnd()
            try file.write(contentsOf: Data("more".utf8))
        case .shrinks: try file.truncate(atOffset: 20_000_000)
        case .isRewritten: try file.write(contentsOf: Data("other".utf8))
        }
        try file.close()
    }

    @Test("a file that is open for writing isn't sent")
    func waitsForWriters() throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        let server = try FakeServer()
        let writer = try FileHandle(forUpdating: URL(filePath: rig.scratch.path("recordings/one")))
        #expect(try rig.pass(against: server).remaining == 1)
        #expect(server.offers.isEmpty)
        try writer.close()
        // A child that another test starts at this moment holds a copy of the writer's descriptor for an instant.
        for _ in 0..<2000 where try rig.pass(against: server).remaining > 0 { usleep(2000) }
        #expect(try rig.confirmed(["one"]) == ["one"])
    }

    @Test("a file with two names is sent, and stays")
    func keepsHardLinks() throws {
        let rig = try ClientRig(deletes: true)
        try rig.write("one", to: "one")
        try FileManager.default.linkItem(
            atPath: rig.scratch.path("recordings/one"), toPath: rig.scratch.path("recordings/two"))
        let server = try FakeServer()
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(rig.isThere("one"))
        #expect(rig.isThere("two"))
        #expect(server.queries.isEmpty)
        #expect(rig.log.contains { $0.hasPrefix("kept") && $0.contains("path=one") })
    }
}
