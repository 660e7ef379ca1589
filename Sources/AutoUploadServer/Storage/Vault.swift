package import Domain
import Measuring
package import Platform
import Synchronization
import Transport

/// The only owner of the storage folder. Every way in begins, feeds and commits uploads here, and what it says is stored is
/// stored: content flushed, published without replacing anything, and its folders flushed.
package final class Vault: Sendable {
    private let stagings: StagingFolders
    let partials: PartialStore
    /// Uploads that have a URL.
    let resources: ResourceFolders
    /// Resources that are being stored, until that is written down.
    let finishing = Monitor<Set<OfferedFile.Key>>([])
    /// Resources that are being made of others.
    let joining = Monitor<Set<OfferedFile.Key>>([])
    private let recent = RecentCommits()
    let publisher: Publisher
    let trash: Trash
    let trashRules: TrashRules
    private let rights: AccessRights
    private let flusher: Flusher
    private let durable: DurableFolders
    let space: SpaceBook
    package let meter: StorageMeter
    private let readBack: ReadBack?
    /// Nil where a flush of the whole file system can't be relied on.
    private let group: GroupFlush?
    private let crowd = CommitCrowd()
    /// Uploads that wait to be made durable.
    let waiting = Atomic(0)
    /// The server's own folder, where no client path leads.
    package let ownFolder: Directory
    private let place: StoragePlace
    /// Held until the vault is retired or the process ends: two servers on one folder would write each other's uploads.
    private let lock: Monitor<FileDescriptor?>
    /// Tries what the storage can do, where there was no room for it at the start.
    private let trial: StorageTrial?
    private let tell: @Sendable (StoragePlace, Displacement?) -> Void

    /// - Parameters:
    ///   - rules: how unfinished uploads are kept.
    ///   - space: how much uploads may take.
    ///   - quotas: tells a user's quota.
    ///   - trash: how long what was deleted is kept.
    ///   - readsBack: whether what was written is read from the medium before it is confirmed.
    ///   - calls: how to flush.
    ///   - predecessor: that was retired: what it doesn't trust any more isn't trusted by this one.
    ///   - tell: is told when the storage folder's path leads elsewhere, and when it leads back.
    package init(
        _ storage: consuming Storage, rights: AccessRights, partials rules: PartialRules = PartialRules(),
        space policy: SpacePolicy = SpacePolicy(),
        quotas: @escaping @Sendable (FileName) -> QuotaSetting = { _ in .none },
        trash trashRules: TrashRules = TrashRules(),
        readsBack: Bool = false, flushing calls: FlushCalls = FlushCalls(), after predecessor: Vault? = nil,
        tellingOf tell: @escaping @Sendable (StoragePlace, Displacement?) -> Void = { _, _ in }
    ) throws(StorageError) {
        self.tell = tell
        space = try storage.spaceBook(policy, quotas)
        readBack = readsBack ? ReadBack() : nil
        meter = predecessor?.meter ?? StorageMeter()
        flusher = Flusher(calls, predecessor?.flusher.distrust ?? FlushDistrust(), measuredBy: meter)
        durable = DurableFolders(flusher, moves: MovesFlush(root: storage.root, traces: storage.traces))
        group = try storage.groupFlush(flusher)
        stagings = try storage.stagingFolders(flusher, rules, space)
        partials = try storage.recover(stagings)
        resources = ResourceFolders(in: storage.own, calls, rules)
        self.rights = rights
        publisher = Publisher(
            folders: FolderTree(root: storage.root, rights: rights, listing: storage.abilities.listing) { [space] in
                space.noteFolder(of: $0)
            },
            flusher: flusher, spelling: storage.abilities.spelling, readBack: readBack)
        trash = Trash(root: storage.root, publisher, stagings, durable, space, storage.traces)
        self.trashRules = trashRules
        ownFolder = storage.own
        trial =
            storage.abilities.lacksRoom ? StorageTrial(own: storage.own, root: storage.root, rights: rights) : nil
        place = storage.place
        lock = Monitor(storage.takeLock())
    }

    /// Bytes of the largest file that is taken, where there is a bound.
    package var largestFile: UInt64? { space.largestFile }

    /// Of the storage's file system; nil where it doesn't tell.
    package var room: FileSystemRoom? { (try? ownFolder.descriptor.fileSystemRoom()) ?? nil }

    /// Bytes of it that are promised to no upload, and needn't stay free; nil where it doesn't tell.
    package var spareRoom: UInt64? { space.spare }

    /// Bytes that the user may still store; nil without a quota.
    package func quotaRemaining(of user: FileName) -> UInt64? {
        space.remaining(of: user)
    }

    /// Makes room for an upload, or goes on with what is durable of it.
    ///
    /// - Parameters:
    ///   - isFresh: the client has never offered it before, and counts on beginning at 0.
    ///   - tellsCommitted: whether to throw `.alreadyCommitted` where the upload was stored not long ago.
    ///   - tell: as for `PartialStore.begin`.
    package func begin(
        _ file: OfferedFile, isFresh: Bool, tellsCommitted: Bool = false,
        tellingOfReclaimed tell: (OfferedFile, UInt64) -> Void = { _, _ in }
    ) throws(VaultError) -> PartialUpload {
        let asks = tellsCommitted && !isFresh
        if asks, recent.take(file) { throw .alreadyCommitted }
        let partial = try open(file, isFresh: isFresh, tell)
        // A commit that was under way has been waited for.
        guard asks, partial.offset == 0, recent.take(file) else { return partial }
        partial.discard()
        throw .alreadyCommitted
    }

    private func open(
        _ file: OfferedFile, isFresh: Bool, _ tell: (OfferedFile, UInt64) -> Void
    ) throws(VaultError) -> PartialUpload {
        do throws(VaultError) {
            try requireUsable(file)
        } catch {
            if !error.leavesDurablePart { partials.remove(file.key) }
            throw error
        }
        return try partials.begin(file, isFresh: isFresh, tellingOfReclaimed: tell)
    }

    private func requireUsable(_ file: OfferedFile) throws(VaultError) {
        let path = try publisher.spelling.spelled(file.path)
        if let size = file.size, size < Self.worthAsking { return }
        try requireInPlace()
        let chain = try publisher.folders.requireUsable(user: file.user, path)
        try stagings.requireReach(chain, of: file.user)
    }

    /// Bytes from which on it is asked at the offer whether the file can get its name at all. Smaller ones show it when they
    /// are published: to ask for each costs more than to send a few for nothing.
    private static let worthAsking: UInt64 = 64 << 10

    /// Removes unfinished uploads that nobody has come back for in time.
    ///
    /// - Returns: what was removed, with the bytes that were durable.
    package func removeExpired(_ now: Instant = .now) -> [(file: OfferedFile, offset: UInt64)] {
        let expired = partials.removeExpired(now)
        resources.removeExpired(currentUnixTime()) { partials.contains($0) }
        return expired
    }

    /// Makes uploads durable, each one or not: an error fails what it covers and nothing else.
    ///
    /// Where many wait for it, of this connection or of others, they share flushes of the whole file system: one for their
    /// content before they are published, one for their names after; and small ones all else that a commit takes. A few are flushed
    /// each for itself, which is quicker and doesn't wait for other uploads' bytes.
    ///
    /// - Returns: one result for each, in the order given.
    package func commit(_ uploads: [PendingCommit]) -> [Result<Stored, VaultError>] {
        let waiting = waiting.add(uploads.count, ordering: .relaxed).newValue
        defer { self.waiting.subtract(uploads.count, ordering: .relaxed) }
        let results = waiting >= Self.crowdSize ? storeInCrowd(uploads) : store(uploads, nil)
        for (upload, result) in zip(uploads, results) {
            // Before anybody who waits for the end of the commit goes on.
            if result.failure == nil { recent.note(upload.offered) }
            upload.end(result.failure)
            if result.failure == nil { meter.answers.observe(Instant.now.seconds(since: upload.complete)) }
        }
        return results
    }

    private func storeInCrowd(_ uploads: [PendingCommit]) -> [Result<Stored, VaultError>] {
        guard let group, readBack == nil, uploads.count < Self.crowdSize,
            uploads.allSatisfy({ $0.size <= Self.mostForCrowd })
        else { return store(uploads, group) }
        return crowd.commit(uploads) { store($0, group) }
    }

    private func store(_ uploads: [PendingCommit], _ group: GroupFlush?) -> [Result<Stored, VaultError>] {
        do throws(VaultError) {
            try requireInPlace()
        } catch {
            return uploads.map { _ in .failure(error) }
        }
        meter.batches.observe(Double(uploads.count))
        let ready = makeDurable(uploads, group)
        var confirmed: [Result<Stored, VaultError>] = []
        while confirmed.count < uploads.count {
            let next = confirmed.count...
            confirmed += publish(zip(uploads[next], ready[next]).map { (upload: $0, ready: $1) }, group)
        }
        return requireIntact(for: confirmed)
    }

    /// Publishes the first uploads, as many as keep the number of open folders within a bound, and flushes their names.
    private func publish(
        _ uploads: [(upload: PendingCommit, ready: Result<Void, VaultError>)], _ group: GroupFlush?
    ) -> [Result<Stored, VaultError>] {
        var round = durable.round(sharing: group)
        var open = OpenFolders(publisher.folders, noting: round.names)
        var places: [Result<Publisher.Place, VaultError>] = []
        for (upload, ready) in uploads {
            if open.count >= Self.mostFolders { break }
            if upload.staging.givesName(toSize: upload.offered.size) { round.noteMove(from: upload.staging.folder) }
            places.append(
                Result { () throws(VaultError) in
                    try ready.get()
                    do throws(VaultError) {
                        return try publisher.publish(upload, in: &open, flushesNaming: group == nil)
                    } catch {
                        throw explain(error, upload)
                    }
                })
        }
        // The names, after all of them are given.
        return zip(uploads.map(\.upload), places).map { upload, place in
            Result { () throws(VaultError) in
                try confirm(place.get(), upload.digest, upload.size, &round)
            }
        }
    }

    /// What was found out of the user's folder at the offer may have changed since.
    private func explain(_ error: VaultError, _ upload: PendingCommit) -> VaultError {
        guard case .apart(let name) = error, stagings.isOutdated(upload.staging, of: upload.user) else { return error }
        return .away(Displacement(.apart(name)))
    }

    /// Descriptors of folders that a commit may take beyond those of its uploads.
    private static let mostFolders = 256

    /// Uploads that are made durable in one go, at most: where each is flushed for itself, the first would wait long.
    package var mostTogether: Int { group == nil ? 64 : .max }

    /// Nothing of what was made durable counts if the storage takes no changes any more, or isn't where a person looks for it.
    private func requireIntact(for results: [Result<Stored, VaultError>]) -> [Result<Stored, VaultError>] {
        if results.allSatisfy({ $0.failure != nil }) { return results }
        do throws(VaultError) {
            try requireIntact()
            return results
        } catch {
            return results.map { $0.failure == nil ? .failure(error) : $0 }
        }
    }

    func requireIntact() throws(VaultError) {
        try FolderTree.wrap { () throws(SystemError) in try flusher.calls.requireIntact(ownFolder) }
        try requireInPlace()
    }

    /// Content and attributes, before anything gets its name.
    private func makeDurable(_ uploads: [PendingCommit], _ group: GroupFlush?) -> [Result<Void, VaultError>] {
        let begun = uploads.map { upload in
            Result { () throws(VaultError) in try upload.begin(rights) }
        }
        let shared = group.map { group in
            Result { () throws(SystemError) in try group.run(since: flusher.distrust.moment) }
        }
        return zip(uploads, begun).map { upload, begun in
            Result { () throws(VaultError) in
                try begun.get()
                try upload.flush(shared: shared)
                if let readBack { try upload.check(readBack) }
            }
        }
    }

    /// From so many uploads that wait at a time on, sharing a flush of everything beats flushing each.
    private static let crowdSize = 4
    /// Bytes of a file from which on others don't wait for it.
    private static let mostForCrowd: UInt64 = 256 << 10

    /// Finds exactly this content, and makes sure that it is durable.
    ///
    /// - Throws: `VaultError.askedTooOften` or `.busy` where the permit says no.
    /// - Returns: nil when it isn't stored.
    package func find(
        user: FileName, path: RemotePath, size: UInt64, digest: ContentDigest,
        under permit: ReadingPermit = ReadingPermit()
    ) throws(VaultError) -> Stored? {
        try requireInPlace()
        guard let place = try publisher.find(user: user, path, size: size, digest, permit) else { return nil }
        var round = durable.round(sharing: nil)
        let stored = try confirm(place, digest, size, &round)
        try requireIntact()
        return stored
    }

    /// The one place where something becomes "stored": after its folders are flushed.
    private func confirm(
        _ place: Publisher.Place, _ digest: ContentDigest, _ size: UInt64, _ round: inout DurableFolders.Round
    ) throws(VaultError) -> Stored {
        do throws(SystemError) {
            try round.flush(place.chain, place.name)
            try place.requireThere()
        } catch {
            throw VaultError(error)
        }
        try round.requireInPlace(place.chain)
        guard let path = place.path else {
            throw .failed(SystemError("name", place.name.description, errno: .nameTooLong))
        }
        return Stored(path: path, size: size, digest: digest, tag: place.tag, wasThere: place.isOld)
    }
}

// MARK: - Where the storage is

extension Vault {
    func requireInPlace() throws(VaultError) {
        if let displacement = displacement() { throw .away(displacement) }
    }

    /// Where the storage folder's path leads to instead of to this storage; nil: it leads here.
    @discardableResult
    package func displacement() -> Displacement? {
        let (displacement, isNews) = place.look()
        if isNews { tell(place, displacement) }
        return displacement
    }

    package var isRetired: Bool { place.isRetired }

    /// What an admin should know of what was found at the start.
    package var warnings: [String] { partials.warnings }

    /// The process ends in good order, and no connection is left.
    package func end() {
        partials.end()
    }

    /// Whether the path leads to the same storage, though perhaps by another mount.
    package var isStillThere: Bool { place.isSameStorage }

    /// Whether there is room by now to try what the storage can do: opened anew, it is used for all that it can.
    package var canBeTriedAnew: Bool { trial.map { (try? $0.run())?.lacksRoom == false } ?? false }

    /// Gives the storage up, so that another can be opened: nothing is confirmed any more, what is unfinished is parked.
    package func retire() {
        place.retire()
        partials.retire()
        lock.withLock { $0 = nil }
    }
}

extension Result {
    fileprivate var failure: Failure? {
        if case .failure(let error) = self { error } else { nil }
    }
}

/// Content that is durable under its final name.
package struct Stored: Hashable {
    /// Below the user's folder.
    package let path: RemotePath
    package let size: UInt64
    package let digest: ContentDigest
    package let tag: FileTag
    /// The same content was there before.
    package let wasThere: Bool

    /// The same, as somebody is told of it who mustn't know what was there.
    package var asNew: Stored { Stored(path: path, size: size, digest: digest, tag: tag, wasThere: false) }

    /// The same, as somebody who knows it by another path is told of it.
    package func named(_ path: RemotePath) -> Stored {
        Stored(path: path, size: size, digest: digest, tag: tag, wasThere: wasThere)
    }
}
