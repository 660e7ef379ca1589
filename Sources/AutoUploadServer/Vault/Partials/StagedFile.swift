import Encodings
import Platform
import Transport
import Wire

/// The file of an upload on its way in, open. Its descriptor is opened when the upload begins or goes on, and never replaced
/// meanwhile: Linux tells of a lost write only to descriptors that were open when it happened.
struct StagedFile: ~Copyable {
    let offered: OfferedFile
    let staging: StagingFolder
    let descriptor: FileDescriptor
    /// In the staging folder; nil: it has none there, never had one, or has it no more.
    private var name: FileName?
    private var record: RecordFile?
    let reservation: Reservation
    /// Bytes that room is set aside for.
    var granted: UInt64

    /// Bytes that have come.
    private(set) var received: UInt64
    /// Bytes of them that a flush has covered, and the record states.
    private(set) var durable: UInt64
    private let prefix: PrefixHash
    /// Bytes that came before it was opened.
    private let earlier: UInt64
    /// Gathers the bytes of a large file. They count as received, and are handed to the kernel, and hashed, before any flush.
    private var large: DirectWriter?
    private var writebackStarted: UInt64
    /// How many flushes of the whole storage had failed before the first byte that isn't durable came.
    private var failuresBefore: UInt64
    /// When and at how many bytes it was last tried to make it durable.
    private var lastCheckpoint: (at: Instant, received: UInt64)
    /// Whether it has its final name.
    private(set) var isPublished = false
    /// The first error; nothing is taken, and nothing is flushed again, after it.
    private(set) var failure: VaultError?

    /// Files below this aren't worth a call to drop them from the page cache.
    private static let smallestDrop: UInt64 = 64 << 10
    /// Write-back begins this often, so that flushes find little left to do.
    private static let writebackDistance: UInt64 = 8 << 20

    /// Makes room for a new upload.
    ///
    /// - Throws: `VaultError` where there is no room for all of it: better now than after hours of upload.
    static func create(_ offered: OfferedFile, in staging: StagingFolder) throws(VaultError) -> StagedFile {
        let reservation = try staging.space.reserve(user: offered.user, path: offered.path, size: offered.size)
        return try FolderTree.wrap { () throws(SystemError) in try create(offered, in: staging, reservation) }
    }

    private static func create(
        _ offered: OfferedFile, in staging: StagingFolder, _ reservation: Reservation
    ) throws(SystemError) -> StagedFile {
        let name = needsName(offered, staging) ? try randomName() : nil
        let descriptor = try open(name, in: staging.folder)
        var file = StagedFile(
            offered, staging, name, descriptor, record: nil, durable: 0, PrefixHash(), reservation)
        do throws(SystemError) {
            try file.allocate()
            return file
        } catch {
            file.remove()
            throw error
        }
    }

    /// What is too small to be gone on with when its connection ends needs no name before its last one. Without it, there is less
    /// to be done, and nothing to be removed.
    private static func needsName(_ offered: OfferedFile, _ staging: StagingFolder) -> Bool {
        !staging.makesUnnamed || offered.size >= staging.rules.worthwhileBytes
    }

    private static func randomName() throws(SystemError) -> FileName {
        guard let name = FileName(hexadecimal(try randomBytes(16))) else {
            throw SystemError("name the partial file", errno: .invalid)
        }
        return name
    }

    private static func open(_ name: FileName?, in folder: Directory) throws(SystemError) -> FileDescriptor {
        guard let name else { return try folder.makeUnnamedFile(permissions: 0o600) }
        return try folder.open(name, .creating(permissions: 0o600))
    }

    /// Goes on with what is durable, and gives back what may lie behind it.
    static func reopen(
        _ parked: borrowing ParkedFile, of offered: OfferedFile, in staging: StagingFolder
    ) throws(VaultError) -> StagedFile {
        try parked.reservation.grow(to: offered.size)
        do throws(SystemError) {
            return try open(parked, of: offered, in: staging)
        } catch {
            parked.reservation.shrink(to: parked.durable)
            throw VaultError(error)
        }
    }

    private static func open(
        _ parked: borrowing ParkedFile, of offered: OfferedFile, in staging: StagingFolder
    ) throws(SystemError) -> StagedFile {
        guard let record = PartialRecord(offered), let recordName = RecordFile.name(for: parked.name) else {
            throw SystemError("make a record", errno: .noMemory)
        }
        let descriptor = try staging.folder.open(parked.name, .readingAndWriting)
        try parked.requireFit(try descriptor.status())
        let recordFile = try RecordFile(reopening: recordName, in: staging.folder, record, slot: parked.slot)
        try descriptor.truncate(to: parked.durable)
        try descriptor.seek(to: parked.durable)
        // Of all that came or of a part, where an earlier connection of this process has left it.
        let prefix = parked.prefix.flatMap { $0.count <= parked.durable ? $0 : nil } ?? PrefixHash()
        let file = StagedFile(
            offered, staging, parked.name, descriptor, record: recordFile, durable: parked.durable, prefix,
            parked.reservation)
        do throws(SystemError) {
            try file.allocate()
            return file
        } catch {
            // ext4 keeps all that it could get before it ran out: nobody else would have any until this one comes back.
            try? file.descriptor.truncate(to: parked.durable)
            throw error
        }
    }

    private init(
        _ offered: OfferedFile, _ staging: StagingFolder, _ name: FileName?, _ descriptor: consuming FileDescriptor,
        record: consuming RecordFile?, durable: UInt64, _ prefix: PrefixHash, _ reservation: Reservation
    ) {
        self.reservation = reservation
        granted = reservation.aside
        self.offered = offered
        self.staging = staging
        self.name = name
        self.descriptor = descriptor
        self.record = record
        received = durable
        self.durable = durable
        self.prefix = prefix
        earlier = durable
        writebackStarted = durable
        failuresBefore = staging.failureCount
        lastCheckpoint = (.now, durable)
        if offered.size >= staging.rules.largeBytes {
            large = staging.largeWrites.writer(to: self.descriptor, from: durable) { prefix.update($0) }
        }
    }
}

// MARK: - Bytes

extension StagedFile {
    /// Takes the next bytes. An error is kept, and later bytes are dropped.
    mutating func append(_ bytes: RawSpan) {
        if failure != nil { return }
        if received == durable { failuresBefore = staging.failureCount }
        do throws(VaultError) {
            try makeRoom(upTo: received.plus(UInt64(bytes.byteCount)))
        } catch {
            failure = error
            return
        }
        do throws(SystemError) {
            try write(bytes)
            received += UInt64(bytes.byteCount)
            if received >= offered.size {
                try handOver()
                large = nil
            }
            startWriteback()
            if isCheckpointDue { try checkpoint() }
        } catch {
            failure = VaultError(error)
        }
    }

    private mutating func write(_ bytes: RawSpan) throws(SystemError) {
        if try large?.append(bytes) != nil { return }
        try descriptor.write(bytes)
        prefix.update(bytes)
    }

    /// Lets the kernel have all that has come.
    private mutating func handOver() throws(SystemError) {
        try large?.flush()
    }

    private mutating func startWriteback() {
        guard received - writebackStarted >= Self.writebackDistance else { return }
        descriptor.startWriteback(from: writebackStarted, count: received - writebackStarted)
        writebackStarted = received
        reservation.occupies(received)
    }

    /// Whether there are bytes of an earlier connection that haven't been read for the digest yet.
    var hasUnreadPrefix: Bool { failure == nil && prefix.count < earlier }

    /// Reads the next piece of what an earlier connection has sent, for the digest; before more is taken.
    mutating func readPrefix() {
        do throws(SystemError) {
            try prefix.read(from: descriptor, to: earlier)
            if prefix.count == earlier { try descriptor.seek(to: earlier) }
        } catch {
            failure = VaultError(error)
        }
    }

    /// Compares all that came with what the client says it sent.
    mutating func verify(_ digest: ContentDigest) throws(VaultError) {
        if let failure { throw failure }
        if received == offered.size, prefix.count == received, prefix.finish() == digest { return }
        failure = .digestMismatch
        throw .digestMismatch
    }
}

// MARK: - Durability

extension StagedFile {
    private var isCheckpointDue: Bool {
        // Once all is here, the flush of the commit is near.
        guard received < offered.size else { return false }
        let grown = received - lastCheckpoint.received
        return staging.rules.isCheckpointDue(grown: grown, seconds: Instant.now.seconds(since: lastCheckpoint.at))
    }

    /// Makes all that has come durable: first the bytes, then the record that states how many they are.
    private mutating func checkpoint() throws(SystemError) {
        lastCheckpoint = (.now, received)
        guard staging.takesRecords else { return }
        try handOver()
        try staging.calls.file(descriptor)
        // Their write-back may have failed earlier, and been told to the flush that was shared.
        try staging.requireNoFailure(since: failuresBefore)
        if record == nil {
            guard makeRecord() else { return }
            try record?.flush(staging.calls)
            try staging.flushNames()
        } else {
            try record?.write(offset: received, after: durable, staging.calls)
        }
        try staging.calls.requireIntact(staging.folder)
        durable = received
    }

    /// - Returns: false when there is no room or descriptor for a record: the upload goes on without.
    private mutating func makeRecord() -> Bool {
        guard let record = PartialRecord(offered), let name = name.flatMap(RecordFile.name) else { return false }
        self.record = try? RecordFile(creating: name, in: staging.folder, record, offset: received)
        return self.record != nil
    }

    /// Sets what the flush is to make durable along with the content.
    func setAttributes(_ rights: AccessRights) throws(VaultError) {
        do throws(SystemError) {
            try rights.apply(toFile: descriptor)
        } catch {
            throw VaultError(naming: error, offered.name)
        }
        // A time that the file system can't hold is no reason to refuse a recording.
        try? descriptor.setModified(offered.modified)
    }

    /// Makes sure that all of it is durable, before it gets its name.
    ///
    /// - Parameter shared: what a flush of the whole storage has met that began after all bytes were here; nil: none did.
    mutating func flush(shared: Result<Void, SystemError>?) throws(VaultError) {
        if let failure { throw failure }
        do throws(SystemError) {
            if let shared { try shared.get() } else { try staging.calls.file(descriptor) }
            // Its first bytes may have been lost long before.
            try staging.requireNoFailure(since: failuresBefore)
            // Nobody reads it soon, and memory is better used otherwise.
            if offered.size >= Self.smallestDrop { descriptor.dropFromCache() }
        } catch {
            let failure = VaultError(error)
            self.failure = failure
            throw failure
        }
    }

    /// Makes sure that the medium holds it, once it has been flushed.
    mutating func check(_ readBack: ReadBack, _ digest: ContentDigest) throws(VaultError) {
        do throws(VaultError) {
            try readBack.check(descriptor, digest)
        } catch {
            failure = error
            throw error
        }
    }
}

// MARK: - End

extension StagedFile {
    /// Gives the file its final name, unless that is taken (EEXIST).
    ///
    /// - Parameters:
    ///   - renames: whether renaming without replacing works in one step; if not, linking does.
    ///   - flusher: makes durable that a file has its first name, as a file system without a journal may hold one that seems to
    ///     have none for deleted; nil: another flush will.
    mutating func publish(
        to folder: Directory, as newName: FileName, renames: Bool, flushingNamingBy flusher: Flusher?
    ) throws(SystemError) -> FileIdentity {
        let isFirstName = name == nil
        try move(to: folder, as: newName, renames: renames)
        isPublished = true
        reservation.becomesStored()
        removeRecord()
        name = nil
        let identity = try descriptor.status().identity
        if isFirstName, let flusher { try flushNaming(identity, flusher) }
        return identity
    }

    private func flushNaming(_ identity: FileIdentity, _ flusher: Flusher) throws(SystemError) {
        do throws(SystemError) {
            try flusher.calls.file(descriptor)
        } catch {
            // For want of room nothing is lost: the content has been flushed before.
            if !error.isLackOfRoom { flusher.distrust(identity) }
            throw error
        }
    }

    private func move(to folder: Directory, as newName: FileName, renames: Bool) throws(SystemError) {
        guard let name else { return try folder.name(descriptor, newName) }
        if renames { return try staging.folder.renameWithoutReplacing(name, to: folder, as: newName) }
        try staging.folder.link(name, to: folder, as: newName)
        // A second name in the staging folder harms nothing; it goes at the next start.
        try? staging.folder.remove(name)
    }

    /// Nothing more is taken. The graver of two errors counts: the one after which nothing of it is kept.
    mutating func fail(_ error: VaultError) {
        if failure?.leavesDurablePart ?? true { failure = error }
    }

    /// Closes it so that it can be gone on with later: makes durable what is worth it, and gives back the rest's space.
    ///
    /// - Returns: nil when nothing is left of it.
    consuming func park() -> ParkedFile? {
        let isWorthwhile = record != nil || received >= staging.leastKept
        do throws(SystemError) {
            if received > durable { try staging.requireNoFailure(since: failuresBefore) }
            if failure == nil, received > durable, isWorthwhile { try checkpoint() }
        } catch {
            fail(VaultError(error))
        }
        // A piece that came late would stand where another connection has written since.
        large?.cancel()
        guard durable > 0, let name, let slot = record?.slot, failure?.leavesDurablePart ?? true,
            (try? descriptor.truncate(to: durable)) != nil
        else {
            remove()
            return nil
        }
        let expires = Instant.now.advanced(bySeconds: staging.rules.expiry)
        // Also while a beginning was still being read again: clients that never stay for long get through it too.
        let isUseful = prefix.count <= durable && !prefix.isFinished
        reservation.shrink(to: durable)
        return ParkedFile(
            name: name, durable: durable, slot: slot, expires: expires, prefix: isUseful ? prefix : nil,
            reservation: reservation)
    }

    /// Removes it, unless it has its final name.
    mutating func remove() {
        removeRecord()
        if let name { try? staging.folder.remove(name) }
        name = nil
    }

    private mutating func removeRecord() {
        guard record != nil, let name = name.flatMap(RecordFile.name) else { return }
        try? staging.folder.remove(name)
        record = nil
    }
}
