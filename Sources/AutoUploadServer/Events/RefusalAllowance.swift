import Platform

/// How many refusals of a user's uploads are told one by one: a flood of them mustn't become a flood of log lines. The rest is
/// counted, and told in one line when the minute is over.
final class RefusalAllowance: Sendable {
    /// Lines a minute for each user.
    static let lines = 1000
    private static let seconds = 60.0

    private struct Minute {
        let end: Instant
        var told = 0
        var untold = 0
    }

    private let minutes = Monitor<[FileName: Minute]>([:])

    /// Takes in a refusal.
    ///
    /// - Returns: whether it is to be told.
    func add(_ user: FileName, now: Instant = .now) -> Bool {
        minutes.withLock { minutes in
            var minute = minutes[user] ?? Minute(end: now.advanced(bySeconds: Self.seconds))
            defer { minutes[user] = minute }
            guard minute.told < Self.lines else {
                minute.untold += 1
                return false
            }
            minute.told += 1
            return true
        }
    }

    /// How many weren't told of the minutes that are over, by user.
    ///
    /// - Parameter isEnd: all minutes are.
    func takeUntold(now: Instant = .now, isEnd: Bool = false) -> [(user: FileName, count: Int)] {
        minutes.withLock { minutes in
            let over = minutes.filter { isEnd || $0.value.end <= now }
            for user in over.keys { minutes[user] = nil }
            return over.filter { $0.value.untold > 0 }.map { ($0.key, $0.value.untold) }
        }
    }
}
