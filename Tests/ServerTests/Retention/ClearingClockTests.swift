import Platform
import TestSupport
import Testing

@testable import AutoUploadServer

/// What time it is for clearing, whatever the machine's clock says.
@Suite struct ClearingClockTests {
    private static let day: Int64 = 86_400
    private static let start: Int64 = 1_800_000_000

    /// Reads it at one time after another, each so many seconds after the start and really so many after the one before.
    private func read(
        _ times: [(now: Int64, elapsed: Int64)], _ pace: ClearingClock.Pace = .retention
    ) -> [ClearingClock.Verdict] {
        var clock = ClearingClock(time: nil, pace)
        return times.map { clock.read(now: Self.start + $0.now, elapsed: $0.elapsed, earliest: Self.start - 1) }
    }

    private func time(_ seconds: Int64, behind: Int64 = 0) -> ClearingClock.Verdict {
        .time(Self.start + seconds, behind: behind)
    }

    @Test("a clock that goes as time does is followed")
    func goesOn() {
        #expect(read([(0, 0), (3600, 3600), (7200, 3600)]) == [time(0), time(3600), time(7200)])
        // A server that was off for less than a day, and for more.
        #expect(read([(0, 0), (80_000, 0)]).last == time(80_000))
        let days = 3 * Self.day
        #expect(
            read([(0, 0), (days, 0), (days + 3600, 3600), (days + 7200, 3600)]).dropFirst() == [
                time(Self.day, behind: 2 * Self.day), time(2 * Self.day + 3600, behind: Self.day),
                time(days + 7200),
            ])
    }

    @Test("one that has jumped makes nothing old at once, and far ahead nothing at all")
    func jumps() {
        let year = 365 * Self.day
        #expect(read([(0, 0), (year, 3600), (3600, 10)]) == [time(0), .jumped(year), time(3600)])
        #expect(read([(0, 0), (30 * Self.day, 3600)]).last == time(Self.day + 3600, behind: 29 * Self.day - 3600))
        #expect(read([(0, 0), (.max - Self.start, 0)]).last == .jumped(.max - Self.start))
    }

    @Test("what is removed for good goes at twice the pace at most, however far the clock has jumped")
    func slowly() {
        let year = 365 * Self.day
        #expect(
            read([(0, 0), (year, 3600), (year + 3600, 3600), (.max - Self.start, 60)], .trash) == [
                time(0), time(7200, behind: year - 7200), time(14_400, behind: year - 10_800),
                time(18_060, behind: .max - Self.start - 18_060),
            ])
    }

    @Test("one that goes back makes nothing old again, and what was never set tells nothing")
    func back() {
        #expect(
            read([(-2, 0), (0, 0), (7200, 7200), (3600, 10), (0, 10)]) == [
                .unset, time(0), time(7200), time(3600), .wentBack(7200),
            ])
    }

    @Test("it goes on where it was after a restart; what can't be read stops it")
    func restarts() throws {
        let scratch = try ScratchFolder("clock")
        let folder = try Directory.open(path: scratch.path)
        #expect(try ClearingClock(in: folder, .retention).time == nil)
        for time: Int64 in [Self.start, 5, Self.start + 1] {
            try ClearingClock(time: time, .retention).write(to: folder)
            #expect(try ClearingClock(in: folder, .retention) == ClearingClock(time: time, .retention))
        }
        try scratch.write("", to: "cleared-until")
        #expect(try ClearingClock(in: folder, .retention).time == nil)
        try scratch.write("yesterday", to: "cleared-until")
        #expect(throws: SystemError.self) { try ClearingClock(in: folder, .retention) }
    }
}
