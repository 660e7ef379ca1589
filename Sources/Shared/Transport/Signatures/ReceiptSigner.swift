package import Domain

/// The private key that a server signs receipts with. Several threads may use it at a time.
package struct ReceiptSigner: Sendable {
    private let pair: OpenSSLKey
    /// The public part.
    package let key: ReceiptKey

    private init?(_ pair: OpenSSLKey?) {
        guard let pair, pair.isEd25519, let key = pair.publicBytes.flatMap({ ReceiptKey($0) }) else { return nil }
        self.pair = pair
        self.key = key
    }

    /// Makes a new key.
    ///
    /// - Returns: nil when OpenSSL has no randomness or memory.
    package static func make() -> ReceiptSigner? {
        ReceiptSigner(OpenSSLKey.makePair())
    }

    /// Reads a private key in PEM (PKCS #8, unencrypted); text around it doesn't count.
    ///
    /// - Returns: nil when there is none, when it isn't one for Ed25519, and when its two parts don't belong together.
    package init?(pem: [UInt8]) {
        self.init(OpenSSLKey.privateKey(pem: pem))
        let trial = Array("auto-upload-receipt-trial".utf8)
        guard let signature = sign(trial), key.verifies(signature, trial) else { return nil }
    }

    /// The key in PEM. A secret: the caller overwrites it after use.
    package func pem() -> [UInt8]? {
        pair.pem()
    }

    /// - Returns: nil when OpenSSL has no memory.
    package func sign(_ message: [UInt8]) -> ReceiptSignature? {
        pair.sign(message).flatMap { ReceiptSignature($0) }
    }

    /// Signs statements that name this key, all at once: one signature costs as much for many as for one.
    ///
    /// - Parameter statements: at most 65,536.
    /// - Returns: in the order of the statements; nil when OpenSSL has no memory.
    package func sign(_ statements: [ReceiptStatement]) -> [Receipt]? {
        if statements.isEmpty { return [] }
        guard let tree = ReceiptTree(statements.map(\.bytes)), let signature = sign(tree.top) else { return nil }
        return zip(statements, tree.proofs).map { statement, proof in
            Receipt(statement: statement, signature: signature, proof: proof)
        }
    }

    /// Hands over to a new key.
    package func succession(to new: ReceiptKey) -> ReceiptPredecessor? {
        sign(ReceiptPredecessor.statement(from: key, to: new)).map { ReceiptPredecessor(key: key, signature: $0) }
    }
}
