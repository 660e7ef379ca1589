import Domain
import Platform
import Testing

@testable import AutoUploadClient

@Suite("Pauses between passes")
struct PassRetriesTests {
    /// As in the table, but for chance.
    private static let link = RetryPolicy(first: 2, factor: 2, longest: 60)

    private func pause(_ failures: [SyncFailure], interval: Double = 60) -> Double {
        var pauses = PassRetries(intervalSeconds: interval, link: Self.link, spread: 1...1)
        var seconds = 0.0
        for failure in failures {
            let now = Instant.now
            let next = pauses.nextPass(after: result(failure), began: now)
            seconds = next.seconds(since: now)
        }
        return seconds.rounded()
    }

    private func result(_ failure: SyncFailure) -> PassResult {
        switch failure {
        case .broken, .closed: PassResult(remaining: 1, failure: failure, wasLoggedIn: true)
        default: PassResult(remaining: 1, failure: failure)
        }
    }

    private func denied(_ status: Status, retryAfter: UInt32 = 0) -> SyncFailure {
        .loginDenied(Refusal(status: status, retryAfterSeconds: retryAfter, text: ""))
    }

    @Test("what passes by itself is tried again at the interval, or when the server says")
    func passing() {
        #expect(pause([.unreachable("")]) == 60)
        #expect(pause([.unreachable(""), .unreachable(""), .unreachable("")]) == 60)
        #expect(pause([denied(.busy, retryAfter: 300)]) == 300)
        #expect(pause([denied(.busy, retryAfter: 10)]) == 60)
        #expect(pause([denied(.busy, retryAfter: .max)]) == 3600)
    }

    @Test("a link that broke is tried again soon, but never more seldom than anything else")
    func reconnecting() {
        #expect(pause([.broken("")]) == 2)
        #expect(pause([.broken(""), .unreachable("")]) == 4)
        #expect(pause([.broken("")], interval: 1) == 1)
        #expect(pause(Array(repeating: .broken(""), count: 20)) == 60)
        #expect(pause([.broken(""), .untrusted("")]) == 60)
        #expect(pause([.closed(Refusal(status: .shuttingDown, retryAfterSeconds: 10, text: ""))]) == 10)
    }

    @Test("an interface is looked for more often")
    func interface() {
        #expect(pause([.interfaceDown]) == 5)
        #expect(pause([.interfaceDown], interval: 2) == 2)
    }

    @Test("what only a person can mend is tried ever more seldom")
    func hopeless() {
        #expect(pause([denied(.credentialsWrong)]) == 60)
        #expect(pause([denied(.credentialsWrong), denied(.credentialsWrong)]) == 120)
        #expect(pause(Array(repeating: denied(.credentialsWrong), count: 50)) == 3600)
        #expect(pause(Array(repeating: .untrusted(""), count: 50), interval: 7200) == 7200)
    }

    @Test("a captive portal keeps nobody waiting for an hour")
    func portal() {
        #expect(pause(Array(repeating: .untrusted(""), count: 50)) == 300)
        #expect(pause(Array(repeating: .notOurServer(""), count: 50)) == 600)
        #expect(pause([denied(.credentialsWrong), denied(.credentialsWrong), .untrusted("")]) == 60)
    }

    @Test("whoever asks for a pass begins anew")
    func forgets() {
        var pauses = PassRetries(intervalSeconds: 60, spread: 1...1)
        for _ in 0..<9 { _ = pauses.nextPass(after: result(denied(.credentialsWrong)), began: .now) }
        pauses.forget()
        let now = Instant.now
        let next = pauses.nextPass(after: result(denied(.credentialsWrong)), began: now)
        #expect(next.seconds(since: now).rounded() == 60)
    }

    @Test("clients that are refused at the same moment don't come back at the same moment, nor before they may")
    func crowd() {
        let now = Instant.now
        let seconds = (0..<200).map { _ in
            var pauses = PassRetries(intervalSeconds: 60)
            return pauses.nextPass(after: result(denied(.busy, retryAfter: 300)), began: now).seconds(since: now)
        }
        #expect(seconds.allSatisfy { $0 >= 300 })
        #expect((seconds.max() ?? 0) - (seconds.min() ?? 0) > 20)
    }

    @Test("a file that settles is looked at when its time is over")
    func settling() throws {
        var pauses = PassRetries(intervalSeconds: 60)
        let identity = FileIdentity(device: 1, inode: 2, born: FileTime(seconds: 0, nanoseconds: 0))
        let time = FileTime(seconds: 0, nanoseconds: 0)
        let fingerprint = Fingerprint(identity: identity, size: 0, modified: time, changed: time)
        let path = try #require(LocalPath(bytes: [0x61]))
        let now = Instant.now
        let result = PassResult(settling: [path: PassResult.Settling(fingerprint: fingerprint, seconds: 10)])
        #expect(pauses.nextPass(after: result, began: now).seconds(since: now).rounded() == 10)
        #expect(pauses.nextPass(after: PassResult(), began: now).seconds(since: now) == 60)
    }
}

@Suite("Reconnecting")
struct ReconnectionTests {
    private func pauses(_ results: [PassResult]) -> [Double?] {
        var retries = PassRetries(intervalSeconds: 60, link: RetryPolicy(first: 2, factor: 2, longest: 60))
        return results.map { result in
            let pause = retries.pause(after: result)
            return retries.isReconnecting ? pause : nil
        }
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
        #expect(pauses([broken, failed(.interfaceDown, wasLoggedIn: false), broken]) == [2, 4, 8])
        #expect(pauses(Array(repeating: broken, count: 100)).last == 60)
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

    @Test("chance spreads those whose server restarts")
    func spread() {
        let pauses = (0..<100).map { _ in RetryPolicy.link.pause(after: 1) }
        #expect(pauses.allSatisfy { (1.5...2.5).contains($0) })
        #expect(Set(pauses).count > 50)
    }
}
