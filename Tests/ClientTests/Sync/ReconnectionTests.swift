import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Reconnecting")
struct ReconnectionTests {
    private func pauses(_ results: [PassResult]) -> [Double?] {
        var reconnection = Reconnection(spread: 1...1)
        return results.map { reconnection.pause(after: $0) }
    }

    private func failed(_ failure: SyncFailure, headway: Bool = false, wasLoggedIn: Bool = true) -> PassResult {
        PassResult(remaining: 1, failure: failure, wasLoggedIn: wasLoggedIn, hasHeadway: headway)
    }

    private func closed(_ status: Status, retryAfter: UInt32) -> SyncFailure {
        .closed(Refusal(status: status, retryAfterSeconds: retryAfter, text: ""))
    }

    @Test("a link that breaks is tried again soon while work comes forward, else after pauses that double")
    func doubles() {
        let broken = failed(.broken(""))
        #expect(pauses([broken, failed(.unreachable(""), wasLoggedIn: false), broken]) == [2, 4, 8])
        #expect(pauses([broken, broken, failed(.broken(""), headway: true), broken]) == [2, 4, 1, 2])
        #expect(pauses([broken, broken, PassResult(), broken]) == [2, 4, nil, 2])
        #expect(pauses(Array(repeating: broken, count: 100)).last == 1_048_576)
    }

    @Test("who was never connected, or is turned away for good, isn't reconnecting")
    func noLink() {
        let unreachable = failed(.unreachable(""), wasLoggedIn: false)
        #expect(pauses([unreachable, failed(.broken(""), wasLoggedIn: false)]) == [nil, nil])
        #expect(pauses([failed(.broken("")), failed(.untrusted("")), unreachable]) == [2, nil, nil])
        #expect(pauses([failed(closed(.protocolViolation, retryAfter: 0))]) == [nil])
    }

    @Test("a server that names a time is heard")
    func asked() {
        #expect(pauses([failed(closed(.shuttingDown, retryAfter: 10))]) == [10])
        #expect(pauses([failed(closed(.takenOver, retryAfter: 0))]) == [2])
    }
}

@Suite("Headway")
struct HeadwayTests {
    private func file(_ fingerprint: Fingerprint) throws -> DueFile {
        DueFile(
            path: try .of("a"), fingerprint: fingerprint, remote: try RemotePath([0x61]), toleratedWriter: .none)
    }

    @Test("only more than ever before is headway")
    func offsets() throws {
        let headway = Headway()
        let file = try file(fingerprint())
        func isMade(at offset: UInt64, _ file: DueFile) -> Bool {
            headway.begin()
            headway.resumed(file, at: offset)
            return headway.isMade
        }
        #expect(!isMade(at: 0, file))
        #expect(isMade(at: 100, file))
        #expect(!isMade(at: 100, file))
        #expect(!isMade(at: 0, file))
        #expect(!isMade(at: 100, file))
        #expect(isMade(at: 101, file))
        // It has changed: what it was counts no more.
        #expect(isMade(at: 5, try self.file(fingerprint(changed: 101))))
    }

    @Test("a confirmation is headway")
    func confirmations() throws {
        let headway = Headway()
        headway.confirmed(try file(fingerprint()))
        #expect(headway.isMade)
        headway.begin()
        #expect(!headway.isMade)
    }
}
