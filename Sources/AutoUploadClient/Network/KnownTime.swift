import Platform
import Transport

/// What time it is at least. A device whose clock doesn't run on while it is switched off begins in 1970, or where it left off:
/// every certificate would not be valid yet.
final class KnownTime {
    /// The latest that a server has told that had let us in, and no earlier than this program was built.
    private(set) var latest: Int64
    private let clock: () -> Int64
    private let isClockSet: () -> Bool?

    /// What the word of others may move it by at once, in seconds: who tells a time that is wrong, or had a clock that was, must
    /// not make all certificates seem to have expired.
    static let longestStep: Int64 = 60 * 86_400

    /// The last one that a certificate can name (RFC 5280, 4.1.2.5.2).
    static let last: Int64 = 253_402_300_799

    /// - Parameter isClockSet: whether something keeps the clock right; nil where that can't be told.
    init(
        built: Int64 = BuildDay.unixTime, clock: @escaping () -> Int64 = currentUnixTime,
        isClockSet: @escaping () -> Bool? = { ClockState.isSet }
    ) {
        latest = built
        self.clock = clock
        self.isClockSet = isClockSet
    }

    /// When certificates have to be valid.
    var now: Int64 { max(clock(), latest) }

    /// Whether the clock is known to be late.
    var isClockLate: Bool { clock() < latest }

    /// Takes in what was remembered.
    func take(_ time: Int64) {
        latest = max(latest, time)
    }

    /// Takes in what a server says that has let us in.
    ///
    /// - Parameter end: of its certificate: beyond it, it couldn't have been trusted.
    func learn(_ time: Int64, until end: Int64) {
        latest = max(latest, min(time, end, now + Self.longestStep, Self.last))
    }

    /// When a certificate is to be judged that isn't valid yet, where nothing keeps the clock right: as trusted authorities give
    /// none for a time to come, it is later than thought.
    ///
    /// - Returns: nil where that doesn't help, or would be a leap.
    func later(for distrust: Distrust) -> Int64? {
        guard distrust.cause == .time, let begin = distrust.certificate?.begin, begin > distrust.judgedAt,
            begin <= now + Self.longestStep, isClockSet() == false
        else { return nil }
        return begin
    }
}
