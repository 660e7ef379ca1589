package import Domain
import Platform
import Synchronization

/// What a connection holds of an upload that isn't stored yet, from `Vault.begin` on: the thread that receives it and the one
/// that commits it share this. When the last of them lets go, the upload is left to be gone on with later, as far as it is
/// durable.
package final class PartialUpload: Sendable {
    let partial: Partial
    let owner: UInt64
    /// Bytes that were durable before: the client sends what follows them.
    package let offset: UInt64
    private let store: PartialStore
    private let isOver = Atomic(false)
    private let state: Monitor<State>

    private struct State {
        var failure: VaultError?
        var hasUnreadPrefix: Bool
    }

    init(_ partial: Partial, _ claim: Partial.Claim, _ store: PartialStore) {
        self.partial = partial
        self.store = store
        (owner, offset) = (claim.owner, claim.offset)
        state = Monitor(State(hasUnreadPrefix: claim.offset > 0))
    }

    deinit {
        _ = leave()
    }

    package var path: RemotePath { partial.offered.path }

    /// Why the upload can't go on, once it can't; nothing is taken after it.
    package var failure: VaultError? { isLetGo ? .takenOver : state.withLock { $0.failure } }
}

// MARK: - Bytes

extension PartialUpload {
    /// Whether `readPrefix` may have something to do that takes long.
    package var hasUnreadPrefix: Bool { state.withLock { $0.hasUnreadPrefix } }

    /// Reads what an earlier connection has sent, for the digest: before more is taken.
    ///
    /// - Parameter goesOn: is asked before each piece; it may wait. From false on nothing more is read.
    package func readPrefix(while goesOn: () -> Bool = { true }) {
        guard hasUnreadPrefix else { return }
        while goesOn() {
            guard partial.readPrefix(by: owner) else { return state.withLock { $0.hasUnreadPrefix = false } }
            // A lock that is taken again at once leaves who waits for it waiting.
            if partial.isWanted { return fail(.takenOver) }
        }
    }

    /// Takes the next bytes. An error is kept for the end, and later bytes are dropped.
    package func append(_ bytes: RawSpan) {
        readPrefix()
        if state.withLock({ $0.failure != nil }) { return }
        if let failure = partial.append(bytes, by: owner) { fail(failure) }
    }

    /// Makes nothing durable until that is asked for; what comes until then is dropped if that isn't asked for.
    func holdBack() {
        partial.holdBack(by: owner)
    }

    /// Makes all that has come durable, however little it is.
    ///
    /// - Returns: bytes that are durable.
    func makeDurable() throws(VaultError) -> UInt64 {
        if let failure { throw failure }
        do throws(VaultError) {
            return try partial.makeDurable(by: owner)
        } catch {
            fail(error)
            throw error
        }
    }

    /// Reads what has come of it; no more bytes are taken after that.
    package func read(_ count: Int, at offset: UInt64) throws(VaultError) -> [UInt8] {
        if let failure { throw failure }
        return try partial.read(count, at: offset, by: owner)
    }

    /// Bytes that are durable by now.
    var durable: UInt64 { partial.durable(by: owner) ?? offset }

    /// All has come, and nothing more will be taken.
    func content() throws(VaultError) -> (size: UInt64, digest: ContentDigest) {
        if let failure { throw failure }
        return try partial.content(by: owner)
    }

    private func fail(_ failure: VaultError) {
        state.withLock { $0.failure = failure }
    }
}

// MARK: - End

extension PartialUpload {
    /// Whether it was left or discarded.
    private var isLetGo: Bool { isOver.load(ordering: .relaxed) }

    /// Removes what was received.
    package func discard() {
        if isOver.exchange(true, ordering: .relaxed) { return }
        partial.discard(by: owner)
        store.forgetIfOver(partial)
    }

    /// Leaves what is durable to be gone on with later, having made durable what is worth it; removes the rest.
    ///
    /// - Returns: bytes that are kept; nil when there is nothing to be kept.
    package func leave() -> UInt64? {
        if isOver.exchange(true, ordering: .relaxed) { return nil }
        let durable = partial.leave(by: owner)
        store.forgetIfOver(partial)
        return durable
    }

    /// Ends its commit, if that has begun.
    ///
    /// - Parameter failure: why it wasn't stored.
    func endCommit(_ failure: VaultError?) {
        partial.endCommit(failure, by: owner)
        // It may be over: stored, or failed for good.
        store.forgetIfOver(partial)
    }
}
