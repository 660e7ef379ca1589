import Platform

/// How soon more may be sent, where a person wants the link to stay usable for others.
struct RateLimit {
    /// Bytes a second; nil: as many as the link takes.
    let bytesPerSecond: UInt64?
    /// When all that was sent has had its time.
    private var free = Instant(nanoseconds: 0)

    init(_ bytesPerSecond: UInt64?) {
        self.bytesPerSecond = bytesPerSecond
    }

    mutating func spend(_ bytes: UInt64, at now: Instant = .now) {
        guard let bytesPerSecond, bytesPerSecond > 0 else { return }
        free = max(now, free).advanced(bySeconds: Double(bytes) / Double(bytesPerSecond))
    }

    /// Seconds until more may be sent.
    func pause(at now: Instant = .now) -> Double {
        bytesPerSecond == nil ? 0 : free.seconds(since: now)
    }
}
