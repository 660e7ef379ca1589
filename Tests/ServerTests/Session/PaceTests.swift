import Testing

@testable import Connections

/// When a slow client is too slow.
@Suite struct PaceTests {
    /// What `#expect` can call: it takes no mutating members.
    private final class Meter {
        private var pace: Pace

        init(rate: Double = 100) {
            var limits = Limits()
            (limits.stall, limits.lowestRate, limits.rateWindow) = (60, rate, 180)
            pace = Pace(limits)
        }

        var patience: Double { pace.patience }
        func note(_ count: Int, after seconds: Double) -> Pace.Verdict { pace.note(count, after: seconds) }
        func allowReading(_ bytes: UInt64) { pace.allowReading(bytes) }
    }

    @Test("silence counts until a byte comes, in however many waits")
    func silence() {
        let pace = Meter(rate: 0)
        for _ in 0..<59 { #expect(pace.note(0, after: 1) == .fine) }
        #expect(pace.patience == 1)
        #expect(pace.note(1, after: 0.5) == .fine)
        for _ in 0..<59 { #expect(pace.note(0, after: 1) == .fine) }
        #expect(pace.note(0, after: 1) == .silent)
    }

    @Test("a link with long pauses lives, if what comes between them is enough")
    func pauses() {
        let pace = Meter()
        for _ in 0..<100 {
            #expect(pace.note(6000, after: 59) == .fine)
            #expect(pace.note(10, after: 0.1) == .fine)
        }
    }

    @Test("bytes that only just break the silence are too slow, and no pause or burst long ago makes up for them")
    func drip() {
        let pace = Meter()
        for _ in 0..<10 { #expect(pace.note(1 << 20, after: 20) == .fine) }
        var verdicts: Set<Pace.Verdict> = []
        for _ in 0..<20 { verdicts.insert(pace.note(1, after: 50)) }
        #expect(verdicts == [.fine, .slow])
    }

    @Test("a fast client is never slow, however little the waiting")
    func fast() {
        let pace = Meter()
        for _ in 0..<100_000 { #expect(pace.note(12, after: 0.000_001) == .fine) }
    }

    @Test("who reads a large beginning again, and pings meanwhile, has the time for it, and no more")
    func reading() {
        let pace = Meter()
        pace.allowReading(3600 << 20)
        for _ in 0..<120 { #expect(pace.note(20, after: 30) == .fine) }
        #expect((0..<6).map { _ in pace.note(20, after: 30) }.last == .slow)
    }
}
