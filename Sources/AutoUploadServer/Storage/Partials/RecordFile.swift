import Platform

/// A partial's record on the medium, open for as long as its partial is.
struct RecordFile: ~Copyable {
    private let record: PartialRecord
    private let file: FileDescriptor
    /// Which slot states the latest offset.
    private(set) var slot: Int

    /// The record's name beside a partial's.
    static func name(for partial: FileName) -> FileName? {
        FileName(partial.bytes + Array(suffix.utf8))
    }

    /// - Returns: the partial's name, if this is a record's.
    static func partial(of name: FileName) -> FileName? {
        let suffix = Array(suffix.utf8)
        guard name.bytes.count > suffix.count, name.bytes.suffix(suffix.count).elementsEqual(suffix) else { return nil }
        return FileName(name.bytes.dropLast(suffix.count))
    }

    private static let suffix = ".record"

    /// Makes a new one. Neither its bytes nor its name are durable yet.
    init(creating name: FileName, in folder: Directory, _ record: PartialRecord, offset: UInt64) throws(SystemError) {
        guard let bytes = record.encoded(offset: offset) else { throw SystemError("make a record", errno: .noMemory) }
        let file = try folder.open(name, .creating(permissions: 0o600))
        do throws(SystemError) {
            try file.write(bytes)
        } catch {
            try? folder.remove(name)
            throw error
        }
        self.init(record, file, slot: 0)
    }

    init(reopening name: FileName, in folder: Directory, _ record: PartialRecord, slot: Int) throws(SystemError) {
        self.init(record, try folder.open(name, .readingAndWriting), slot: slot)
    }

    private init(_ record: PartialRecord, _ file: consuming FileDescriptor, slot: Int) {
        self.record = record
        self.file = file
        self.slot = slot
    }

    func flush(_ calls: FlushCalls) throws(SystemError) {
        try calls.file(file)
    }

    /// Makes a further offset durable; the one before stays until it is.
    ///
    /// - Parameter durable: the one before. After an error that leaves the upload, what follows it is cut off, but the
    ///   further one may stand on the medium all the same: it is written over.
    /// - Throws: EIO when that can't be done either; the record may then state what isn't there.
    mutating func write(offset: UInt64, after durable: UInt64, _ calls: FlushCalls) throws(SystemError) {
        let next = (slot + 1) % PartialRecord.slots
        do throws(SystemError) {
            try write(offset, inSlot: next, calls)
        } catch {
            guard VaultError(error).leavesDurablePart else { throw error }
            guard (try? write(durable, inSlot: next, calls)) != nil else {
                throw SystemError("take back what a record states", errno: .inputOutput)
            }
            throw error
        }
        slot = next
    }

    private func write(_ offset: UInt64, inSlot slot: Int, _ calls: FlushCalls) throws(SystemError) {
        guard let entry = record.entry(offset) else { throw SystemError("make a record", errno: .noMemory) }
        try file.seek(to: PartialRecord.position(ofSlot: slot))
        try file.write(entry)
        try calls.file(file)
    }
}
