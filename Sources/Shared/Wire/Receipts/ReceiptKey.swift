/// The public key that a server's receipts are checked with: Ed25519 (RFC 8032), 32 bytes.
package struct ReceiptKey: FixedBytes {
    package static let byteCount = 32

    private let first: UInt64
    private let second: UInt64
    private let third: UInt64
    private let fourth: UInt64

    package init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        guard reader.count >= Self.byteCount else { throw .truncated(field) }
        first = try reader.readInteger(field)
        second = try reader.readInteger(field)
        third = try reader.readInteger(field)
        fourth = try reader.readInteger(field)
    }

    package func write(to writer: inout WireWriter) {
        for word in [first, second, third, fourth] { writer.writeInteger(word) }
    }
}
