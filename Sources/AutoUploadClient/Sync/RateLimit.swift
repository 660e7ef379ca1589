import Platform

/// How soon more may be sent, where a person wants the link to stay usable for others.
struct RateLimit {
    private let schedule: RateSchedule
    /// The minute of the day.
    private let minute: () -> Int
    /// When all that was sent has had its time.
    private var free = Instant(nanoseconds: 0)

    init(_ schedule: RateSchedule, minute: @escaping () -> Int = { localMinuteOfDay(currentUnixTime()) }) {
        self.schedule = schedule
        self.minute = minute
    }

    mutating func spend(_ bytes: UInt64, at now: Instant = .now) {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        free = max(now, free).advanced(bySeconds: Double(bytes) / Double(bytesPerSecond))
    }

    /// Seconds until more may be sent.
    func pause(at now: Instant = .now) -> Double {
        bytesPerSecond == nil ? 0 : free.seconds(since: now)
    }

    private var bytesPerSecond: UInt64? {
        schedule.isEmpty ? nil : schedule.bytesPerSecond(at: minute())
    }
}
