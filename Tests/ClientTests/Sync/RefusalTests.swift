import Domain
import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Engine and refusals")
struct RefusalTests {
    private func server(refusing status: Status, retryAfter: UInt32 = 0, times: Int = .max) throws -> FakeServer {
        let left = Shared(times)
        return try FakeServer { heard, honest, _ in
            guard case .message(.finish(let number, _)) = heard else { return honest }
            let isRefused = left.withLock { left in
                left -= 1
                return left >= 0
            }
            if !isRefused { return honest }
            let refusal = Refusal(status: status, retryAfterSeconds: retryAfter, text: "no")
            return [.send(.refused(upload: number, refusal))]
        }
    }

    @Test("an attempt that broke is made again in the same pass")
    func triesAgain() throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        let server = try server(refusing: .digestMismatch, times: 2)
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(server.offers.map(\.isFresh) == [true, false, false])
    }

    @Test("but not for ever")
    func givesUp() throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        let server = try server(refusing: .digestMismatch)
        #expect(try rig.pass(against: server).remaining == 1)
        #expect(server.offers.count == 3)
    }

    @Test("who is told to come later stays away until then, and others are not held up")
    func comesLater() throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        let server = try server(refusing: .storageFull, retryAfter: 600, times: 1)
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        let first = try rig.pass(context)
        #expect(first.failure == nil)
        #expect(first.remaining == 1)
        try rig.write("two", to: "two")
        #expect(try rig.pass(context).remaining == 1)
        #expect(try rig.confirmed(["one", "two"]) == ["two"])
        // A new start ignores what was noted.
        #expect(try rig.pass(against: server).remaining == 0)
    }

    @Test("a person is told once what only a person can mend", arguments: [Status.nameTaken, .tooLarge])
    func tellsOnce(_ status: Status) throws {
        let rig = try ClientRig()
        try rig.write("one", to: "one")
        let server = try server(refusing: status)
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get())
        for _ in 0..<3 { #expect(try rig.pass(context).remaining == 1) }
        #expect(server.offers.count == 1)
        #expect(rig.log.filter { $0.contains(status.name) }.count == 1)
    }

    @Test("the bytes of a large file stop when it is refused on the way")
    func stopsSending() throws {
        let rig = try ClientRig()
        try rig.write(count: 40_000_000, to: "large")
        try rig.write("small", to: "small")
        let server = try FakeServer { heard, honest, session in
            guard case .data(let number, _) = heard, session.uploads[number]?.offer.size == 40_000_000 else {
                return honest
            }
            guard session.uploads[number]?.received == 65_536 else { return [] }
            return [.send(.refused(upload: number, Refusal(status: .quotaExceeded, text: "no")))]
        }
        let result = try rig.pass(against: server)
        #expect(result.failure == nil)
        #expect(result.remaining == 1)
        #expect(try rig.confirmed(["large", "small"]) == ["small"])
        #expect(!server.everythingHeard.contains { if case .message(.finish(1, _)) = $0 { true } else { false } })
    }

    @Test("what the server has lost since it confirmed it counts as confirmed no more")
    func forgetsLost() throws {
        let rig = try ClientRig(deletes: false)
        try rig.write("one", to: "one")
        let server = try FakeServer()
        #expect(try rig.pass(against: server).remaining == 0)
        let lossy = try FakeServer { heard, honest, _ in
            switch heard {
            case .message(.query(let number, _)): return [.absent(number)]
            case .message(.finish(let number, _)):
                return [.send(.refused(upload: number, Refusal(status: .storageFull, text: "")))]
            default: return honest
            }
        }
        #expect(try ClientRig(continuing: rig, deletes: true).pass(against: lossy).remaining == 1)
        // Nothing is to be deleted any more: what counts is what is stored.
        #expect(try rig.pass(against: lossy).remaining == 1)
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(rig.isThere("one"))
    }
}
