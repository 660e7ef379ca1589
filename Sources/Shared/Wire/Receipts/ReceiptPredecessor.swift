/// A key that a server signed receipts with before, and its signature under the key that came after it.
package struct ReceiptPredecessor: Hashable, Sendable {
    package static let byteCount = ReceiptKey.byteCount + ReceiptSignature.byteCount

    package let key: ReceiptKey
    package let signature: ReceiptSignature

    package init(key: ReceiptKey, signature: ReceiptSignature) {
        self.key = key
        self.signature = signature
    }

    init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        key = try ReceiptKey(reading: &reader, field)
        signature = try ReceiptSignature(reading: &reader, field)
    }

    func write(to writer: inout WireWriter) {
        key.write(to: &writer)
        signature.write(to: &writer)
    }

    /// The text by which a key hands over to the next one.
    package static func statement(from old: ReceiptKey, to new: ReceiptKey) -> [UInt8] {
        Array("auto-upload-receipt-key/1\nold: \(old)\nnew: \(new)\n".utf8)
    }
}
