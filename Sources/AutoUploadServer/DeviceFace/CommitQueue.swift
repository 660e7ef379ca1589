import Platform
import Storage

/// A connection's finished uploads until they are durable: they wait a moment for others, to share flushes. This thread
/// commits them, or another does while this one goes on reading: a client that sends on isn't kept waiting for the disk, nor
/// the disk for the client.
struct CommitQueue {
    private let vault: Vault
    private let largest: Int
    private var pending: [FinishedUpload] = []
    /// What another thread commits meanwhile.
    private var aside: CommitAside?

    /// What became of uploads, in the order in which they were finished.
    typealias Outcome = [(upload: FinishedUpload, result: Result<Stored, VaultError>)]

    /// From so many uploads on, another thread is worth its while also where nothing else is to be done.
    static let crowd = 16

    /// - Parameter batch: uploads that are committed in one go, at most.
    init(_ vault: Vault, batch: Int) {
        self.vault = vault
        largest = min(batch, vault.mostTogether)
    }

    /// Uploads that aren't answered yet.
    var count: Int { pending.count + (aside?.batch.count ?? 0) }
    var isEmpty: Bool { pending.isEmpty && aside == nil }

    /// Happens when another thread has committed something; nil while none is at it.
    var asideEnds: WakeUp? { aside?.ended }

    mutating func add(_ upload: FinishedUpload) {
        pending.append(upload)
    }
}

/// An upload of a connection all of which has come.
struct FinishedUpload: Sendable {
    let upload: UInt32
    let commit: PendingCommit
}

// MARK: - When

extension CommitQueue {
    /// Whether something waits that could be committed now: one batch follows the other.
    var mayCommit: Bool { aside == nil && !pending.isEmpty }

    /// Whether so many wait that they are committed though more is coming in.
    var isDue: Bool { mayCommit && pending.count >= largest }

    /// Whether so many wait that another thread is made for them.
    var isCrowded: Bool { mayCommit && pending.count >= Self.crowd }
}

// MARK: - Committing

extension CommitQueue {
    /// Has another thread commit what waits.
    ///
    /// - Returns: false when nothing may be committed now, or there is no thread for it.
    mutating func commitAside() -> Bool {
        guard mayCommit else { return false }
        let batch = takePending()
        aside = try? CommitAside(batch, in: vault)
        if aside == nil { pending = batch }
        return aside != nil
    }

    /// What another thread has committed, if it is done.
    mutating func takeCommitted() -> Outcome {
        guard let aside, aside.isOver else { return [] }
        return awaitCommitted()
    }

    /// What another thread commits, once it is done.
    mutating func awaitCommitted() -> Outcome {
        guard let aside = aside.take() else { return [] }
        return Self.outcome(of: aside.batch, aside.awaitResults())
    }

    /// Commits what waits, in this thread.
    mutating func commit() -> Outcome {
        if pending.isEmpty { return [] }
        let batch = takePending()
        return Self.outcome(of: batch, vault.commit(batch.map(\.commit)))
    }

    private mutating func takePending() -> [FinishedUpload] {
        var batch: [FinishedUpload] = []
        swap(&batch, &pending)
        return batch
    }

    private static func outcome(of batch: [FinishedUpload], _ results: [Result<Stored, VaultError>]) -> Outcome {
        zip(batch, results).map { (upload: $0, result: $1) }
    }
}
