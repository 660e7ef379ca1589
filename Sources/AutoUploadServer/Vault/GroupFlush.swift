import Platform
import Synchronization

/// Makes all that was written to the storage so far durable, by flushes of the whole file system that many threads share:
/// who comes while one runs waits for the next, which covers everything written before it began.
///
/// It must flush through one descriptor, opened at the start and never replaced: Linux reports a lost write once to each
/// descriptor that was open when it happened, and never to one opened later.
final class GroupFlush: Sendable {
    private struct Rounds {
        var isRunning = false
        var begun: UInt64 = 0
        var ended: UInt64 = 0
        /// The latest failed round.
        var failure: (round: UInt64, error: SystemError)?

        /// - Returns: nil while the round hasn't ended. Who asks late may be told of a later round's failure: that costs
        ///   an upload, the other way round a recording.
        func result(of round: UInt64) -> Result<Void, SystemError>? {
            if ended < round { return nil }
            if let failure, failure.round >= round { return .failure(failure.error) }
            return .success(())
        }
    }

    private let flushAll: @Sendable () throws(SystemError) -> Void
    private let rounds = Monitor(Rounds())
    private let failures = Atomic<UInt64>(0)
    /// The number of the latest failure that had another reason than a lack of room.
    private let gravest = Atomic<UInt64>(0)

    /// - Parameter flushAll: flushes the whole storage, and throws if anything written to it was lost.
    init(_ flushAll: @escaping @Sendable () throws(SystemError) -> Void) {
        self.flushAll = flushAll
    }

    /// How many rounds have failed. A failure may concern any file that had bytes written and not yet flushed, whichever
    /// upload it belongs to: what was begun before it is not to be trusted after it.
    var failureCount: UInt64 { failures.load(ordering: .acquiring) }

    /// Returns when everything that was written before the call is durable.
    ///
    /// - Parameter failures: `failureCount` before the first of the caller's writes. A round that was under way, or came
    ///   and went, between that and the caller's own may have met the caller's bytes, and the kernel tells of them once.
    /// - Throws: what the round that covers the caller's writes met, or what `requireNoFailure` says when one before it has failed. A later round
    ///   that succeeds proves nothing for them.
    func run(since failures: UInt64) throws(SystemError) {
        try waitForRound()
        try requireNoFailure(since: failures)
    }

    /// - Throws: EIO when a round has failed since `failures` was read; ENOSPC when all that failed lacked room.
    func requireNoFailure(since failures: UInt64) throws(SystemError) {
        if failureCount == failures { return }
        let isGrave = gravest.load(ordering: .acquiring) > failures
        throw SystemError("rely on what was written", errno: isGrave ? .inputOutput : .noSpace)
    }

    private func waitForRound() throws(SystemError) {
        let mine = rounds.change { $0.begun + 1 }
        while true {
            let mustLead = rounds.wait { rounds -> Bool? in
                if rounds.ended >= mine { return false }
                if rounds.isRunning { return nil }
                rounds.isRunning = true
                rounds.begun += 1
                return true
            }
            if mustLead { lead() }
            if let result = rounds.change({ $0.result(of: mine) }) { return try result.get() }
        }
    }

    private func lead() {
        let outcome = Result { () throws(SystemError) in try flushAll() }
        if case .failure(let error) = outcome { noteFailure(error) }
        rounds.change { rounds in
            rounds.isRunning = false
            rounds.ended = rounds.begun
            if case .failure(let error) = outcome { rounds.failure = (rounds.ended, error) }
        }
    }

    /// Called by one thread at a time: the leader.
    private func noteFailure(_ error: SystemError) {
        // First the reason: who sees the number must see it too.
        if !error.isLackOfRoom { gravest.store(failureCount + 1, ordering: .releasing) }
        failures.add(1, ordering: .acquiringAndReleasing)
    }
}
