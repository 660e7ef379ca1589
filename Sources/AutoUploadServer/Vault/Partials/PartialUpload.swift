import Platform
import Transport
import Wire

/// A connection's hold on an upload that it receives. Used by one thread. Letting go of it leaves the upload to be gone on
/// with later, as far as it is durable.
final class PartialUpload {
    /// Bytes that were durable before: the client sends what follows them.
    let offset: UInt64
    private let partial: Partial
    private let owner: UInt64
    private let store: PartialStore
    /// Why the upload can't go on, once it can't; nothing is taken after it.
    private(set) var failure: VaultError?
    private var isOver = false
    private var isCommitting = false

    init(_ partial: Partial, _ claim: Partial.Claim, _ store: PartialStore) {
        self.partial = partial
        self.store = store
        owner = claim.owner
        offset = claim.offset
        hasUnreadPrefix = claim.offset > 0
    }

    deinit {
        _ = leave()
    }

    var user: FileName { partial.offered.user }
    var path: RemotePath { partial.offered.path }
    /// Bytes that the whole file has.
    var size: UInt64 { partial.offered.size }

    /// Whether `readPrefix` may have something to do that takes long.
    private(set) var hasUnreadPrefix: Bool

    /// Reads what an earlier connection has sent, for the digest: before more is taken.
    func readPrefix() {
        guard hasUnreadPrefix else { return }
        hasUnreadPrefix = false
        while partial.readPrefix(by: owner) {
            // A lock that is taken again at once leaves who waits for it waiting.
            if partial.isWanted { return failure = .takenOver }
        }
    }

    /// Takes the next bytes. An error is kept for the end, and later bytes are dropped.
    func append(_ bytes: RawSpan) {
        if hasUnreadPrefix { readPrefix() }
        if failure == nil { failure = partial.append(bytes, by: owner) }
    }

    /// Removes what was received.
    func discard() {
        if isOver { return }
        isOver = true
        partial.discard(by: owner)
        store.forgetIfOver(partial)
    }

    /// Leaves what is durable to be gone on with later, having made durable what is worth it; removes the rest.
    ///
    /// - Returns: bytes that are kept; nil when there is nothing to be kept.
    func leave() -> UInt64? {
        if isOver { return nil }
        isOver = true
        let rest = partial.leave(by: owner)
        store.forgetIfOver(partial)
        if case .parked(let durable) = rest { return durable }
        return nil
    }
}

// MARK: - Commit

extension PartialUpload {
    /// Compares all that came with what the client says it sent. If it is that, nobody takes the upload over until
    /// `endCommit`.
    func beginCommit(_ digest: ContentDigest, _ rights: AccessRights) throws(VaultError) {
        if isOver { throw .takenOver }
        readPrefix()
        if let failure { throw failure }
        try partial.beginCommit(digest, rights, by: owner)
        isCommitting = true
    }

    /// Makes it durable, content and attributes.
    ///
    /// - Parameter shared: as for `StagedFile.flush`.
    func flush(shared: Result<Void, SystemError>?) throws(VaultError) {
        try withFile { file throws(VaultError) in try file.flush(shared: shared) }
    }

    /// Makes sure that the medium holds it.
    func check(_ readBack: ReadBack, _ digest: ContentDigest) throws(VaultError) {
        try withFile { file throws(VaultError) in try file.check(readBack, digest) }
    }

    /// Gives the file its final name: as for `StagedFile.publish`.
    func publish(to folder: Directory, as name: FileName, renames: Bool) throws(SystemError) -> FileIdentity {
        let identity = try partial.withFile { file throws(SystemError) in
            try file.publish(to: folder, as: name, renames: renames)
        }
        guard let identity else { throw SystemError("publish what isn't to be committed", errno: .invalid) }
        return identity
    }

    /// Lends the file, between `beginCommit` and `endCommit`.
    @discardableResult
    func withFile<R>(_ body: (inout StagedFile) throws(VaultError) -> R) throws(VaultError) -> R {
        guard let result = try partial.withFile(body) else { throw .takenOver }
        return result
    }

    /// - Parameter error: why it wasn't stored.
    func endCommit(_ error: VaultError?) {
        // It may be another connection's by now, and be committed there.
        if isCommitting { partial.endCommit(error) }
        isCommitting = false
        if error == nil { isOver = true }
        failure = failure ?? error
        store.forgetIfOver(partial)
    }
}
