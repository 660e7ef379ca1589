import Domain
import Wire

/// Statements that are signed together: a Merkle tree, whose top stands for them all.
struct ReceiptTree {
    /// What is signed: a pair's text; of a single statement, its own.
    let top: [UInt8]
    /// How each statement leads there, in their order.
    let proofs: [ReceiptProof]

    /// - Returns: nil when there are none, when there are more than 65,536, and when OpenSSL has no memory.
    init?(_ statements: [[UInt8]]) {
        guard statements.count <= 1 << ProtocolLimits.maximumProofSteps else { return nil }
        var level = statements
        var steps = [[ReceiptProof.Step]](repeating: [], count: statements.count)
        var height = 0
        while level.count > 1 {
            guard let digests = Self.digests(of: level) else { return nil }
            for leaf in steps.indices {
                if let step = Self.step(from: leaf >> height, digests) { steps[leaf].append(step) }
            }
            level = Self.above(level, digests)
            height += 1
        }
        let proofs = steps.compactMap { ReceiptProof($0) }
        guard let top = level.first, proofs.count == statements.count else { return nil }
        self.top = top
        self.proofs = proofs
    }

    private static func digests(of texts: [[UInt8]]) -> [ContentDigest]? {
        let digests = texts.compactMap { ContentHasher.digest(of: $0) }
        return digests.count == texts.count ? digests : nil
    }

    /// - Returns: nil for the odd one at the end, which goes up as it is.
    private static func step(from node: Int, _ digests: [ContentDigest]) -> ReceiptProof.Step? {
        let sibling = node ^ 1
        guard sibling < digests.count else { return nil }
        return ReceiptProof.Step(sibling < node ? .left : .right, digests[sibling])
    }

    private static func above(_ level: [[UInt8]], _ digests: [ContentDigest]) -> [[UInt8]] {
        stride(from: 0, to: level.count, by: 2).map { left in
            left + 1 < level.count ? ReceiptProof.pair(digests[left], digests[left + 1]) : level[left]
        }
    }
}
