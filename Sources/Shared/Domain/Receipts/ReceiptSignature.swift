/// An Ed25519 signature (RFC 8032), 64 bytes.
package struct ReceiptSignature: FixedBytes {
    package static let byteCount = 64

    /// The bytes of the RFC's R and S; what they mean is OpenSSL's business.
    private let point: ReceiptKey
    private let scalar: ReceiptKey

    package init?(takingFrom bytes: inout Span<UInt8>) {
        // R is a point of the curve like a key; S has the same length.
        guard bytes.count >= Self.byteCount, let point = ReceiptKey(takingFrom: &bytes),
            let scalar = ReceiptKey(takingFrom: &bytes)
        else { return nil }
        (self.point, self.scalar) = (point, scalar)
    }

    package func write(to bytes: inout [UInt8]) {
        point.write(to: &bytes)
        scalar.write(to: &bytes)
    }
}
