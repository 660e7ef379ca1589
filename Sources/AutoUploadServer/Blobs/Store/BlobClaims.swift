import Platform

/// Who does something with which blob just now, and what all of them take of the disk.
final class BlobClaims: Sendable {
    private struct State {
        var claimed: Set<BlobID> = []
        /// Bytes of blobs that are there.
        var kept: UInt64 = 0
        /// Bytes that are set aside for those that come.
        var coming: UInt64 = 0
    }

    private let state = Monitor(State())

    /// Runs `body` while nobody else adds or removes the blob.
    func claiming<R, E: Error>(_ id: BlobID, _ body: () throws(E) -> R) throws(E) -> R {
        state.wait { state in state.claimed.insert(id).inserted ? () : nil }
        defer { state.change { _ = $0.claimed.remove(id) } }
        return try body()
    }

    /// Waits until nobody does anything with any.
    func awaitNone() { state.wait { $0.claimed.isEmpty ? () : nil } }

    /// Sets bytes aside.
    ///
    /// - Parameters:
    ///   - budget: bytes that all may take.
    ///   - spare: bytes that the disk has left; nil where it doesn't tell.
    /// - Returns: false where there is no room.
    func reserve(_ bytes: UInt64, of budget: UInt64, spare: UInt64?) -> Bool {
        state.withLock { state in
            let (coming, isTooMuch) = state.coming.addingReportingOverflow(bytes)
            let (all, overflows) = state.kept.addingReportingOverflow(coming)
            guard !isTooMuch, !overflows, all <= budget, coming <= spare ?? .max else { return false }
            state.coming = coming
            return true
        }
    }

    func release(_ bytes: UInt64) {
        state.withLock { $0.coming -= min(bytes, $0.coming) }
    }

    /// Counts a blob that has come, or, with a change of less than nothing, one that has gone.
    func note(kept bytes: UInt64) { state.withLock { $0.kept = $0.kept.addingReportingOverflow(bytes).partialValue } }

    func note(removed bytes: UInt64) { state.withLock { $0.kept -= min(bytes, $0.kept) } }

    /// What all that are there take, counted anew.
    func set(kept bytes: UInt64) { state.withLock { $0.kept = bytes } }
}
