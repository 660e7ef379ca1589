import Platform
import Synchronization

/// The time by which something is old enough to go, read from look to look and over restarts.
final class ClearingTime: Sendable {
    private let pace: ClearingClock.Pace
    /// When the clock was read last.
    private let last = Monitor<Instant?>(nil)

    init(_ pace: ClearingClock.Pace) {
        self.pace = pace
    }

    /// Reads it, and notes it in a storage's own folder.
    ///
    /// - Parameters:
    ///   - now: the machine's clock, Unix seconds.
    ///   - instant: when that is, by a clock that never jumps.
    /// - Returns: Unix seconds, and by how many seconds they are before what the clock says.
    func read(
        now: Int64, _ instant: Instant, in folder: Directory
    ) throws(ClearingObjection) -> (time: Int64, behind: Int64) {
        let elapsed = last.change { last in
            defer { last = instant }
            return last.map { Int64(instant.seconds(since: $0)) } ?? 0
        }
        let verdict: ClearingClock.Verdict
        do throws(SystemError) {
            var clock = try ClearingClock(in: folder, pace)
            verdict = clock.read(now: now, elapsed: elapsed)
            try clock.write(to: folder)
        } catch {
            throw ClearingObjection("\(file): \(error)")
        }
        switch verdict {
        case .time(let time, let behind): return (time, behind)
        case .unset: throw ClearingObjection("the clock isn't set")
        case .wentBack:
            throw ClearingObjection(
                "the clock is before the time of the last look: set it, or, if it is right, remove \(file)")
        case .jumped:
            throw ClearingObjection(
                "the clock is more than \(pace.longestPause / 86_400) days after the last look: set it, or, if it is right and the "
                    + "server was off for so long, remove \(file)")
        }
    }

    private var file: String { "the storage folder's .auto-upload/\(pace.name)" }
}

/// Why nothing goes.
struct ClearingObjection: Error {
    let text: String

    init(_ text: String) {
        self.text = text
    }
}
