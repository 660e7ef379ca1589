import Domain
import Glibc
import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Engine against a server over TLS")
struct EngineTests {
    @Test("what is due is sent, confirmed and recorded, and not sent again")
    func sendsOnce() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        try rig.write("", to: "sub/empty")
        try rig.write(count: 700_000, to: "sub/deep/large")
        let first = try rig.pass(against: server)
        #expect(first.failure == nil)
        #expect(first.remaining == 0)
        #expect(try rig.confirmed(["one", "sub/empty", "sub/deep/large"]).count == 3)
        #expect(rig.isThere("one"))
        _ = try rig.pass(against: server)
        #expect(server.offers.count == 3)
    }

    @Test("a file that is younger than a tick of its clock goes over the same connection as the others")
    func waitsForTick() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        let rules = SettleRules(settleSeconds: 0, settleUnknownSeconds: 0, tickSeconds: 0.2, coarseTickSeconds: 0.2)
        let context = try rig.context(for: server, trusting: TestCertificates.trusted.get(), settle: rules)
        try rig.write("old", to: "old")
        // Its own time counts: kernels from 6.13 on give a file one that is up to a tick later than the clock that is read here.
        let recorded = try rig.fingerprint(of: "old").changed
        while FileTime.now.seconds(since: recorded) < rules.tickSeconds { usleep(1000) }
        try rig.write("young", to: "young")
        #expect(try rig.pass(context).remaining == 0)
        #expect(try rig.confirmed(["old", "young"]) == ["old", "young"])
        #expect(server.offers.count == 2)
    }

    @Test("a confirmed file is wiped when that is wished, and only then gone")
    func wipes() throws {
        let rig = try ClientRig(deletes: true)
        let server = try FakeServer()
        try rig.write("one", to: "one")
        try rig.write(count: 300_000, to: "two")
        #expect(try rig.passUntilGone(["one", "two"], against: server).remaining == 0, "\(rig.log)")
        #expect(!rig.isThere("one"))
        #expect(!rig.isThere("two"))
    }

    @Test("small files don't wait for answers")
    func pipelines() throws {
        let rig = try ClientRig()
        let withheld = Shared<[FakeServer.Answer]>([])
        // Nothing is answered until the last file has come whole: who waits for an answer before, waits for ever.
        let server = try FakeServer { heard, honest, _ in
            guard case .message(let message) = heard else { return [] }
            switch message {
            case .offer, .finish:
                return withheld.withLock { answers in
                    answers += honest
                    return answers.count == 2 * 50 ? answers : []
                }
            default: return honest
            }
        }
        for index in 0..<50 { try rig.write("file \(index)", to: "f\(index)") }
        #expect(try rig.pass(against: server).remaining == 0)
    }

    @Test("no more are unanswered than the server allows")
    func keepsToTheWindow() throws {
        let rig = try ClientRig()
        let most = Shared((open: 0, most: 0))
        let server = try FakeServer(TestCertificates.trusted.get(), maxOpenUploads: 3) { heard, honest, _ in
            if case .message(.offer) = heard { most.withLock { $0 = ($0.open + 1, max($0.most, $0.open + 1)) } }
            if case .message(.finish) = heard { most.withLock { $0.open -= 1 } }
            return honest
        }
        for index in 0..<20 { try rig.write("file \(index)", to: "f\(index)") }
        #expect(try rig.pass(against: server).remaining == 0)
        #expect(most.withLock { $0.most } <= 3)
    }

    @Test("a file that was confirmed earlier is asked about before it is wiped")
    func asksBeforeWiping() throws {
        let rig = try ClientRig()
        let server = try FakeServer()
        try rig.write("one", to: "one")
        _ = try rig.pass(against: server)
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.passUntilGone(["one"], against: server).remaining == 0)
        #expect(server.offers.count == 1)
        #expect(!server.queries.isEmpty)
        #expect(!rig.isThere("one"))
    }

    @Test("a file that is gone from the server is sent again, not wiped on the old word")
    func sendsAgainWhatIsGone() throws {
        let rig = try ClientRig()
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.query(let number, _)) = heard else { return honest }
            return [.send(.refused(upload: number, Refusal(status: .absent, text: "")))]
        }
        try rig.write("one", to: "one")
        _ = try rig.pass(against: server)
        let deleting = try ClientRig(continuing: rig, deletes: true)
        #expect(try deleting.passUntilGone(["one"], against: server).remaining == 0)
        #expect(server.offers.count >= 2)
        #expect(!rig.isThere("one"))
    }
}
