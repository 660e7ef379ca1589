import Platform
import Storage

/// Finished uploads that a thread of their own makes durable, while their connection goes on reading.
final class CommitAside: Sendable {
    let batch: [FinishedUpload]
    /// Happens when the results are there.
    let ended: WakeUp
    private let results = Monitor<[Result<Stored, VaultError>]?>(nil)

    /// - Throws: `SystemError` when there is no descriptor or no thread left for it; nothing has begun then.
    init(_ batch: [FinishedUpload], in vault: Vault) throws(SystemError) {
        self.batch = batch
        ended = try WakeUp()
        try Thread.detach { [self] in
            let outcome = vault.commit(batch.map(\.commit))
            results.change { $0 = outcome }
            ended.signal()
        }
    }

    var isOver: Bool { results.withLock { $0 != nil } }

    /// Waits for the results, in the order of the batch.
    func awaitResults() -> [Result<Stored, VaultError>] {
        results.wait { $0 }
    }
}
