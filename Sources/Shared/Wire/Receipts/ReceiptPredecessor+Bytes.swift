package import Domain

extension ReceiptPredecessor {
    package static let byteCount = ReceiptKey.byteCount + ReceiptSignature.byteCount

    init(reading reader: inout WireReader, _ field: WireField) throws(WireError) {
        self.init(
            key: try ReceiptKey(reading: &reader, field), signature: try ReceiptSignature(reading: &reader, field))
    }

    func write(to writer: inout WireWriter) {
        key.write(to: &writer)
        signature.write(to: &writer)
    }
}
