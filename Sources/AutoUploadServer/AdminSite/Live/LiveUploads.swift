import Domain
import Platform
import Storage

/// The uploads that bytes come of, and how fast: found by looking twice.
final class LiveUploads: Sendable {
    struct Row: Hashable, Sendable {
        let upload: UploadUnderWay
        /// Bytes a second.
        let rate: Double
    }

    private struct Seen {
        var received: UInt64
        var rate = 0.0
        var lastGrowth: Instant
    }

    private struct State {
        var seen: [UploadUnderWay.Key: Seen] = [:]
        var time: Instant?
        var rows: [Row] = []
    }

    private let state = Monitor(State())

    /// Seconds between two looks: who asks within is told the same.
    static let interval = 1.0
    /// Seconds without a byte after which an upload isn't shown any more.
    private static let silence = 60.0
    /// Rows that a page shows: the largest uploads.
    static let most = 100

    /// What is under way by now.
    ///
    /// - Parameter look: gives all that isn't stored yet.
    func rows(now: Instant = .now, _ look: () -> [UploadUnderWay]) -> [Row] {
        state.withLock { state in
            if let time = state.time, now.seconds(since: time) < Self.interval / 2 { return state.rows }
            let seconds = state.time.map { now.seconds(since: $0) }
            let uploads = look()
            var seen: [UploadUnderWay.Key: Seen] = [:]
            for upload in uploads {
                let before = state.seen[upload.key]
                seen[upload.key] = Self.noted(upload, before, after: seconds, now)
            }
            (state.seen, state.time) = (seen, now)
            state.rows = uploads.compactMap { upload in
                guard let seen = seen[upload.key], now.seconds(since: seen.lastGrowth) < Self.silence else {
                    return nil
                }
                return Row(upload: upload, rate: seen.rate)
            }.sorted {
                ($0.upload.size ?? 0, $0.upload.path.bytes.count) > ($1.upload.size ?? 0, $1.upload.path.bytes.count)
            }
            state.rows = Array(state.rows.prefix(Self.most))
            return state.rows
        }
    }

    /// One that is seen for the first time may have stood still for long: it counts once it grows, or where nothing came before.
    private static func noted(
        _ upload: UploadUnderWay, _ before: Seen?, after seconds: Double?, _ now: Instant
    ) -> Seen {
        guard let before, let seconds, seconds > 0 else {
            let long = Instant(nanoseconds: 0)
            return Seen(
                received: upload.received, lastGrowth: upload.received == 0 ? long : seconds == nil ? long : now)
        }
        let growth = upload.received > before.received ? upload.received - before.received : 0
        let rate = Double(growth) / seconds
        return Seen(
            received: upload.received, rate: before.rate == 0 ? rate : 0.6 * before.rate + 0.4 * rate,
            lastGrowth: growth > 0 ? now : before.lastGrowth)
    }
}
