/// How one of several statements that were signed together leads to what was signed: the way up a Merkle tree. Without any
/// step the statement itself was signed.
package struct ReceiptProof: Hashable, Sendable {
    /// From the text so far to that of a pair.
    package struct Step: Hashable, Sendable {
        /// Where the other one of the pair stands.
        package enum Side: UInt8, Hashable, Sendable, CaseIterable {
            case left = 0
            case right = 1
        }

        package let side: Side
        /// The SHA-256 of the other one's text.
        package let sibling: ContentDigest

        package init(_ side: Side, _ sibling: ContentDigest) {
            self.side = side
            self.sibling = sibling
        }
    }

    /// Steps from a statement to what was signed.
    package static let maximumSteps = 16

    /// From the statement up; at most 16.
    package let steps: [Step]

    /// Of a statement that was signed by itself.
    package init() {
        steps = []
    }

    /// Fails when there are too many.
    package init?(_ steps: [Step]) {
        guard steps.count <= Self.maximumSteps else { return nil }
        self.steps = steps
    }
}

// MARK: - What is hashed

extension ReceiptProof {
    /// The text that stands for two: its hash goes further up, or its signature covers both. Its first line keeps it apart
    /// from a statement.
    ///
    /// - Parameters:
    ///   - left: the SHA-256 of one text.
    ///   - right: that of the other.
    package static func pair(_ left: ContentDigest, _ right: ContentDigest) -> [UInt8] {
        var text = pairHeading
        text.reserveCapacity(text.count + 2 * (2 * ContentDigest.byteCount + 8))
        text += leftName
        left.writeHexadecimal(to: &text)
        text += rightName
        right.writeHexadecimal(to: &text)
        text.append(UInt8(ascii: "\n"))
        return text
    }

    private static let pairHeading = Array("auto-upload-receipt-pair/1\n".utf8)
    private static let leftName = Array("left: ".utf8)
    private static let rightName = Array("\nright: ".utf8)
}

extension ReceiptProof.Step {
    /// The pair that a text and its sibling make.
    ///
    /// - Parameter digest: the SHA-256 of the text so far.
    package func pair(with digest: ContentDigest) -> [UInt8] {
        switch side {
        case .left: ReceiptProof.pair(sibling, digest)
        case .right: ReceiptProof.pair(digest, sibling)
        }
    }

    /// As a line of a receipt's file.
    var line: String { "\(side): \(sibling)\n" }
}
