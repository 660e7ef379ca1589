/// What a client has made up at random for one connection, and sees again in the receipts that were signed there.
package struct ReceiptNonce: FixedBytes {
    package static let byteCount = 32

    /// As many bytes as a digest has.
    private let words: ContentDigest

    package init?(takingFrom bytes: inout Span<UInt8>) {
        guard let words = ContentDigest(takingFrom: &bytes) else { return nil }
        self.words = words
    }

    package func write(to bytes: inout [UInt8]) {
        words.write(to: &bytes)
    }
}
