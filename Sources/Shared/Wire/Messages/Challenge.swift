package import Domain

/// What the receipts of this connection must be signed over, so that no earlier one serves in their place.
package struct Challenge: Payload {
    package let nonce: ReceiptNonce

    package init(nonce: ReceiptNonce) {
        self.nonce = nonce
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        nonce = try ReceiptNonce(reading: &reader, .nonce)
    }

    package func write(to writer: inout WireWriter) {
        nonce.write(to: &writer)
    }
}
