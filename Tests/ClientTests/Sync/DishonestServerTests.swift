import Domain
import Platform
import Testing
import Wire

@testable import AutoUploadClient

/// What a server says must match what was sent, or nothing is believed.
@Suite("Engine against a server that lies or dies")
struct DishonestServerTests {
    enum Lie: CaseIterable, Sendable {
        case wrongDigest, wrongSize, wrongNumber, presentForUpload, confirmedTwice, confirmedBeforeFinish
        case offsetBeyondEnd, offsetForFresh, offsetForFreshLarge, proceedTwice, secondLogin, clientsFrame
    }

    @Test("no lie is taken for a confirmation", arguments: Lie.allCases)
    func believesNoLie(_ lie: Lie) throws {
        let rig = try ClientRig(deletes: true)
        // A small file goes out without waiting; a large one needs the server's word first.
        let isLarge = [.offsetBeyondEnd, .confirmedBeforeFinish, .offsetForFreshLarge].contains(lie)
        try rig.write(count: isLarge ? 700_000 : 5, to: "one")
        // A word too many is heard only while something else is still awaited.
        if lie == .confirmedTwice { try rig.write("another", to: "two") }
        let server = try FakeServer { heard, honest, _ in try Self.tell(lie, heard, honest) }
        let result = try rig.pass(against: server)
        guard case .notOurServer = result.failure else {
            Issue.record("the lie was not seen: \(String(describing: result.failure))")
            return
        }
        #expect(result.remaining > 0)
        #expect(rig.isThere("one"))
        // What was confirmed before the lie came stays confirmed.
        if lie != .confirmedTwice { #expect(try rig.confirmed(["one"]).isEmpty) }
    }

    private static func tell(
        _ lie: Lie, _ heard: FakeServer.Heard, _ honest: [FakeServer.Answer]
    ) throws -> [FakeServer.Answer] {
        guard case .message(let message) = heard else { return honest }
        switch (message, lie) {
        case (.offer(let number, _), .offsetBeyondEnd):
            return [.send(.proceed(upload: number, try Proceed(durableOffset: 700_001)))]
        case (.offer(let number, _), .offsetForFresh), (.offer(let number, _), .offsetForFreshLarge):
            return [.send(.proceed(upload: number, try Proceed(durableOffset: 1)))]
        case (.offer, .proceedTwice): return honest + honest
        case (.offer(let number, let offer), .confirmedBeforeFinish):
            let digest = try #require(Digest.of([UInt8](repeating: 0x61, count: 700_000)))
            return [.send(.stored(upload: number, try confirmation(offer.size, digest), alreadyThere: true))]
        case (.offer, .secondLogin): return [.send(.granted(try Granted()))]
        case (.offer, .clientsFrame): return [.clientsFrame]
        case (.finish(let number, let finish), _): return try tell(lie, number, finish.digest, honest)
        default: return honest
        }
    }

    private static func tell(
        _ lie: Lie, _ number: UInt32, _ digest: ContentDigest, _ honest: [FakeServer.Answer]
    ) throws -> [FakeServer.Answer] {
        let other = try #require(Digest.of([1]))
        return switch lie {
        case .wrongDigest: [.send(.stored(upload: number, try confirmation(5, other), alreadyThere: false))]
        case .wrongSize: [.send(.stored(upload: number, try confirmation(6, digest), alreadyThere: false))]
        case .wrongNumber: [.send(.stored(upload: number + 1, try confirmation(5, digest), alreadyThere: false))]
        case .presentForUpload: [.send(.present(upload: number, try confirmation(5, digest)))]
        case .confirmedTwice: honest + honest
        default: honest
        }
    }

    private static func confirmation(_ size: UInt64, _ digest: ContentDigest) throws -> Wire.Confirmation {
        try Wire.Confirmation(size: size, digest: digest, fileTag: .unstated, path: try RemotePath(Array("one".utf8)))
    }

    @Test("a connection that is cut after any message confirms nothing that wasn't confirmed before", arguments: 0..<16)
    func survivesCuts(_ messages: Int) throws {
        let rig = try ClientRig()
        let names = ["a", "b", "large"]
        try rig.write("first", to: "a")
        try rig.write("second", to: "b")
        try rig.write(count: 300_000, to: "large")
        let said = Shared((heard: 0, stored: 0, isWhole: false))
        let server = try FakeServer { heard, honest, _ in
            said.withLock { said in
                said.heard += 1
                if !said.isWhole, said.heard > messages { return [.hangUp] }
                said.stored += honest.count { if case .send(.stored) = $0 { true } else { false } }
                return honest
            }
        }
        let cut = try rig.pass(against: server)
        let stored = said.withLock { $0.stored }
        // The server may have said more than the client could still read.
        #expect(try rig.confirmed(names).count <= stored)
        #expect((cut.failure == nil) == (try rig.confirmed(names).count == names.count))
        said.withLock { $0.isWhole = true }
        let whole = try rig.pass(against: server)
        #expect(whole.failure == nil)
        #expect(try rig.confirmed(names) == names)
    }

    @Test("the same upload id is offered again after a cut, and then not as a fresh one")
    func offersAgain() throws {
        let rig = try ClientRig()
        try rig.write("first", to: "a")
        let isCut = Shared(true)
        let server = try FakeServer { heard, honest, _ in
            if case .message(.offer) = heard, isCut.withLock({ $0 }) { return [.hangUp] }
            if case .message(.query(let number, _)) = heard { return [.absent(number)] }
            return honest
        }
        _ = try rig.pass(against: server)
        isCut.withLock { $0 = false }
        #expect(try rig.pass(against: server).failure == nil)
        #expect(server.offers.map(\.isFresh) == [true, false])
        #expect(Set(server.offers.map(\.uploadID)).count == 1)
    }

    @Test("a server that says why it ends is quoted")
    func quotesTheReason() throws {
        let rig = try ClientRig()
        try rig.write("first", to: "a")
        let server = try FakeServer { heard, honest, _ in
            guard case .message(.offer) = heard else { return honest }
            let refusal = Refusal(status: .shuttingDown, retryAfterSeconds: 77, text: "be back soon")
            return [.send(.closing(refusal)), .hangUp]
        }
        let failure = try #require(try rig.pass(against: server).failure)
        #expect(failure.description.contains("be back soon"))
        #expect(failure.retryAfterSeconds == 77)
        #expect(failure.exitCode == .temporaryFailure)
    }
}
