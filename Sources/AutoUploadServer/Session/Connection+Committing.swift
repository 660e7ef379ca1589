import Platform
import Transport
import Wire

/// What is finished is made durable together with others, and answered. While more comes in, another thread does it: a client
/// that sends on isn't kept waiting for the disk, nor the disk for the client.
extension Connection {
    /// From so many uploads on, another thread is worth its while also where nothing else is to be done.
    private static let crowd = 16

    var isCommitDue: Bool {
        aside == nil && pending.count >= min(services.limits.commitBatch, services.vault.mostTogether)
    }

    /// Answers what can be answered before the next frame is waited for; as long as another thread commits, it is waited for,
    /// too.
    mutating func answerBeforeReading() throws(LinkError) {
        while try !link.hasInput() {
            takeWhatIsCommitted()
            if aside == nil, pending.count < Self.crowd || !commitAside() { return try answer() }
            guard let aside else { return }
            try flush()
            if try link.awaitInput(or: aside.ended) { break }
            awaitCommitted()
        }
        try answerWhileReading()
    }

    /// Answers what has waited long enough, though there is more to be read.
    mutating func answerWhileReading() throws(LinkError) {
        // A batch of answers is worth a write: its client may have to wait for them to send on.
        if takeWhatIsCommitted() { try flush() }
        guard answersAreDue else { return }
        if aside == nil, !pending.isEmpty, !commitAside() { commitPending() }
        try flush()
    }

    /// Makes durable and answers everything that is finished.
    mutating func answer() throws(LinkError) {
        commitPending()
        try flush()
    }

    private mutating func flush() throws(LinkError) {
        waitingSince = nil
        try link.flush(until: bounded(services.limits.send))
    }

    /// Makes durable everything that is finished.
    mutating func commitPending() {
        awaitCommitted()
        if pending.isEmpty { return }
        let batch = takePending()
        take(services.vault.commit(batch.map(\.commit)), of: batch)
    }

    /// - Returns: false when there is no thread for it.
    private mutating func commitAside() -> Bool {
        let batch = takePending()
        aside = try? CommitAside(batch, in: services.vault)
        if aside == nil { pending = batch }
        return aside != nil
    }

    private mutating func takePending() -> [FinishedUpload] {
        var batch: [FinishedUpload] = []
        swap(&batch, &pending)
        return batch
    }

    /// - Returns: whether something was.
    @discardableResult
    private mutating func takeWhatIsCommitted() -> Bool {
        guard let aside, aside.isOver else { return false }
        awaitCommitted()
        return true
    }

    private mutating func awaitCommitted() {
        guard let aside = aside.take() else { return }
        take(aside.awaitResults(), of: aside.batch)
    }

    private mutating func take(_ results: [Result<Stored, VaultError>], of batch: [FinishedUpload]) {
        var confirmations = signed(results.compactMap { try? $0.get() })[...]
        var events: [ServerEvent] = []
        for (entry, result) in zip(batch, results) {
            switch result {
            case .success(let stored):
                guard let confirmation = confirmations.popFirst() else {
                    refuse(entry.upload, entry.commit.path.bytes, .unsigned)
                    continue
                }
                events.append(confirm(entry, stored, confirmation))
            case .failure(let error): refuse(entry.upload, entry.commit.path.bytes, error)
            }
        }
        services.report(events)
    }

    private mutating func confirm(
        _ finished: FinishedUpload, _ stored: Stored, _ confirmation: Confirmation
    ) -> ServerEvent {
        let upload = finished.upload
        let seconds = Instant.now.seconds(since: uploads[upload]?.begun ?? .now)
        services.registry.countStored()
        state.uploadEnded(upload)
        uploads[upload] = nil
        link.queue(.stored(upload: upload, confirmation, alreadyThere: stored.wasThere))
        return .stored(peer, stored, offered: finished.commit.path, seconds: seconds)
    }
}
