import Domain
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Ed25519 by the vectors of RFC 8032, section 7.1, and receipts signed with it.
@Suite struct SignatureTests {
    struct Example: CustomTestStringConvertible {
        let testDescription: String
        let publicKey: String
        let message: [UInt8]
        let signature: String
    }

    static let examples = [
        Example(
            testDescription: "test 1", publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
            message: [],
            signature:
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46b"
                + "d25bf5f0595bbe24655141438e7a100b"),
        Example(
            testDescription: "test 2", publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
            message: [0x72],
            signature:
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c"
                + "387b2eaeb4302aeeb00d291612bb0c00"),
        Example(
            testDescription: "test 3", publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
            message: [0xaf, 0x82],
            signature:
                "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc659"
                + "4a7c15e9716ed28dc027beceea1ec40a"),
    ]

    @Test("the signatures of the RFC are right, and no others", arguments: examples)
    func verifying(_ example: Example) throws {
        let key = try #require(ReceiptKey(hex: example.publicKey))
        let signature = try #require(ReceiptSignature(hex: example.signature))
        #expect(key.verifies(signature, example.message))
        #expect(!key.verifies(signature, example.message + [0]))
        for index in 0..<ReceiptSignature.byteCount {
            var bytes = signature.bytes
            bytes[index] ^= 0x40
            #expect(!key.verifies(try #require(ReceiptSignature(bytes)), example.message))
        }
    }

    @Test("bytes that are no key verify nothing", arguments: [0x00, 0x02, 0xFF] as [UInt8])
    func noKey(_ byte: UInt8) throws {
        let key = try #require(ReceiptKey([UInt8](repeating: byte, count: 32)))
        let signature = try #require(ReceiptSignature(hex: Self.examples[0].signature))
        #expect(!key.verifies(signature, []))
    }

    @Test("a new key signs what its public part verifies, and no other key does")
    func signing() throws {
        let (signer, other) = (try #require(ReceiptSigner.make()), try #require(ReceiptSigner.make()))
        #expect(signer.key != other.key)
        let message = Array("message".utf8)
        let signature = try #require(signer.sign(message))
        #expect(signer.sign(message) == signature)
        #expect(signer.key.verifies(signature, message))
        #expect(!other.key.verifies(signature, message))
        #expect(!signer.key.verifies(signature, Array("massage".utf8)))
    }

    @Test("a key is the same after it was written and read")
    func pem() throws {
        let signer = try #require(ReceiptSigner.make())
        let pem = try #require(signer.pem())
        let again = try #require(ReceiptSigner(pem: pem))
        #expect(again.key == signer.key)
        #expect(again.sign([1, 2, 3]) == signer.sign([1, 2, 3]))
        #expect(ReceiptSigner(pem: Array("# a comment\n\n".utf8) + pem)?.key == signer.key)
    }

    @Test("what is no Ed25519 key isn't taken, and nobody is asked for a passphrase")
    func badPEM() throws {
        let signer = try #require(ReceiptSigner.make())
        let pem = try #require(signer.pem())
        #expect(ReceiptSigner(pem: []) == nil)
        #expect(ReceiptSigner(pem: Array("nonsense".utf8)) == nil)
        for length in stride(from: 0, to: pem.count - 1, by: 3) {
            #expect(ReceiptSigner(pem: Array(pem.prefix(length))) == nil)
        }
        let scratch = try ScratchFolder("keys")
        for (name, options) in [
            ("ec.pem", ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
            ("ed448.pem", ["-algorithm", "ed448"]),
            ("locked.pem", ["-algorithm", "ed25519", "-aes256", "-pass", "pass:secret"]),
        ] {
            let made = try RunningProgram.run(
                "/usr/bin/env", ["openssl", "genpkey"] + options + ["-out", scratch.path(name)])
            try #require(made.status == 0, "\(made.error)")
            #expect(ReceiptSigner(pem: try scratch.bytes(of: name)) == nil, "\(name)")
        }
    }

    @Test("a key leads to those that it and its successors have signed, and to no others")
    func succession() throws {
        let signers = try (0..<4).map { _ in try #require(ReceiptSigner.make()) }
        let predecessors = try (0..<3).reversed().map { try #require(signers[$0].succession(to: signers[$0 + 1].key)) }
        let newest = signers[3].key
        for signer in signers { #expect(signer.key.leads(to: newest, over: predecessors)) }
        let stranger = try #require(ReceiptSigner.make())
        #expect(!stranger.key.leads(to: newest, over: predecessors))
        #expect(!signers[0].key.leads(to: newest, over: Array(predecessors.dropLast())))
        #expect(!signers[0].key.leads(to: newest, over: predecessors.reversed()))
        #expect(!signers[0].key.leads(to: stranger.key, over: predecessors))
        #expect(!signers[0].key.leads(to: newest, over: []))
        // A link that somebody else has signed breaks the chain there, not before it.
        let forged = ReceiptPredecessor(
            key: signers[1].key, signature: try #require(stranger.succession(to: signers[2].key)).signature)
        let broken = [predecessors[0], forged, predecessors[2]]
        #expect(signers[2].key.leads(to: newest, over: broken))
        #expect(!signers[1].key.leads(to: newest, over: broken))
        #expect(!signers[0].key.leads(to: newest, over: broken))
    }

    @Test("a receipt is genuine as long as nothing in it is altered")
    func receipts() throws {
        let signer = try #require(ReceiptSigner.make())
        let digest = try #require(ContentHasher.digest(of: [1]))
        let statement = try ReceiptStatement(
            key: signer.key, user: "camera", path: try RemotePath(Array("a/b".utf8)), size: 1, digest: digest, time: 7)
        let receipt = Receipt(statement: statement, signature: try #require(signer.sign(statement.bytes)))
        #expect(receipt.isGenuine)
        #expect(try Receipt(text: receipt.text).isGenuine)
        let text = String(decoding: receipt.text, as: UTF8.self)
        for (old, new) in [("camera", "cameras"), ("a/b", "a/c"), ("size: 1", "size: 2"), ("time: 7", "time: 8")] {
            let altered = try Receipt(text: Array(text.replacing(old, with: new).utf8))
            #expect(altered != receipt && !altered.isGenuine)
        }
    }
}
