/// An Ed25519 signature (RFC 8032), 64 bytes.
package struct ReceiptSignature: FixedBytes {
    package static let byteCount = 64

    /// The bytes of the RFC's R and S; what they mean is OpenSSL's business.
    private let point: ReceiptKey
    private let scalar: ReceiptKey

    package init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        guard reader.count >= Self.byteCount else { throw .truncated(field) }
        // R is a point of the curve like a key; S has the same length.
        point = try ReceiptKey(reading: &reader, field)
        scalar = try ReceiptKey(reading: &reader, field)
    }

    package func write(to writer: inout WireWriter) {
        point.write(to: &writer)
        scalar.write(to: &writer)
    }
}
