/// What a receipt adds to a confirmation, as it travels: when, and the signature. The rest of what was signed is in the
/// confirmation itself, in the login and in `welcome`; see `Receipt`.
package struct ReceiptStamp: Hashable, Sendable {
    package static let byteCount = 8 + ReceiptSignature.byteCount

    /// The server's clock when it confirmed, Unix seconds.
    package let time: Int64
    package let signature: ReceiptSignature

    package init(time: Int64, signature: ReceiptSignature) {
        self.time = time
        self.signature = signature
    }

    /// Fails unless there are exactly `byteCount` bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        var reader = bytes.span
        guard let time = try? reader.readInteger(.receipt, as: Int64.self),
            let signature = try? ReceiptSignature(reading: &reader, .receipt)
        else { return nil }
        self.init(time: time, signature: signature)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        bytes.writeInteger(time)
        signature.write(to: &bytes)
        return bytes
    }
}
