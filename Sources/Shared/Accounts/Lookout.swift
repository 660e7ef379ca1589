internal import Platform

/// Looks at something that may not answer, by a thread of its own, for as many as ask at a time: who comes while a look is under way
/// is served by the next one, which begins after they came.
final class Lookout: Sendable {
    private let wishes = Monitor(Wishes())
    private let rounds = Monitor(Rounds())
    private let look: @Sendable () -> Void

    /// What the thread waits for.
    private struct Wishes {
        var wanted: UInt64 = 0
        var hasThread = false
        var isOver = false
    }

    /// What those wait for who ask.
    private struct Rounds {
        var begun: UInt64 = 0
        var ended: UInt64 = 0
        /// When the one that is under way began.
        var since: Instant?
    }

    init(_ look: @escaping @Sendable () -> Void) {
        self.look = look
    }

    deinit {
        wishes.change { $0.isOver = true }
    }

    /// Returns after a look that has begun after the call.
    ///
    /// - Parameter patience: seconds after which it returns all the same, and at once where a look is under way for longer.
    func look(patience: Double) {
        let (mine, since) = rounds.withLock { ($0.begun + 1, $0.since) }
        let needsThread = wishes.change { wishes in
            wishes.wanted = max(wishes.wanted, mine)
            defer { wishes.hasThread = true }
            return !wishes.hasThread
        }
        if needsThread { startThread() }
        let deadline = Deadline(at: (since ?? .now).advanced(bySeconds: patience))
        rounds.wait(before: deadline) { $0.ended >= mine ? () : nil }
    }

    private func startThread() {
        do throws(SystemError) {
            try Thread.detach { [wishes, rounds, look] in Self.run(wishes, rounds, look) }
        } catch {
            // Without a thread for it, it is done here.
            wishes.withLock { $0.hasThread = false }
            Self.round(rounds, look)
        }
    }

    private static func run(_ wishes: Monitor<Wishes>, _ rounds: Monitor<Rounds>, _ look: () -> Void) {
        var begun: UInt64 = 0
        while wishes.wait(until: { $0.isOver ? false : $0.wanted > begun ? true : nil }) {
            begun = round(rounds, look)
        }
    }

    /// - Returns: its number.
    @discardableResult
    private static func round(_ rounds: Monitor<Rounds>, _ look: () -> Void) -> UInt64 {
        let number = rounds.withLock { rounds in
            rounds.begun += 1
            rounds.since = .now
            return rounds.begun
        }
        look()
        rounds.change { rounds in
            rounds.ended = max(rounds.ended, number)
            rounds.since = nil
        }
        return number
    }
}
