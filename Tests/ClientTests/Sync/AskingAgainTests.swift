import Testing

@testable import AutoUploadClient

@Suite("Which confirmations are asked about again")
struct AskingAgainTests {
    private static let day: Int64 = 86_400

    @Test("with 0 all from before the start, those of the very second too")
    func all() {
        let again = AskingAgain(days: 0, started: 1000)
        #expect([999, 1000, 1001].map { again.concerns($0, now: 2000) } == [true, true, false])
    }

    @Test("else those that are older than so many days")
    func old() {
        let again = AskingAgain(days: 2, started: 0)
        let now = 10 * Self.day
        #expect([1, 2, 3].map { again.concerns(now - $0 * Self.day, now: now) } == [false, false, true])
        #expect(again.concerns(.min, now: now))
    }

    @Test("what a clock that was ahead has dated counts as old", arguments: [0, 2])
    func ahead(_ days: Int) {
        #expect(AskingAgain(days: days, started: 1000).concerns(5000, now: 4000))
    }
}
