package import Platform

/// How often a stored file is read because its user asks about it: what a question makes the server read is bounded by what the user
/// has sent. Nobody has a reason to ask about a file all the time, and each answer to a question of a hundred bytes may take as many
/// gigabytes of reading.
package final class ReadingAllowance: Sendable {
    /// Times that one file is read within `seconds`.
    static let times = 8
    static let seconds = 600.0
    /// Smaller files cost little more than the question.
    private static let smallest: UInt64 = 256 << 10
    /// A bound to memory, for each user: who has so many large files has sent terabytes.
    private static let mostFiles = 10_000

    private struct Readings {
        let since: Instant
        var count = 0
    }

    private let files = Monitor<[FileName: [FileIdentity: Readings]]>([:])

    /// Takes in that a file is to be read.
    ///
    /// - Returns: whether it may be.
    package func add(_ file: FileIdentity, size: UInt64, of user: FileName, now: Instant = .now) -> Bool {
        if size < Self.smallest { return true }
        return files.withLock { files in
            var mine = files[user, default: [:]]
            defer { files[user] = mine }
            if mine[file] == nil, mine.count >= Self.mostFiles { Self.forgetOld(&mine, now) }
            var readings = mine[file] ?? Readings(since: now)
            if now.seconds(since: readings.since) >= Self.seconds { readings = Readings(since: now) }
            guard readings.count < Self.times else { return false }
            readings.count += 1
            mine[file] = readings
            return true
        }
    }

    private static func forgetOld(_ mine: inout [FileIdentity: Readings], _ now: Instant) {
        mine = mine.filter { now.seconds(since: $0.value.since) < seconds }
        if mine.count >= mostFiles { mine.removeAll() }
    }
}
