import Platform

/// How fast bytes go, over the last seconds rather than since the start, so that it follows a link that changes.
struct RateMeter {
    private var bytes: UInt64 = 0
    private var since: Instant
    /// Bytes per second; nil until enough was seen.
    private(set) var rate: Double?

    /// How long is counted before the rate is brought up to date.
    private static let sampleSeconds = 0.5
    /// How much of the rate a new sample makes up.
    private static let weight = 0.3

    init(now: Instant) {
        since = now
    }

    mutating func add(_ count: UInt64, now: Instant) {
        bytes = bytes.addingReportingOverflow(count).partialValue
        let seconds = now.seconds(since: since)
        guard seconds >= Self.sampleSeconds else { return }
        let sample = Double(bytes) / seconds
        rate = rate.map { $0 + Self.weight * (sample - $0) } ?? sample
        bytes = 0
        since = now
    }

    /// Seconds that so many bytes will take; nil when nobody can tell.
    func seconds(for remaining: UInt64) -> Double? {
        guard let rate, rate >= 1 else { return nil }
        return Double(remaining) / rate
    }
}
