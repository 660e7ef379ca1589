import Platform

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
    }

    private let flusher: Flusher
    private let root: Directory
    private let rounds = Monitor(Rounds())

    /// - Parameter root: the storage folder.
    init(_ flusher: Flusher, _ root: Directory) {
        (self.flusher, self.root) = (flusher, root)
    }

    /// Returns when everything that was written before the call is durable.
    ///
    /// - Parameter moment: that of the first of the caller's writes. A round that was under way, or came and went, between that and
    ///   the caller's own may have met the caller's bytes, and the kernel tells of them once.
    /// - Throws: what `FlushDistrust` says when the round that covers the caller's writes has failed, or one before or after it: that
    ///   costs an upload, the other way round a recording.
    func run(since moment: FlushDistrust.Moment) throws(SystemError) {
        waitForRound()
        try flusher.distrust.requireTrust(since: moment)
    }

    private func waitForRound() {
        let mine = rounds.change { $0.begun + 1 }
        let mustLead = rounds.wait { rounds -> Bool? in
            if rounds.ended >= mine { return false }
            if rounds.isRunning { return nil }
            rounds.isRunning = true
            rounds.begun += 1
            return true
        }
        if mustLead { lead() }
    }

    private func lead() {
        // If it fails, that is known before the round is over.
        try? flusher.flushAll(root)
        rounds.change { rounds in
            rounds.isRunning = false
            rounds.ended = rounds.begun
        }
    }
}
