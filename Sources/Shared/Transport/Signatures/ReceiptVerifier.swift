package import Wire

/// Finds out whether receipts were signed with one key. Those that were signed together cost one verification, when they
/// come one after the other.
package struct ReceiptVerifier: Sendable {
    package let key: ReceiptKey
    private let publicKey: OpenSSLKey?
    /// The last signature that was right, and what it is over.
    private var lastRight: Signed?

    private struct Signed: Equatable {
        let signature: ReceiptSignature
        let text: [UInt8]
    }

    package init(_ key: ReceiptKey) {
        self.key = key
        publicKey = OpenSSLKey.publicKey(key.bytes)
    }

    /// Whether the receipt names the key and was signed with it. Anything that goes wrong is a no.
    package mutating func isGenuine(_ receipt: Receipt) -> Bool {
        guard receipt.statement.key == key, let text = receipt.signedText else { return false }
        let signed = Signed(signature: receipt.signature, text: text)
        if signed == lastRight { return true }
        guard let publicKey, publicKey.verify(signed.signature.bytes, of: text) else { return false }
        lastRight = signed
        return true
    }
}

extension Receipt {
    /// Whether the key that the receipt names has signed it. Whose key that is, is another question.
    package var isGenuine: Bool {
        var verifier = ReceiptVerifier(statement.key)
        return verifier.isGenuine(self)
    }

    /// What the signature has to be over: the statement, or the last pair on the way that the proof tells.
    ///
    /// - Returns: nil when OpenSSL has no memory.
    fileprivate var signedText: [UInt8]? {
        var text = statement.bytes
        for step in proof.steps {
            guard let digest = ContentHasher.digest(of: text) else { return nil }
            text = step.pair(with: digest)
        }
        return text
    }
}
