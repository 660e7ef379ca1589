package import Wire

/// Finds out whether receipts were signed with one key. Those that were signed together cost one verification, when they
/// come one after the other.
package struct ReceiptVerifier: Sendable {
    package let key: ReceiptKey
    private let publicKey: OpenSSLKey?
    /// What the last signature that was right covers, as far as that is known.
    private var covered = Covered()

    private struct Covered {
        var signature: ReceiptSignature?
        /// The hashes of texts, and the steps from each to what was signed.
        var ways: [ContentDigest: [ReceiptProof.Step]] = [:]

        /// Of more statements than are ever signed together; each is below a KiB.
        private static let mostWays = 4096

        /// Notes what stands beside the way from a receipt to what was signed: with a step's other side the same pair is made.
        mutating func note(besides way: some Sequence<ContentDigest>, _ steps: [ReceiptProof.Step]) {
            // There may be keys that sign everything with the same signature.
            if ways.count >= Self.mostWays { ways = [:] }
            for (index, (digest, step)) in zip(way, steps).enumerated() {
                ways[step.sibling] = [ReceiptProof.Step(step.side.opposite, digest)] + steps[(index + 1)...]
            }
        }
    }

    package init(_ key: ReceiptKey) {
        self.key = key
        publicKey = OpenSSLKey.publicKey(key.bytes)
    }

    /// Whether the receipt names the key and was signed with it. Anything that goes wrong is a no.
    package mutating func isGenuine(_ receipt: Receipt) -> Bool {
        guard receipt.statement.key == key else { return false }
        let isSameSignature = covered.signature == receipt.signature
        let steps = receipt.proof.steps
        var text = receipt.statement.bytes
        var way: [ContentDigest] = []
        for (index, step) in steps.enumerated() {
            guard let digest = ContentHasher.digest(of: text) else { return false }
            way.append(digest)
            if isSameSignature, covered.ways[digest]?.elementsEqual(steps[index...]) == true {
                covered.note(besides: way.dropLast(), steps)
                return true
            }
            text = step.pair(with: digest)
        }
        guard let publicKey, publicKey.verify(receipt.signature.bytes, of: text) else { return false }
        if !isSameSignature { covered = Covered(signature: receipt.signature) }
        covered.note(besides: way, steps)
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
