import Platform
import Testing

@testable import AutoUploadClient

/// How fast may be sent at which hours.
@Suite struct RateScheduleTests {
    @Test("a bound counts at its hours, from the first minute up to the last, also over midnight; else the one without")
    func hours() throws {
        let schedule = try #require(RateSchedule(["1M@22:00-06:30", "64K", "100K@06:00-07:00"]))
        for (time, bytes) in [
            (22 * 60, 1 << 20), (23 * 60 + 59, 1 << 20), (0, 1 << 20), (6 * 60 + 29, 1 << 20), (6 * 60 + 30, 100 << 10),
            (7 * 60, 64 << 10), (22 * 60 - 1, 64 << 10),
        ] as [(Int, UInt64)] {
            #expect(schedule.bytesPerSecond(at: time) == bytes, "\(time)")
        }
        let byDay = try #require(RateSchedule(["500K@07:00-22:00"]))
        #expect(byDay.bytesPerSecond(at: 12 * 60) == 500 << 10 && byDay.bytesPerSecond(at: 23 * 60) == nil)
        #expect(RateSchedule([])?.isEmpty == true)
    }

    @Test(
        "what isn't a bound, or says one twice, is refused",
        arguments: [
            ["1K"], ["x"], ["1M@7-22"], ["1M@07:00"], ["1M@07:00-07:00"], ["1M@24:00-07:00"], ["1M@07:60-08:00"],
            ["1M@"],
            ["1M", "2M"], ["1M@07:00-08:00", "2M@07:00-08:00"], ["@07:00-08:00"], ["1M@07:00-08:00-09:00"],
            ["1M@+7:00-08:00"],
        ])
    func refused(_ texts: [String]) {
        #expect(RateSchedule(texts) == nil)
    }

    @Test("when the hours change, so does what may be sent")
    func changes() throws {
        let start = Instant(nanoseconds: 1_000_000_000)
        let minute = Monitor(6 * 60)
        var limit = RateLimit(try #require(RateSchedule(["32K@07:00-08:00"]))) { minute.withLock { $0 } }
        limit.spend(1 << 30, at: start)
        #expect(limit.pause(at: start) == 0)
        minute.withLock { $0 = 7 * 60 }
        limit.spend(32 << 10, at: start)
        #expect(limit.pause(at: start) == 1)
        minute.withLock { $0 = 8 * 60 }
        #expect(limit.pause(at: start) == 0)
    }
}
