/// A key that a server signed receipts with before, and its signature under the key that came after it.
package struct ReceiptPredecessor: Hashable, Sendable {
    /// Earlier keys that a server names.
    package static let maximumCount = 8

    package let key: ReceiptKey
    package let signature: ReceiptSignature

    package init(key: ReceiptKey, signature: ReceiptSignature) {
        self.key = key
        self.signature = signature
    }

    /// The text by which a key hands over to the next one.
    package static func statement(from old: ReceiptKey, to new: ReceiptKey) -> [UInt8] {
        Array("auto-upload-receipt-key/1\nold: \(old)\nnew: \(new)\n".utf8)
    }
}
