import Domain
import TestSupport
import Testing

@Suite("Receipts")
struct ReceiptTests {
    static let good = Vector.of("receipts.txt").filter { $0.fields["expect"] == "ok" }
    static let bad = Vector.of("receipts.txt").filter { $0.fields["expect"] != "ok" }

    @Test("state what the vectors state", arguments: good)
    func statement(_ vector: Vector) throws {
        let receipt = try Self.receipt(of: vector)
        #expect(receipt.statement.bytes == (try vector.bytes("statement")))
        #expect(receipt.text == (try vector.bytes("text")))
    }

    /// Which text a step makes of a digest; the digests themselves are none of this module's business.
    @Test("step from pair to pair as the vectors say", arguments: good.filter { $0.fields["proof"] != nil })
    func pairs(_ vector: Vector) throws {
        let last = try #require(Self.receipt(of: vector).proof.steps.last)
        let signed = try vector.bytes("signed")
        let words = String(decoding: signed, as: UTF8.self).split { $0 == "\n" || $0 == " " }
        let digests = words.compactMap { ContentDigest(hex: $0) }
        try #require(digests.count == 2)
        #expect(ReceiptProof.pair(digests[0], digests[1]) == signed)
        let (sibling, other) = last.side == .left ? (digests[0], digests[1]) : (digests[1], digests[0])
        #expect(last.sibling == sibling)
        #expect(last.pair(with: other) == signed)
    }

    @Test("have sixteen steps at most")
    func proofs() throws {
        #expect(ReceiptProof([ReceiptProof.Step](repeating: try step(.left), count: 16))?.steps.count == 16)
        #expect(ReceiptProof([ReceiptProof.Step](repeating: try step(.left), count: 17)) == nil)
    }

    private func step(_ side: ReceiptProof.Step.Side) throws -> ReceiptProof.Step {
        ReceiptProof.Step(side, try #require(ContentDigest([UInt8](repeating: 0xAB, count: 32))))
    }

    @Test("read from their text, and write the same text", arguments: good)
    func reading(_ vector: Vector) throws {
        let text = try vector.bytes("text")
        #expect(try Receipt(text: text) == Self.receipt(of: vector))
        #expect(try Receipt(text: text).text == text)
    }

    @Test("aren't read from anything else", arguments: bad)
    func flaws(_ vector: Vector) throws {
        let text = try vector.bytes("text")
        do throws(Receipt.Flaw) {
            _ = try Receipt(text: text)
            Issue.record("it was taken")
        } catch {
            #expect(rendering(error) == (try vector.field("expect")))
            #expect(!error.description.isEmpty)
        }
    }

    @Test("are refused at every shorter length, and with any byte changed they say something else", arguments: good)
    func breaking(_ vector: Vector) throws {
        let text = try vector.bytes("text")
        let receipt = try Receipt(text: text)
        for length in text.indices {
            #expect(throws: Receipt.Flaw.self) { try Receipt(text: [UInt8](text.prefix(length))) }
        }
        for index in text.indices {
            // Of the long ones a bit of each byte, to be done some time.
            for bit in receipt.proof.steps.count > 2 ? index % 8...index % 8 : 0...7 {
                var broken = text
                broken[index] ^= 1 << bit
                if let other = try? Receipt(text: broken) { #expect(other != receipt && other.text == broken) }
            }
        }
    }

    @Test("are never larger than what is read")
    func longest() throws {
        let component = [UInt8](repeating: 0xFF, count: 255)
        let path = try RemotePath(components: Array(repeating: component, count: 16))
        let statement = try ReceiptStatement(
            key: try #require(ReceiptKey([UInt8](repeating: 0xFF, count: 32))), user: String(repeating: "é", count: 32),
            path: path, size: UInt64(Int64.max), digest: try #require(ContentDigest([UInt8](repeating: 0, count: 32))),
            time: .min, nonce: ReceiptNonce([UInt8](repeating: 0xFF, count: 32)))
        let signature = try #require(ReceiptSignature([UInt8](repeating: 0xFF, count: 64)))
        let proof = try #require(ReceiptProof([ReceiptProof.Step](repeating: try step(.right), count: 16)))
        let receipt = Receipt(statement: statement, signature: signature, proof: proof)
        #expect(receipt.text.count <= Receipt.maximumTextLength)
        #expect(try Receipt(text: receipt.text) == receipt)
    }

    @Test("hand over from key to key as the vectors say", arguments: Vector.of("successions.txt"))
    func succession(_ vector: Vector) throws {
        let old = try #require(ReceiptKey(hex: try vector.field("old")))
        let new = try #require(ReceiptKey(hex: try vector.field("new")))
        #expect(ReceiptPredecessor.statement(from: old, to: new) == (try vector.bytes("statement")))
    }

    private static func receipt(of vector: Vector) throws -> Receipt {
        let statement = try ReceiptStatement(
            key: try #require(ReceiptKey(hex: try vector.field("key"))), user: try vector.field("user"),
            path: try RemotePath(vector.bytes("path")), size: try #require(UInt64(try vector.field("size"))),
            digest: try #require(ContentDigest(hex: try vector.field("sha256"))),
            time: try #require(Int64(try vector.field("time"))),
            nonce: try vector.fields["nonce"].map { try #require(ReceiptNonce(hex: $0)) })
        return Receipt(
            statement: statement, signature: try #require(ReceiptSignature(try vector.bytes("signature"))),
            proof: try proof(of: vector))
    }

    /// Lines of a side and a digest; a vector without them has no proof.
    private static func proof(of vector: Vector) throws -> ReceiptProof {
        let steps = try (vector.fields["proof"] ?? "").split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            try #require(words.count == 2 && ["left", "right"].contains(words[0]))
            return ReceiptProof.Step(words[0] == "left" ? .left : .right, try #require(ContentDigest(hex: words[1])))
        }
        return try #require(ReceiptProof(steps))
    }

    private func rendering(_ flaw: Receipt.Flaw) -> String {
        switch flaw {
        case .notAReceipt: "notAReceipt"
        case .malformed(let name): "malformed \(name)"
        case .trailingBytes: "trailingBytes"
        }
    }
}
