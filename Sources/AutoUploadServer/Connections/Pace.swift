/// Whether a client that has something unfinished gets on: not silent for too long, and not slower, on average, than is
/// worth a place. Only time that was spent waiting for the client counts, so that the server's own work is never held
/// against it. No clock of its own.
package struct Pace {
    private let stall: Double
    private let lowestRate: Double
    private let window: Double

    private var silence = 0.0
    private var waited = 0.0
    private var bytes = 0.0

    package init(_ limits: Limits) {
        stall = limits.stall
        lowestRate = limits.lowestRate
        window = limits.rateWindow
    }

    package enum Verdict: Hashable {
        case fine, silent, slow
    }

    /// Seconds for which not a byte may come from here on.
    package var patience: Double { max(0, stall - silence) }

    /// Gives a client time to read again what it sent in an earlier connection, for the digest: meanwhile it has nothing to
    /// send but pings.
    ///
    /// - Parameter bytes: that it has to read.
    package mutating func allowReading(_ bytes: UInt64) {
        waited -= Double(bytes) / Self.slowestReading
    }

    /// Bytes a second that any device reads and hashes: docs/PROTOCOL.md, section 12.
    private static let slowestReading = 1_048_576.0

    /// Forgets what was.
    package mutating func beginAnew() {
        (silence, waited, bytes) = (0, 0, 0)
    }

    /// Takes in that so many bytes came after a wait.
    package mutating func note(_ count: Int, after seconds: Double) -> Verdict {
        silence = count > 0 ? 0 : silence + seconds
        if silence >= stall { return .silent }
        waited += seconds
        bytes += Double(count)
        guard waited >= window else { return .fine }
        let isSlow = bytes < lowestRate * waited
        (waited, bytes) = (0, 0)
        return isSlow ? .slow : .fine
    }
}
