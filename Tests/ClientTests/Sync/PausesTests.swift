import Platform
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Pauses between passes")
struct PausesTests {
    private func pause(_ failures: [SyncFailure], interval: Double = 60) -> Double {
        var pauses = Pauses(intervalSeconds: interval, reconnection: Reconnection(spread: 1...1))
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

    @Test("a file that settles is looked at when its time is over")
    func settling() throws {
        var pauses = Pauses(intervalSeconds: 60)
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
