import Platform
import TestSupport
import Testing

@testable import Accounts

@Suite("Looks that many share")
struct LookoutTests {
    @Test("each caller gets a look that began after the call, however many call at a time")
    func freshness() throws {
        let looks = Monitor(0)
        let lookout = Lookout { looks.withLock { $0 += 1 } }
        let outdated = try inParallel(16) { _ in
            (0..<100).count { _ in
                let before = looks.withLock { $0 }
                lookout.look(patience: 600)
                return looks.withLock { $0 } <= before
            }
        }
        #expect(outdated.allSatisfy { $0 == 0 })
        #expect(looks.withLock { $0 } <= 1600)
    }

    @Test("nobody waits for longer than they want for a look that hangs, and the next who come not at all")
    func hanging() {
        let (begun, release) = (Event(), Event())
        let lookout = Lookout {
            begun.signal()
            release.wait(until: .after(seconds: 600))
        }
        lookout.look(patience: 0.01)
        #expect(begun.wait(until: .after(seconds: 600)))
        // It has been under way for longer than that by now.
        for _ in 0..<1000 { lookout.look(patience: 0.01) }
        release.signal()
        release.signal()
    }
}
