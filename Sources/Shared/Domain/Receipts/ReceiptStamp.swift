/// What a receipt adds to a confirmation, as it travels: when, the signature, and how the confirmation leads to what was
/// signed. The rest is in the confirmation itself, in the login and in `welcome`; see `Receipt`.
package struct ReceiptStamp: Hashable, Sendable {
    /// The server's clock when it confirmed, Unix seconds.
    package let time: Int64
    package let signature: ReceiptSignature
    package let proof: ReceiptProof

    package init(time: Int64, signature: ReceiptSignature, proof: ReceiptProof = ReceiptProof()) {
        self.time = time
        self.signature = signature
        self.proof = proof
    }
}
