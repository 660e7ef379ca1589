package import Domain

extension ReceiptKey {
    /// Whether the signature of the message was made with the private part of this key.
    package func verifies(_ signature: ReceiptSignature, _ message: [UInt8]) -> Bool {
        OpenSSLKey.publicKey(bytes)?.verify(signature.bytes, of: message) ?? false
    }

    /// Whether this key is the newest of `predecessors`' line, or leads to it: each key on the way has signed the next.
    ///
    /// - Parameters:
    ///   - newest: the key that a server states now.
    ///   - predecessors: those before it, newest first, as in `welcome`.
    package func leads(to newest: ReceiptKey, over predecessors: [ReceiptPredecessor]) -> Bool {
        var next = newest
        for predecessor in predecessors {
            if next == self { return true }
            let statement = ReceiptPredecessor.statement(from: predecessor.key, to: next)
            guard predecessor.key.verifies(predecessor.signature, statement) else { return false }
            next = predecessor.key
        }
        return next == self
    }
}
