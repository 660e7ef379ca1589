import Platform
import Synchronization

/// What a connection holds of an upload that isn't stored yet, from `Vault.begin` on: the thread that receives it and the one
/// that commits it share this. When the last of them lets go, the upload is left to be gone on with later, as far as it is
/// durable.
final class PartialHold: Sendable {
    let partial: Partial
    let owner: UInt64
    private let store: PartialStore
    private let isOver = Atomic(false)

    init(_ partial: Partial, owner: UInt64, _ store: PartialStore) {
        self.partial = partial
        self.owner = owner
        self.store = store
    }

    deinit {
        _ = leave()
    }

    /// Whether it was left or discarded.
    var isLetGo: Bool { isOver.load(ordering: .relaxed) }

    /// Removes what was received.
    func discard() {
        if isOver.exchange(true, ordering: .relaxed) { return }
        partial.discard(by: owner)
        store.forgetIfOver(partial)
    }

    /// Leaves what is durable to be gone on with later, having made durable what is worth it; removes the rest.
    ///
    /// - Returns: bytes that are kept; nil when there is nothing to be kept.
    func leave() -> UInt64? {
        if isOver.exchange(true, ordering: .relaxed) { return nil }
        let rest = partial.leave(by: owner)
        store.forgetIfOver(partial)
        if case .parked(let durable) = rest { return durable }
        return nil
    }

    /// It may be over: stored, or failed for good.
    func forgetIfOver() {
        store.forgetIfOver(partial)
    }
}
