import Platform

/// The open file of an upload on its way in, in every phase: as an `IncomingFile` it takes bytes, as a `CompleteFile` its name.
///
/// Its descriptor is opened when the upload begins or goes on, and never replaced meanwhile: Linux tells of a lost write only
/// to descriptors that were open when it happened.
struct StagedFile: ~Copyable {
    let offered: OfferedFile
    let staging: StagingFolder
    let descriptor: FileDescriptor
    let name: StagedName
    let reservation: Reservation
    private var record: RecordFile?
    /// Bytes that a flush has covered, and the record states.
    private(set) var durable: UInt64
    /// Before the first byte came that isn't durable.
    private var moment: FlushDistrust.Moment

    /// Makes a new one.
    static func create(
        _ offered: OfferedFile, in staging: StagingFolder, _ reservation: Reservation
    ) throws(SystemError) -> StagedFile {
        let name = try staging.name(forSize: offered.size)
        let descriptor = try name.create(in: staging.folder)
        return StagedFile(offered, staging, name, descriptor, record: nil, durable: 0, reservation)
    }

    /// Opens one for what follows its durable bytes; what may lie behind them is cut off.
    static func reopen(
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
        return StagedFile(
            offered, staging, .known(parked.name, renames: staging.renames), descriptor, record: recordFile,
            durable: parked.durable, parked.reservation)
    }

    private init(
        _ offered: OfferedFile, _ staging: StagingFolder, _ name: StagedName, _ descriptor: consuming FileDescriptor,
        record: consuming RecordFile?, durable: UInt64, _ reservation: Reservation
    ) {
        self.offered = offered
        self.staging = staging
        self.name = name
        self.descriptor = descriptor
        self.record = record
        self.durable = durable
        self.reservation = reservation
        moment = staging.flusher.distrust.moment
    }
}

// MARK: - Durability

extension StagedFile {
    /// Bytes come while all that came before them are durable: only what fails from now on concerns them.
    mutating func beginsToDiffer() {
        moment = staging.flusher.distrust.moment
    }

    /// - Throws: EIO or ENOSPC when a flush that was shared may have met bytes of this file, and failed.
    func requireTrust() throws(SystemError) {
        try staging.flusher.distrust.requireTrust(since: moment)
    }

    /// Makes its first bytes durable: first the bytes, then the record that states how many they are.
    mutating func makeDurable(upTo received: UInt64) throws(SystemError) {
        guard staging.takesRecords else { return }
        try staging.calls.file(descriptor)
        // Their write-back may have failed earlier, and been told to the flush that was shared.
        try requireTrust()
        if record == nil {
            guard makeRecord(offset: received) else { return }
            try record?.flush(staging.calls)
            try staging.flushNames()
        } else {
            try record?.write(offset: received, after: durable, staging.calls)
        }
        try staging.calls.requireIntact(staging.folder)
        durable = received
    }

    /// - Returns: false when there is no room or descriptor for a record: the upload goes on without.
    private mutating func makeRecord(offset: UInt64) -> Bool {
        guard let record = PartialRecord(offered), let name = name.inStaging.flatMap(RecordFile.name) else {
            return false
        }
        self.record = try? RecordFile(creating: name, in: staging.folder, record, offset: offset)
        return self.record != nil
    }

    /// Whether flushes are worth it that make so many bytes durable, when nobody sends more for now.
    func isWorthKeeping(_ received: UInt64) -> Bool {
        received > durable && (record != nil || received >= staging.leastKept)
    }
}

// MARK: - End

extension StagedFile {
    /// Closes it so that it can be gone on with later: makes durable what is worth it, and gives back the rest's space.
    ///
    /// - Parameters:
    ///   - received: bytes that have come.
    ///   - failure: after which nothing is flushed again.
    ///   - prefix: the digest of its beginning, as far as that is known.
    /// - Returns: nil when nothing is left of it.
    consuming func park(received: UInt64, after failure: VaultError?, prefix: PrefixHash?) -> ParkedFile? {
        var failure = failure
        do throws(SystemError) {
            if received > durable { try requireTrust() }
            if failure == nil, isWorthKeeping(received) { try makeDurable(upTo: received) }
        } catch {
            failure = VaultError.graver(failure, VaultError(error))
        }
        guard durable > 0, let name = name.inStaging, let slot = record?.slot, failure?.leavesDurablePart ?? true,
            (try? descriptor.truncate(to: durable)) != nil
        else {
            remove()
            return nil
        }
        // Also while a beginning was still being read again: clients that never stay for long get through it too.
        let useful = prefix.flatMap { $0.count <= durable && !$0.isFinished ? $0 : nil }
        reservation.shrink(to: durable)
        return ParkedFile(
            name: name, durable: durable, slot: slot,
            expires: Instant.now.advanced(bySeconds: staging.rules.expiry), prefix: useful, reservation: reservation)
    }

    /// Removes it.
    consuming func remove() {
        removeRecord()
        if let name = name.inStaging { try? staging.folder.remove(name) }
    }

    /// Once it has its final name, or is to go.
    func removeRecord() {
        guard record != nil, let name = name.inStaging.flatMap(RecordFile.name) else { return }
        try? staging.folder.remove(name)
    }
}

extension VaultError {
    /// The graver of two counts: the one after which nothing of the upload is kept.
    static func graver(_ first: VaultError?, _ second: VaultError) -> VaultError {
        if let first, !first.leavesDurablePart { return first }
        return second
    }
}
