/// What is known of a blob.
struct BlobRow: Hashable, Sendable {
    let id: BlobID
    /// Bytes.
    let size: UInt64
    /// Unix time in milliseconds.
    var uploaded: Int64
    /// Unix time in milliseconds, at which it is gone.
    var expiry: Int64
    var lies = Place.inFolder

    /// Where what it holds is to be had.
    enum Place: Sendable {
        /// In a file of this storage.
        case inFolder
        /// With its row.
        case inRow
        /// In a file of another storage, whose server shares the rows.
        case elsewhere
    }

    /// Bytes that it takes of the disk, about: whole blocks, and its name.
    var charge: UInt64 { Self.charge(size) }

    static func charge(_ size: UInt64) -> UInt64 {
        let (sum, overflows) = ((max(1, size) - 1) | 4095).addingReportingOverflow(4097)
        return overflows ? .max : sum
    }
}
