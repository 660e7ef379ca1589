import Domain
import Foundation
import Testing
import Transport
import Wire

/// Receipts of one signature: what it covers, and that it covers nothing else.
@Suite("Receipts that were signed together")
struct ReceiptTreeTests {
    private let signer: ReceiptSigner

    init() throws {
        signer = try #require(ReceiptSigner.make())
    }

    private func statements(_ count: Int, by signer: ReceiptSigner? = nil) throws -> [ReceiptStatement] {
        try (0..<count).map { index in
            let content = Array("recording \(index)".utf8)
            return try ReceiptStatement(
                key: (signer ?? self.signer).key, user: "camera", path: RemotePath(Array("cam/\(index)".utf8)),
                size: UInt64(content.count), digest: #require(ContentHasher.digest(of: content)), time: 1_700_000_000)
        }
    }

    private func receipts(_ count: Int) throws -> [Receipt] {
        try #require(try signer.sign(statements(count)))
    }

    private func with(
        _ receipt: Receipt, statement: ReceiptStatement? = nil, signature: ReceiptSignature? = nil,
        steps: [ReceiptProof.Step]? = nil
    ) throws -> Receipt {
        Receipt(
            statement: statement ?? receipt.statement, signature: signature ?? receipt.signature,
            proof: try #require(ReceiptProof(steps ?? receipt.proof.steps)))
    }

    @Test(
        "are all genuine, share the signature and prove each another statement",
        arguments: Array(1...9) + [16, 17, 31, 64, 65])
    func genuine(_ count: Int) throws {
        let receipts = try receipts(count)
        #expect(receipts.map(\.statement) == (try statements(count)))
        #expect(receipts.allSatisfy { $0.isGenuine })
        #expect(Set(receipts.map(\.signature)).count == 1)
        #expect(Set(receipts.map(\.proof)).count == count)
        let depth = (count - 1).bitWidth - (count - 1).leadingZeroBitCount
        #expect(receipts.map(\.proof.steps.count).max() == depth)
        for receipt in receipts {
            #expect(try Receipt(text: receipt.text).isGenuine)
            #expect(ReceiptStamp(receipt.stamp.bytes) == receipt.stamp)
        }
    }

    @Test("of a single statement: the statement itself is signed")
    func single() throws {
        let receipt = try #require(try receipts(1).first)
        #expect(receipt.proof.steps.isEmpty)
        #expect(receipt.signature == signer.sign(receipt.statement.bytes))
        #expect(receipt.stamp.bytes.count == 72)
        #expect(signer.sign([]) == [])
    }

    @Test(
        "the odd one at the end of a level goes up without a step", arguments: [(3, 1), (5, 1), (6, 2), (7, 2), (9, 1)])
    func promoted(_ count: Int, _ steps: Int) throws {
        let last = try #require(try receipts(count).last)
        #expect(last.proof.steps.count == steps)
        #expect(last.proof.steps.allSatisfy { $0.side == .left })
    }

    @Test("are no more than sixteen steps can tell apart")
    func most() throws {
        let statement = try #require(try statements(1).first)
        #expect(signer.sign([ReceiptStatement](repeating: statement, count: 65_537)) == nil)
    }

    @Test("no byte of what travels or of the text can be changed", arguments: [1, 3])
    func flipped(_ count: Int) throws {
        for receipt in try receipts(count) {
            let stamp = receipt.stamp.bytes
            for index in stamp.indices {
                var bytes = stamp
                bytes[index] ^= 1 << (index % 8)
                guard let other = ReceiptStamp(bytes) else { continue }
                let statement = receipt.statement
                let confirmation = try Confirmation(
                    size: statement.size, digest: statement.digest, fileTag: .unstated, path: statement.path,
                    receipt: other)
                #expect(Receipt(confirmation, user: statement.user, key: statement.key)?.isGenuine == false)
            }
            for index in receipt.text.indices {
                var bytes = receipt.text
                bytes[index] ^= 1 << (index % 8)
                if let other = try? Receipt(text: bytes) { #expect(!other.isGenuine) }
            }
        }
    }

    @Test("a sibling doesn't stand on the other side")
    func otherSide() throws {
        for receipt in try receipts(5) {
            for index in receipt.proof.steps.indices {
                var steps = receipt.proof.steps
                steps[index] = ReceiptProof.Step(steps[index].side == .left ? .right : .left, steps[index].sibling)
                #expect(try !with(receipt, steps: steps).isGenuine)
            }
        }
    }

    @Test("the proof of another statement proves nothing, nor does a part of the own one, or more than it")
    func otherProofs() throws {
        let receipts = try receipts(6)
        for (index, receipt) in receipts.enumerated() {
            for (other, proof) in receipts.map(\.proof).enumerated() where other != index {
                #expect(try !with(receipt, steps: proof.steps).isGenuine)
            }
            let steps = receipt.proof.steps
            #expect(try !with(receipt, steps: Array(steps.dropLast())).isGenuine)
            #expect(try !with(receipt, steps: Array(steps.dropFirst())).isGenuine)
            #expect(try !with(receipt, steps: steps + steps.prefix(1)).isGenuine)
            if steps.count > 1 { #expect(try !with(receipt, steps: steps.reversed()).isGenuine) }
            #expect(try !with(receipt, statement: statements(7)[6]).isGenuine)
        }
    }

    @Test("a pair isn't a statement, and a statement not a pair")
    func kinds() throws {
        let receipts = try receipts(2)
        let digests = try receipts.map { try #require(ContentHasher.digest(of: $0.statement.bytes)) }
        let pair = ReceiptProof.pair(digests[0], digests[1])
        #expect(signer.key.verifies(receipts[0].signature, pair))
        let signature = receipts[0].text.suffix(receipts[0].text.count - receipts[0].statement.bytes.count - 72)
        #expect(throws: Receipt.Flaw.notAReceipt) { try Receipt(text: pair + signature) }
        // Whoever has the signature of a pair of pairs can't leave a step out, as if a pair were what a step starts from.
        let four = try self.receipts(4)
        let inner = ReceiptProof.pair(
            try #require(ContentHasher.digest(of: four[0].statement.bytes)),
            try #require(ContentHasher.digest(of: four[1].statement.bytes)))
        let right = try #require(four[0].proof.steps.last)
        let outer = right.pair(with: try #require(ContentHasher.digest(of: inner)))
        #expect(signer.key.verifies(four[0].signature, outer))
        #expect(throws: Receipt.Flaw.notAReceipt) {
            try Receipt(text: inner + Array("right: \(right.sibling)\n".utf8) + four[0].text.suffix(100))
        }
    }
}

/// `receipts.txt` was made by another program.
@Suite("Receipts of the vectors")
struct ReceiptVectorTests {
    /// The texts of the good ones, by name.
    private let texts: [String: [UInt8]]

    init() throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        let file = tests.appendingPathComponent("WireTests/vectors/receipts.txt")
        let blocks = try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n\n")
        let good = blocks.filter { $0.contains("\nexpect: ok") }
        texts = Dictionary(
            uniqueKeysWithValues: good.map { (Self.field("name", $0), Self.bytes(Self.field("text", $0))) })
    }

    /// A value, with the lines that go on with it.
    private static func field(_ name: String, _ block: String) -> String {
        let start = block.hasPrefix("\(name): ") ? block : block.components(separatedBy: "\n\(name): ").last ?? ""
        let lines = start.split(separator: "\n")
        let more = lines.dropFirst().prefix { $0.hasPrefix(" ") }
        return (lines.prefix(1) + more).joined().replacing("\(name): ", with: "")
    }

    private static func bytes(_ hexadecimal: String) -> [UInt8] {
        let digits = hexadecimal.compactMap(\.hexDigitValue)
        return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
    }

    @Test("are genuine")
    func genuine() throws {
        let receipts = try texts.mapValues { try Receipt(text: $0) }
        #expect(receipts.values.count { !$0.proof.steps.isEmpty } == 8)
        for (name, receipt) in receipts { #expect(receipt.isGenuine, "\(name)") }
    }

    @Test("are what the same key makes of the same statements")
    func signing() throws {
        let seed = Self.bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
        // PKCS #8 of an Ed25519 key (RFC 8410, 7), and its seed.
        let der = Data(Self.bytes("302e020100300506032b657004220420") + seed).base64EncodedString()
        let kind = "PRIVATE" + " KEY"
        let pem = "-----BEGIN \(kind)-----\n\(der)\n-----END \(kind)-----\n"
        let signer = try #require(ReceiptSigner(pem: Array(pem.utf8)))
        let last = "receipt, the last of three, which has no sibling at first"
        for names in [
            ["receipt"], ["receipt, the first of two", "receipt, the second of two"],
            ["receipt, the first of three", "receipt, the second of three", last],
        ] {
            let receipts = try names.map { try Receipt(text: #require(texts[$0])) }
            #expect(signer.sign(receipts.map(\.statement)) == receipts)
        }
    }
}

@Suite("Verifying many receipts")
struct ReceiptVerifierTests {
    private let signer: ReceiptSigner
    private let receipts: [Receipt]

    init() throws {
        signer = try #require(ReceiptSigner.make())
        let key = signer.key
        let statements = try (0..<4).map { index in
            try ReceiptStatement(
                key: key, user: "camera", path: RemotePath([0x61]), size: UInt64(index),
                digest: #require(ContentHasher.digest(of: [UInt8(index)])), time: 7)
        }
        receipts = try #require(signer.sign(statements))
    }

    /// An expectation can't change a value.
    private final class Verifier {
        private var verifier: ReceiptVerifier

        init(_ key: ReceiptKey) {
            verifier = ReceiptVerifier(key)
        }

        func takes(_ receipt: Receipt) -> Bool { verifier.isGenuine(receipt) }
    }

    @Test("takes those of one signature and of several, in any order, more than once")
    func right() throws {
        let verifier = Verifier(signer.key)
        let others = try #require(signer.sign(Array(receipts.map(\.statement).prefix(3))))
        for receipt in receipts + others + receipts.reversed() + [others[0], receipts[0], others[1]] {
            #expect(verifier.takes(receipt))
        }
    }

    @Test("refuses a forged one also behind a good one with the same signature, and takes good ones after it")
    func forged() throws {
        let verifier = Verifier(signer.key)
        let statement = receipts[0].statement
        let other = try ReceiptStatement(
            key: signer.key, user: "camera", path: RemotePath([0x62]), size: statement.size, digest: statement.digest,
            time: 7)
        for receipt in receipts {
            #expect(verifier.takes(receipt))
            let forged = Receipt(statement: other, signature: receipt.signature, proof: receipt.proof)
            let swapped = Receipt(
                statement: receipt.statement, signature: receipt.signature, proof: receipts[1].proof)
            #expect(!verifier.takes(forged))
            #expect(verifier.takes(swapped) == (receipt == receipts[1]))
            #expect(!verifier.takes(Receipt(statement: receipt.statement, signature: receipt.signature)))
            #expect(verifier.takes(receipt))
        }
    }

    @Test("is never led astray by what it has learned from good ones")
    func learned() throws {
        let receipts = try #require(
            signer.sign(Array(repeating: receipts, count: 2).flatMap { $0.map(\.statement) }.dropLast()))
        let verifier = Verifier(signer.key)
        #expect(receipts.allSatisfy { verifier.takes($0) })
        for receipt in receipts {
            let stamp = receipt.stamp.bytes
            for index in stamp.indices {
                var bytes = stamp
                bytes[index] ^= 1 << (index % 8)
                guard let other = ReceiptStamp(bytes) else { continue }
                let forged = Receipt(statement: receipt.statement, signature: other.signature, proof: other.proof)
                // The time is in the statement.
                #expect(verifier.takes(forged) == (index < 8))
            }
            for proof in receipts.map(\.proof) + [ReceiptProof()] {
                let moved = Receipt(statement: receipt.statement, signature: receipt.signature, proof: proof)
                #expect(verifier.takes(moved) == moved.isGenuine)
            }
        }
    }

    @Test("takes none of another key, however good, and none under a key that is none")
    func otherKey() throws {
        let other = try #require(ReceiptSigner.make())
        let verifier = Verifier(other.key)
        #expect(receipts.allSatisfy { $0.isGenuine && !verifier.takes($0) })
        let nobody = try #require(ReceiptKey([UInt8](repeating: 0xFF, count: 32)))
        let statement = receipts[0].statement
        let forged = try ReceiptStatement(
            key: nobody, user: statement.user, path: statement.path, size: statement.size, digest: statement.digest,
            time: statement.time)
        #expect(!Verifier(nobody).takes(Receipt(statement: forged, signature: receipts[0].signature)))
    }
}
