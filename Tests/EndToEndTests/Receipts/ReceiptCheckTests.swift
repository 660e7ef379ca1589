import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Receipts of a real server, checked with the commands that docs/PROTOCOL.md gives, as they stand there.
@Suite("Receipts and openssl")
struct ReceiptCheckTests {
    private let scratch: ScratchFolder
    private let server: TestServer
    private let receipt: Receipt

    init() throws {
        scratch = try ScratchFolder("receipts")
        server = try TestServer()
        let content = Array("a recording".utf8)
        receipt = try server.receipt(for: content, at: "2024/käm 100%/clip.mp4")
        try scratch.write(receipt.text, to: "clip.receipt")
        try scratch.write(content, to: "clip one.mp4")
    }

    @Test("a receipt is right by openssl alone")
    func right() throws {
        let text = try scratch.text(of: "clip.receipt")
        #expect(text.contains("path: 2024/k%C3%A4m%20100%25/clip.mp4\n"))
        #expect(text.contains("user: \(Fixtures.user)\n"))
        #expect(try check(key: receipt.statement.key))
    }

    @Test(
        "anything altered in it makes it wrong",
        arguments: [
            ("camera", "phone"), ("clip", "clap"), ("size: 11", "size: 12"), ("time: ", "time: 1"),
            ("auto-upload-receipt/1", "auto-upload-receipt/2"), ("signature: ", "signature: AAAA"),
        ])
    func altered(_ old: String, _ new: String) throws {
        let text = try scratch.text(of: "clip.receipt")
        let altered = text.replacing(old, with: new)
        #expect(altered != text)
        try scratch.write(altered, to: "clip.receipt")
        #expect(try !check(key: receipt.statement.key))
    }

    /// Something in a statement that a reader must refuse, though it is signed: docs/PROTOCOL.md, 10.4.
    static let forms: [(old: String, new: String)] = [
        ("receipt/1", "receipt/2"), ("receipt/1", "receipt/3"), ("size: 5", "size: 05"), ("size: 5", "size: +5"),
        ("size: 5", "size: 9223372036854775808"), ("time: 7", "time: -0"), ("time: 7", "time: 07"),
        ("time: 7", "time: 9223372036854775808"), ("time: 7\n", "time: 7\nnonce: 00\n"), ("time: 7\n", "time: 7\n\n"),
        ("user: camera\n", ""), ("camera", ""), ("camera", String(repeating: "x", count: 65)), ("camera", "%FF"),
        ("camera", "%ED%A0%80"), ("camera", "%c3%a4"), ("camera", "%41"), ("a/b", "/a"), ("a/b", "a//b"),
        ("a/b", "../b"),
        ("a/b", "a/.Auto-Upload"), ("a/b", "%00"), ("a/b", "%2F"), ("a/b", String(repeating: "a", count: 256)),
        ("a/b", "a b"), ("a/b", "a%2"), ("key: ", "key:  "), ("sha256: ", "sha256: 0"),
    ]

    @Test("what isn't in the one form that there is, is refused, by the commands and by us, though it is signed")
    func formed() throws {
        let signer = try #require(ReceiptSigner.make())
        let content = Array("hello".utf8)
        try scratch.write(content, to: "clip one.mp4")
        let statement = try ReceiptStatement(
            key: signer.key, user: "camera", path: RemotePath(Array("a/b".utf8)), size: 5,
            digest: #require(ContentHasher.digest(of: content)), time: 7)
        let good = String(decoding: statement.bytes, as: UTF8.self)
        let bound = try ReceiptStatement(
            key: signer.key, user: "camera", path: RemotePath(Array("a/b".utf8)), size: 5, digest: statement.digest,
            time: .min, nonce: ReceiptNonce([UInt8](repeating: 7, count: 32)))
        for text in [good, String(decoding: bound.bytes, as: UTF8.self)] {
            #expect(try isTaken(text, signer) == [true, true], "\(text)")
        }
        for form in Self.forms {
            let text = good.replacing(form.old, with: form.new)
            try #require(text != good)
            #expect(try isTaken(text, signer) == [false, false], "\(text)")
        }
    }

    /// Whether the document's commands take a statement that is signed as it stands, and whether we do.
    private func isTaken(_ statement: String, _ signer: ReceiptSigner) throws -> [Bool] {
        let signature = try #require(signer.sign(Array(statement.utf8)))
        let text = Array("\(statement)signature: \(Data(signature.bytes).base64EncodedString())\n".utf8)
        try scratch.write(text, to: "clip.receipt")
        return [try check(key: signer.key), (try? Receipt(text: text))?.isGenuine == true]
    }

    @Test("it is wrong for another file, and by another key")
    func otherFile() throws {
        let other = try #require(ReceiptSigner.make())
        #expect(try !check(key: other.key))
        try scratch.write("another recording", to: "clip one.mp4")
        #expect(try !check(key: receipt.statement.key))
    }

    @Test("the key's file gives the same key")
    func keyFile() throws {
        let path = server.site.storage + "/.auto-upload/receipt-key.pem"
        let shown = try RunningProgram.run(
            "/usr/bin/env", ["openssl", "pkey", "-in", path, "-pubout", "-outform", "DER", "-out", scratch.path("der")])
        #expect(shown.status == 0, "\(shown.error)")
        #expect(Array(try scratch.bytes(of: "der").suffix(32)) == receipt.statement.key.bytes)
        _ = try server.logLine(with: " receipt-key key=\(receipt.statement.key)")
    }

    /// Runs the document's commands.
    private func check(key: ReceiptKey) throws -> Bool {
        try DocumentedCheck.run(
            receipt: scratch.path("clip.receipt"), file: scratch.path("clip one.mp4"), key: key)
    }
}

/// The commands by which docs/PROTOCOL.md has a receipt checked.
enum DocumentedCheck {
    static func run(receipt: String, file: String, key: ReceiptKey) throws -> Bool {
        let folder = try ScratchFolder("check")
        let ended = try RunningProgram.run(
            "/bin/sh", ["-c", try commands()],
            environment: ["receipt": receipt, "file": file, "key": key.description], folder: folder.path)
        #expect((ended.status == 0) == ended.output.hasSuffix("the receipt is right\n"), "\(ended)")
        return ended.status == 0
    }

    private static func commands() throws -> String {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let text = try String(contentsOf: root.appendingPathComponent("docs/PROTOCOL.md"), encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### 10.5 ").last)
        let block = try #require(section.components(separatedBy: "```sh\n").dropFirst().first)
        return try #require(block.components(separatedBy: "```").first)
    }
}

extension TestServer {
    /// Uploads a file.
    ///
    /// - Returns: what the server has signed.
    func receipt(for content: [UInt8], at path: String) throws -> Receipt {
        let client = try connect()
        let key = try #require(try client.greetAndLogIn().receiptKey)
        guard case .stored(_, let confirmation, _) = try client.upload(content, to: path) else {
            throw Failure("not stored")
        }
        return try #require(Receipt(confirmation, user: Fixtures.user, key: key))
    }
}

extension ProtocolClient {
    func greetAndLogIn() throws -> Welcome {
        let welcome = try greet()
        let password = Credential(Array(Fixtures.password.utf8))
        try send(.authenticate(Authenticate(user: Fixtures.user, password: password)))
        guard case .granted = try answer(seconds: 180) else { throw Failure("the login wasn't granted") }
        return welcome
    }
}
