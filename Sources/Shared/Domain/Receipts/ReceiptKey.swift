import Encodings

/// The public key that a server's receipts are checked with: Ed25519 (RFC 8032), 32 bytes.
package struct ReceiptKey: FixedBytes {
    package static let byteCount = 32

    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package init?(takingFrom bytes: inout Span<UInt8>) {
        guard bytes.count >= Self.byteCount, let first: UInt64 = bytes.takeInteger(),
            let second: UInt64 = bytes.takeInteger(), let third: UInt64 = bytes.takeInteger(),
            let fourth: UInt64 = bytes.takeInteger()
        else { return nil }
        (self.first, self.second, self.third, self.fourth) = (first, second, third, fourth)
    }

    package func write(to bytes: inout [UInt8]) {
        for word in [first, second, third, fourth] { bytes.writeInteger(word) }
    }
}
