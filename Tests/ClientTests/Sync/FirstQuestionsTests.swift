import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

/// What is asked rather than sent: where the state was lost, and where only a file's time is another.
@Suite("Asking first")
struct FirstQuestionsTests {
    private static func data(heardBy server: FakeServer) -> Int {
        server.everythingHeard.reduce(0) { if case .data(_, let length) = $1 { $0 + length } else { $0 } }
    }

    /// A server that has what was stored in the test, and nothing else.
    private func store(_ known: Shared<Set<[UInt8]>>) throws -> FakeServer {
        try FakeServer { heard, honest, _ in
            guard case .message(let message) = heard else { return honest }
            switch message {
            case .finish(_, let finish): known.withLock { _ = $0.insert(finish.digest.bytes) }
            case .query(let number, let query):
                if !known.withLock({ $0.contains(query.digest.bytes) }) { return [.absent(number)] }
            default: break
            }
            return honest
        }
    }

    @Test("after the state was lost nothing goes up that the server has")
    func lostState() throws {
        let known = Shared<Set<[UInt8]>>([])
        let rig = try ClientRig()
        let names = (0..<12).map { "clip-\($0)" }
        for (number, name) in names.enumerated() { try rig.write(count: 200_000 + number, to: name) }
        let first = try store(known)
        #expect(try rig.pass(against: first).remaining == 0)
        #expect(first.offers.count == 12)
        // The server has nothing: few questions.
        #expect(first.queries.count == 3)
        try FileManager.default.removeItem(atPath: rig.scratch.path("state"))
        let second = try store(known)
        #expect(try rig.pass(against: second).remaining == 0)
        #expect(second.queries.count == 12)
        #expect(Self.data(heardBy: second) == 0)
        #expect(try rig.confirmed(names) == names)
        #expect(try !rig.openState().mayHaveLostAnother())
    }

    @Test("a single file isn't read only to ask, nor is anything once the state is known not to be new")
    func notWorthIt() throws {
        let known = Shared<Set<[UInt8]>>([])
        let rig = try ClientRig()
        try rig.write(count: 400_000, to: "first")
        let server = try store(known)
        #expect(try rig.pass(against: server).remaining == 0)
        for number in 0..<8 { try rig.write(count: 300_000 + number, to: "later-\(number)") }
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(server.queries.isEmpty)
        #expect(server.offers.count == 9)
    }

    @Test("a file that has only got another time is asked about, not sent")
    func anotherTime() throws {
        let known = Shared<Set<[UInt8]>>([])
        let rig = try ClientRig()
        try rig.write(count: 300_000, to: "clip")
        let server = try store(known)
        #expect(try rig.pass(against: server).remaining == 0)
        let bytes = Self.data(heardBy: server)
        let path = rig.scratch.path("recordings/clip")
        // As a copy of the card has it, another hour of the year, or touch.
        let content = try Data(contentsOf: URL(filePath: path))
        try content.write(to: URL(filePath: path), options: .atomic)
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 1_000_000_000)], ofItemAtPath: path)
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(server.queries.count == 1)
        #expect(Self.data(heardBy: server) == bytes)
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(server.queries.count == 1)
        // Another content of the same size goes up.
        try Data(repeating: 0x62, count: 300_000).write(to: URL(filePath: path))
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(server.queries.count == 2)
        #expect(Self.data(heardBy: server) == bytes + 300_000)
    }
}
