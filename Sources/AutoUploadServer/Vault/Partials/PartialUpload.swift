import Platform
import Transport
import Wire

/// An upload that a connection receives. Used by one thread.
final class PartialUpload {
    let hold: PartialHold
    /// Bytes that were durable before: the client sends what follows them.
    let offset: UInt64
    /// Why the upload can't go on, once it can't; nothing is taken after it.
    private(set) var failure: VaultError?
    /// Unfinished uploads that had to go to make room for it.
    var reclaimed: [(file: OfferedFile, offset: UInt64)] = []

    init(_ partial: Partial, _ claim: Partial.Claim, _ store: PartialStore) {
        hold = PartialHold(partial, owner: claim.owner, store)
        offset = claim.offset
        hasUnreadPrefix = claim.offset > 0
    }

    var path: RemotePath { hold.partial.offered.path }

    /// Whether `readPrefix` may have something to do that takes long.
    private(set) var hasUnreadPrefix: Bool

    /// Reads what an earlier connection has sent, for the digest: before more is taken.
    func readPrefix() {
        guard hasUnreadPrefix else { return }
        hasUnreadPrefix = false
        while hold.partial.readPrefix(by: hold.owner) {
            // A lock that is taken again at once leaves who waits for it waiting.
            if hold.partial.isWanted { return failure = .takenOver }
        }
    }

    /// Takes the next bytes. An error is kept for the end, and later bytes are dropped.
    func append(_ bytes: RawSpan) {
        if hasUnreadPrefix { readPrefix() }
        if failure == nil { failure = hold.partial.append(bytes, by: hold.owner) }
    }

    /// Removes what was received.
    func discard() {
        hold.discard()
    }

    /// As `PartialHold.leave`.
    func leave() -> UInt64? {
        hold.leave()
    }
}
