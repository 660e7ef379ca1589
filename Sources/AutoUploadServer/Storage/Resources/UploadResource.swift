import Domain
import Encodings
package import Platform
import Transport

/// An upload resource as it was looked up: whoever had it open before has lost it.
package struct UploadResource: Sendable {
    let record: ResourceRecord
    /// Bytes of the whole file, as far as that is known by now.
    package fileprivate(set) var length: UInt64?
    package let standing: Standing
    /// When it is removed unless somebody goes on with it, in Unix seconds.
    package var expires: Int64
    /// As long after it was begun, or its client was told of its first bytes or its length, as it would be kept if nobody went on with
    /// it: in Unix seconds; nil for one that is finished.
    package let latestExpiry: Int64?
    /// Whether it is written down that the client was told of durable bytes.
    fileprivate(set) var isBegun: Bool

    package enum Standing: Hashable, Sendable {
        /// Bytes that are durable, and that it is written down that they were told of.
        case unfinished(offset: UInt64)
        case finished(Stored)
    }

    package var traits: ResourceTraits { record.traits }

    /// Bytes that are durable.
    package var offset: UInt64 {
        switch standing {
        case .unfinished(let offset): offset
        case .finished(let stored): stored.size
        }
    }

    /// All its bytes are durable, and it isn't stored yet: its client, which may hold it for stored when it learns of them, is
    /// answered after that.
    package var isWhole: Bool {
        if case .unfinished(let offset) = standing { offset == length } else { false }
    }
}

// MARK: - In the vault

extension Vault {
    /// Seconds for which one is kept that nobody goes on with.
    package var resourceExpiry: Int64 { resources.expiry(0, isFinished: false) }

    /// Makes an upload resource, durable, and opens it for its first bytes.
    ///
    /// - Parameter tell: as for `PartialStore.begin`.
    package func makeResource(
        _ traits: ResourceTraits, tellingOfReclaimed tell: (OfferedFile, UInt64) -> Void = { _, _ in }
    ) throws(VaultError) -> OpenResource {
        guard let record = ResourceRecord(traits) else {
            throw .busy(SystemError("make a record", errno: .noMemory))
        }
        let partial = try begin(traits.file, isFresh: true, tellingOfReclaimed: tell)
        do throws(VaultError) {
            try resources.make(record) { key, seconds in partials.giveUp(key, idleFor: seconds, tell) }
        } catch {
            partial.discard()
            throw error
        }
        let resource = UploadResource(
            record: record, length: traits.length, standing: .unfinished(offset: 0),
            expires: resources.expiry(currentUnixTime(), isFinished: false), latestExpiry: nil, isBegun: false)
        return OpenResource(resource, partial, self)
    }

    /// Seconds that clients wait for an answer, if they are impatient.
    package static let patience = 30.0

    /// Looks an upload resource up, and takes it from whoever has it open: their link may have died without their noticing. A commit
    /// that is under way is waited for.
    ///
    /// - Parameter seconds: how long that may take.
    /// - Returns: nil when there is none, or none any more.
    /// - Throws: `VaultError.beingStored` when it takes longer.
    package func resource(
        of key: OfferedFile.Key, waiting seconds: Double = Vault.patience
    ) throws(VaultError) -> UploadResource? {
        try requireInPlace()
        let deadline = Deadline.after(seconds: seconds)
        // Before, as the partial's own lock is held for whole flushes of a commit; and after, as another may have begun one.
        try awaitFinish(of: key, before: deadline)
        let rest = try partials.interrupt(key, before: deadline)
        try awaitFinish(of: key, before: deadline)
        guard let (found, modified) = try resources.find(key) else { return nil }
        if let stored = found.stored {
            guard try isThere(stored, of: key.user) else {
                resources.remove(key)
                return nil
            }
            return UploadResource(
                record: found.record, length: stored.size, standing: .finished(stored),
                expires: resources.expiry(modified, isFinished: true), latestExpiry: nil, isBegun: true)
        }
        // What was told isn't there any more: a smaller offset would be no answer to who counts on it.
        if found.isBegun, rest == nil {
            resources.remove(key)
            return nil
        }
        let latestExpiry = resources.expiry(modified, isFinished: false)
        let expires = rest.map { currentUnixTime() + Int64($0.expires.seconds(since: .now)) } ?? latestExpiry
        var resource = UploadResource(
            record: found.record, length: found.length, standing: .unfinished(offset: rest?.durable ?? 0),
            expires: expires, latestExpiry: latestExpiry, isBegun: found.isBegun)
        if rest != nil { try markBegun(&resource) }
        return resource
    }

    /// Whether what was stored is so still: it may have been deleted since, and another file may have its name.
    private func isThere(_ stored: Stored, of user: FileName) throws(VaultError) -> Bool {
        if stored.tag != .unstated, let (chain, name) = try publisher.folders.find(user: user, stored.path),
            let status = try? chain.last.directory.status(of: name), status.kind == .regular,
            status.size == stored.size, FileTag.of(status.identity) == stored.tag
        {
            return true
        }
        // Tags of files are others after the machine's restart.
        return try find(user: user, path: stored.path, size: stored.size, digest: stored.digest) != nil
    }

    /// Runs what makes a resource of others: one at a time of those with the same key, as who asks again, having lost patience, waits for
    /// what goes on, rather than end it and begin anew.
    ///
    /// - Parameter seconds: how long it waits for its turn.
    /// - Throws: `VaultError.beingStored` when that takes longer.
    package func join<R>(
        _ key: OfferedFile.Key, waiting seconds: Double = Vault.patience, _ body: () -> R
    ) throws(VaultError) -> R {
        let isTurn = joining.wait(before: .after(seconds: seconds)) { $0.insert(key).inserted ? true : nil }
        guard isTurn != nil else { throw .beingStored }
        defer { joining.change { _ = $0.remove(key) } }
        return body()
    }

    /// A user's upload resources that aren't finished, with their bytes as far as they are known.
    package func unfinishedResources(of user: FileName) throws(VaultError) -> [(
        traits: ResourceTraits, length: UInt64?
    )] {
        try resources.unfinished(of: user).map { (traits: $0.record.traits, length: $0.length) }
    }

    private func awaitFinish(of key: OfferedFile.Key, before deadline: Deadline) throws(VaultError) {
        guard finishing.wait(before: deadline, until: { $0.contains(key) ? nil : () }) != nil else {
            throw .beingStored
        }
    }

    /// Opens it for what follows its durable bytes.
    ///
    /// - Throws: `VaultError.takenOver` when it is another's since it was looked up.
    package func open(
        _ resource: UploadResource, tellingOfReclaimed tell: (OfferedFile, UInt64) -> Void = { _, _ in }
    ) throws(VaultError) -> OpenResource {
        guard case .unfinished(let offset) = resource.standing else { throw .alreadyCommitted }
        let partial = try begin(resource.traits.file, isFresh: false, tellingOfReclaimed: tell)
        guard partial.offset == offset else {
            _ = partial.leave()
            throw .takenOver
        }
        return OpenResource(resource, partial, self)
    }

    /// Takes down how long an upload is to be that was begun without a length.
    func setLength(_ length: UInt64, of resource: inout UploadResource) throws(VaultError) {
        if resource.length == length { return }
        var value: [UInt8] = []
        value.writeInteger(length)
        try resources.add(value, as: .length, to: resource.record)
        resource.length = length
    }

    /// Removes it, with all that has come. What is stored stays so.
    package func remove(_ resource: UploadResource) {
        let key = resource.traits.key
        resources.remove(key)
        partials.remove(key)
    }

    fileprivate func markBegun(_ resource: inout UploadResource) throws(VaultError) {
        if resource.isBegun { return }
        try resources.add([], as: .begun, to: resource.record)
        resource.isBegun = true
    }
}

/// An upload resource whose bytes are coming in one request. When the request lets go of it, what is worth it is made durable, and it
/// can be gone on with.
package struct OpenResource {
    package private(set) var resource: UploadResource
    package let partial: PartialUpload
    private let vault: Vault

    fileprivate init(_ resource: UploadResource, _ partial: PartialUpload, _ vault: Vault) {
        (self.resource, self.partial, self.vault) = (resource, partial, vault)
    }

    package var traits: ResourceTraits { resource.traits }
    /// Why it can't go on, once it can't.
    package var failure: VaultError? { partial.failure }

    /// Takes the next bytes. An error is kept for the end, and later bytes are dropped.
    package func append(_ bytes: RawSpan) { partial.append(bytes) }

    /// Makes nothing durable until `keep`: what comes until then may have to be taken back. If the request lets go before, nothing of
    /// it is kept.
    package func holdBack() { partial.holdBack() }

    /// Makes all that has come durable.
    ///
    /// - Returns: the offset that may be told.
    package mutating func keep() throws(VaultError) -> UInt64 {
        try told(try partial.makeDurable())
    }

    /// - Returns: the offset that may be told by now, with nothing flushed for it but that it was told.
    package mutating func durable() throws(VaultError) -> UInt64 {
        try told(partial.durable)
    }

    private mutating func told(_ offset: UInt64) throws(VaultError) -> UInt64 {
        if offset > 0 { try vault.markBegun(&resource) }
        return offset
    }

    /// As `Vault.setLength`.
    package mutating func setLength(_ length: UInt64) throws(VaultError) {
        try vault.setLength(length, of: &resource)
    }

    /// Leaves it to be gone on with.
    ///
    /// - Returns: bytes that are durable; nil when there are none.
    @discardableResult
    package func leave() -> UInt64? { partial.leave() }

    /// Removes it, with all that has come.
    package func discard() {
        partial.discard()
        vault.remove(resource)
    }

    /// All has come: stores it. What has failed for good is removed.
    package func finish() throws(VaultError) -> Stored {
        let key = traits.key
        vault.finishing.change { _ = $0.insert(key) }
        defer { vault.finishing.change { _ = $0.remove(key) } }
        do throws(VaultError) {
            let stored = try commit()
            remember(stored)
            return stored
        } catch {
            if !error.leavesDurablePart { discard() }
            throw error
        }
    }

    private func commit() throws(VaultError) -> Stored {
        var commit = try PendingCommit(received: partial)
        guard commit.size == resource.length ?? commit.size, commit.digest == traits.digest ?? commit.digest else {
            throw .digestMismatch
        }
        commit.needsOwnName = traits.options.contains(.needsOwnName)
        guard let result = vault.commit([commit]).first else { throw .takenOver }
        return try result.get()
    }

    /// Only now that it is stored. Where that can't be written down it is an upload that nobody knows.
    private func remember(_ stored: Stored) {
        var value: [UInt8] = []
        stored.write(to: &value)
        do throws(VaultError) {
            try vault.resources.add(value, as: .stored, to: resource.record)
        } catch {
            vault.resources.remove(traits.key)
        }
    }
}
