package import Domain

/// Finds out whether receipts were signed with one key. Those that were signed together cost one verification, when they
/// come one after the other.
package struct ReceiptVerifier: Sendable {
    package let key: ReceiptKey
    private let publicKey: OpenSSLKey?
    /// That of the last receipt that was right.
    private var known: Way?

    /// How a statement leads to what was signed.
    private struct Way {
        let signature: ReceiptSignature
        /// The SHA-256 of each text on the way, from the statement up; that of the last, which was signed, is left out.
        var digests: [ContentDigest]
        let steps: [ReceiptProof.Step]

        /// The digests from here on up, if this way leads over a text with this digest, or over the one beside it: then the two
        /// make the same pair.
        ///
        /// - Parameters:
        ///   - digest: of a text that is on another way.
        ///   - rest: the steps from there on.
        func joined(by digest: ContentDigest, _ rest: ArraySlice<ReceiptProof.Step>) -> ArraySlice<ContentDigest>? {
            let index = steps.count - rest.count
            guard digests.indices.contains(index), let step = rest.first else { return nil }
            let (ours, ourStep) = (digests[index], steps[index])
            let isSame = digest == ours && step == ourStep
            let isBeside = digest == ourStep.sibling && step == ReceiptProof.Step(ourStep.side.opposite, ours)
            guard isSame || isBeside, rest.dropFirst().elementsEqual(steps[(index + 1)...]) else { return nil }
            return digests[(index + 1)...]
        }
    }

    package init(_ key: ReceiptKey) {
        self.key = key
        publicKey = OpenSSLKey.publicKey(key.bytes)
    }

    /// Whether the receipt names the key and was signed with it. Anything that goes wrong is a no.
    package mutating func isGenuine(_ receipt: Receipt) -> Bool {
        guard receipt.statement.key == key else { return false }
        let known = known.flatMap { $0.signature == receipt.signature ? $0 : nil }
        let steps = receipt.proof.steps
        var text = receipt.statement.bytes
        var way = Way(signature: receipt.signature, digests: [], steps: steps)
        for (index, step) in steps.enumerated() {
            guard let digest = ContentHasher.digest(of: text) else { return false }
            way.digests.append(digest)
            if let rest = known?.joined(by: digest, steps[index...]) {
                way.digests += rest
                self.known = way
                return true
            }
            text = step.pair(with: digest)
        }
        guard let publicKey, publicKey.verify(receipt.signature.bytes, of: text) else { return false }
        self.known = way
        return true
    }
}

extension Receipt {
    /// Whether the key that the receipt names has signed it. Whose key that is, is another question.
    package var isGenuine: Bool {
        var verifier = ReceiptVerifier(statement.key)
        return verifier.isGenuine(self)
    }
}

extension ReceiptProof.Step.Side {
    fileprivate var opposite: Self { self == .left ? .right : .left }
}
