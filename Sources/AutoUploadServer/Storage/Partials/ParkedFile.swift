import Platform

/// The file of an upload that nobody goes on with at the moment: closed, and durable to an offset that was stated.
struct ParkedFile: ~Copyable {
    let name: FileName
    /// Bytes.
    let durable: UInt64
    /// The record's slot that says so.
    let slot: Int
    let expires: Instant
    /// The digest of the bytes so far, where this process has it.
    let prefix: PrefixHash?
    /// The room that it takes.
    let reservation: Reservation

    /// - Throws: EIO unless the file can hold what its record states. One with a second name isn't touched: it may be
    ///   published.
    func requireFit(_ status: FileStatus) throws(SystemError) {
        guard status.kind == .regular, status.links == 1, status.size >= durable else {
            throw SystemError("go on with", name.description, errno: .inputOutput)
        }
    }

    func remove(from staging: StagingFolder) {
        staging.remove(name, record: RecordFile.name(for: name))
    }
}
