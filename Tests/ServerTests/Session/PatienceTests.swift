import Platform
import Testing
import Transport
import Wire

@testable import Connections
@testable import DeviceFace

/// How long a client is waited for.
@Suite struct PatienceTests {
    private static let limits: Limits = {
        var limits = Limits()
        (limits.login, limits.idle, limits.stall) = (500, 3000, 60)
        (limits.lowestRate, limits.rateWindow) = (100, 180)
        return limits
    }()
    private let start = Instant.now

    private func note(_ bytes: Int, after seconds: Double, _ patience: inout Patience) throws(LinkError) {
        try patience.note(bytes, since: start, until: start.advanced(bySeconds: seconds))
    }

    @Test("until the login nothing lasts longer than its time; then a client without unfinished uploads may idle")
    func login() {
        var patience = Patience(Self.limits)
        for hasUnfinished in [false, true] { #expect(patience.forNextFrame(hasUnfinished: hasUnfinished) <= 500) }
        #expect(patience.bounded(5000).remainingSeconds <= 500)
        #expect(patience.bounded(1).remainingSeconds <= 1)
        patience.loggedIn()
        #expect(patience.forNextFrame(hasUnfinished: false) == 3000)
        #expect(patience.forNextFrame(hasUnfinished: true) == 60)
        #expect(patience.bounded(5000).remainingSeconds > 500)
    }

    @Test("who is silent, or too slow, is told which")
    func verdicts() throws {
        var patience = Patience(Self.limits)
        try note(0, after: 59, &patience)
        #expect(patience.forPiece == 1)
        #expect(throws: LinkError.self) { try note(0, after: 1, &patience) }
        #expect(patience.refusal == .tooSilent)
        patience.beginAnew()
        for _ in 0..<3 { try note(1, after: 50, &patience) }
        #expect(throws: LinkError.self) { try note(1, after: 50, &patience) }
        #expect(patience.refusal == .tooSlow)
    }

    @Test("what is finished isn't held against what comes next")
    func anew() throws {
        var patience = Patience(Self.limits)
        patience.loggedIn()
        for _ in 0..<3 { try note(1, after: 50, &patience) }
        try note(0, after: 25, &patience)
        patience.beginAnew()
        #expect(patience.forNextFrame(hasUnfinished: true) == 60)
        for _ in 0..<3 { try note(1, after: 50, &patience) }
    }
}

/// How long answers wait for others.
@Suite struct AnswerDelayTests {
    private let start = Instant.now

    private func isOver(_ delay: AnswerDelay, queuedBytes: Int = 0, after seconds: Double) -> Bool {
        delay.isOver(queuedBytes: queuedBytes, start.advanced(bySeconds: seconds))
    }

    @Test("the first that waits counts, or how much has come together")
    func first() {
        var limits = Limits()
        (limits.commitDelay, limits.queuedBytes) = (0.25, 1000)
        var delay = AnswerDelay(limits)
        #expect(!isOver(delay, queuedBytes: 999, after: 100) && isOver(delay, queuedBytes: 1000, after: 0))
        delay.begin(start)
        delay.begin(start.advanced(bySeconds: 0.2))
        #expect(!isOver(delay, after: 0.2) && isOver(delay, after: 0.25))
        delay.end()
        #expect(!isOver(delay, after: 100))
    }
}
