/// What a client has made up at random for one connection, and sees again in the receipts that were signed there.
package struct ReceiptNonce: FixedBytes {
    package static let byteCount = 32

    /// As many bytes as a digest has.
    private let words: ContentDigest

    package init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        words = try ContentDigest(reading: &reader, field)
    }

    package func write(to writer: inout WireWriter) {
        words.write(to: &writer)
    }
}
