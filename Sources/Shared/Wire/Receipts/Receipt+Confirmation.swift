package import Domain

extension Receipt {
    /// The receipt that came with a confirmation.
    ///
    /// - Parameters:
    ///   - user: the name that the client logged in with.
    ///   - key: the server's, from `welcome`.
    ///   - nonce: what the client has sent as `challenge`; nil where it has sent none.
    /// - Returns: nil when the confirmation carries none.
    package init?(_ confirmation: Confirmation, user: String, key: ReceiptKey, nonce: ReceiptNonce? = nil) {
        guard let stamp = confirmation.receipt else { return nil }
        let statement = try? ReceiptStatement(
            key: key, user: user, path: confirmation.path, size: confirmation.size, digest: confirmation.digest,
            time: stamp.time, nonce: nonce)
        guard let statement else { return nil }
        self.init(statement: statement, signature: stamp.signature, proof: stamp.proof)
    }
}
