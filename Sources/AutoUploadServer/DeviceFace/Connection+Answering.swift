import Connections
import Domain
import Events
import Platform
import Storage
import Transport
import Wire

/// When a connection has its finished uploads committed, and sends its answers.
extension Connection {
    var hasAnswers: Bool { !commits.isEmpty || link.queuedBytes > 0 }

    /// Answers what can be answered before the next frame is waited for; as long as another thread commits, it is waited for,
    /// too.
    mutating func answerBeforeReading() throws(LinkError) {
        while try !link.hasInput() {
            conclude(commits.takeCommitted())
            if commits.isCrowded { _ = commits.commitAside() }
            guard let ended = commits.asideEnds else { return try answer() }
            try flush()
            if try link.awaitInput(or: ended) { break }
            conclude(commits.awaitCommitted())
        }
        try answerWhileReading()
    }

    /// Answers what has waited long enough, though there is more to be read.
    mutating func answerWhileReading() throws(LinkError) {
        let committed = commits.takeCommitted()
        conclude(committed)
        // A batch of answers is worth a write: its client may have to wait for them to send on.
        if !committed.isEmpty { try flush() }
        guard commits.isDue || answerDelay.isOver(queuedBytes: link.queuedBytes) else { return }
        if commits.mayCommit, !commits.commitAside() { commitFinished() }
        try flush()
    }

    /// Makes durable and answers everything that is finished.
    mutating func answer() throws(LinkError) {
        commitFinished()
        try flush()
    }

    /// Makes durable everything that is finished.
    mutating func commitFinished() {
        conclude(commits.awaitCommitted())
        conclude(commits.commit())
    }

    private mutating func flush() throws(LinkError) {
        answerDelay.end()
        try link.flush(until: patience.bounded(services.limits.send))
    }
}

// MARK: - What became of uploads

extension Connection {
    private mutating func conclude(_ outcome: CommitQueue.Outcome) {
        if outcome.isEmpty { return }
        var confirmations = signed(outcome.compactMap { try? $0.result.get() })[...]
        var events: [ServerEvent] = []
        for (finished, result) in outcome {
            switch result {
            case .success(let stored):
                guard let confirmation = confirmations.popFirst() else {
                    refuse(finished.upload, finished.commit.path.bytes, Declined(.unsigned))
                    continue
                }
                events.append(confirm(finished, stored, confirmation))
            case .failure(let error): refuse(finished.upload, finished.commit.path.bytes, Declined(error))
            }
        }
        services.report(events)
    }

    private mutating func confirm(
        _ finished: FinishedUpload, _ stored: Stored, _ confirmation: Confirmation
    ) -> ServerEvent {
        services.registry.countStored()
        state.uploadEnded(finished.upload)
        let seconds = uploads.end(finished.upload)
        link.queue(.stored(upload: finished.upload, confirmation, alreadyThere: stored.wasThere))
        return .stored(peer, stored, offered: finished.commit.path, seconds: seconds)
    }

    /// - Returns: in the order of the files; none when they can't be signed.
    func signed(_ files: [Stored]) -> [Confirmation] {
        guard let user = peer.user, let home else { return [] }
        return services.receipts.confirmations(of: files.map { $0.named(by: home) }, for: user, over: state.nonce)
    }
}
