import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Receipts of recordings that were uploaded together, as the real client exports them: checked with the commands that
/// docs/PROTOCOL.md gives, and by verify-receipt.
@Suite("Receipts that share a signature")
struct SharedSignatureTests {
    private let client: TestClient
    private let server: TestServer
    /// Every receipt, with the path of its recording.
    private let receipts: [(receipt: Receipt, recording: String)]

    private static let count = 32

    init() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        // The same name in each folder: what tells the exported files apart mustn't be what they share.
        for number in 0..<Self.count { try client.record(Self.content(number), as: "cam\(number)/clip.mp4") }
        #expect(try client.pass().status == 0)
        let folder = client.scratch.path("receipts")
        let state = client.scratch.path("state")
        let ended = try RunningProgram.run(Binaries.client, ["receipts", "--export", folder, "--state", state])
        #expect(ended.status == 0, "\(ended.error)")
        receipts = try FileManager.default.contentsOfDirectory(atPath: folder).map { name in
            let receipt = try Receipt(text: Array(Data(contentsOf: URL(filePath: "\(folder)/\(name)"))))
            return (receipt, client.card + "/" + receipt.statement.path.description)
        }
        self.server = server
        self.client = client
    }

    private static func content(_ number: Int) -> [UInt8] { Array("recording \(number)".utf8) }

    /// The one that has the longest way to what was signed.
    private func deepest() throws -> (receipt: Receipt, recording: String) {
        let deepest = try #require(receipts.max { $0.receipt.proof.steps.count < $1.receipt.proof.steps.count })
        try #require(deepest.receipt.proof.steps.count >= 2, "nothing was committed together")
        return deepest
    }

    /// Whether a text is taken for a receipt of the recording: by the commands of the document, and by verify-receipt.
    private func check(_ text: String, _ recording: String, _ key: ReceiptKey) throws -> (openssl: Bool, client: Bool) {
        try client.scratch.write(text, to: "some.receipt")
        let path = client.scratch.path("some.receipt")
        let ended = try RunningProgram.run(
            Binaries.client, ["verify-receipt", path, recording, "--key", key.description])
        #expect([0, 65].contains(ended.status), "\(ended.error)")
        return (try DocumentedCheck.run(receipt: path, file: recording, key: key), ended.status == 0)
    }

    @Test("each is exported, genuine, and right by openssl alone")
    func right() throws {
        #expect(Set(receipts.map(\.receipt.statement.path)).count == Self.count)
        #expect(receipts.allSatisfy { $0.receipt.isGenuine })
        let deepest = try deepest()
        let signature = deepest.receipt.signature
        let shared = receipts.filter { $0.receipt.signature == signature }
        #expect(shared.count > 2)
        _ = try server.logLine(with: " receipt-key key=\(deepest.receipt.statement.key)")
        for (receipt, recording) in shared.prefix(3) + [deepest] {
            let text = String(decoding: receipt.text, as: UTF8.self)
            #expect(try check(text, recording, receipt.statement.key) == (true, true))
        }
    }

    @Test("one is wrong for another recording that was signed with it")
    func otherRecording() throws {
        let (receipt, recording) = try deepest()
        let other = try #require(
            receipts.first { $0.receipt.signature == receipt.signature && $0.recording != recording })
        let text = String(decoding: receipt.text, as: UTF8.self)
        #expect(try check(text, other.recording, receipt.statement.key) == (false, false))
    }

    @Test("anything altered in a proof, or in what it proves, makes it wrong")
    func altered() throws {
        let (receipt, recording) = try deepest()
        let key = receipt.statement.key
        for altered in try alterations(of: receipt) {
            #expect(Array(altered.utf8) != receipt.text)
            #expect(try check(altered, recording, key) == (false, false), "\(altered)")
        }
    }

    /// - Returns: texts that differ from the receipt's in a way that somebody might try.
    private func alterations(of receipt: Receipt) throws -> [String] {
        let lines = String(decoding: receipt.text, as: UTF8.self).split(separator: "\n").map(String.init)
        let first = 8
        let steps = first..<(lines.count - 1)
        let side = lines[first].hasPrefix("left") ? "left" : "right"
        let other = side == "left" ? "right" : "left"
        let stranger = try #require(
            receipts.first { $0.receipt.signature == receipt.signature && $0.receipt.proof != receipt.proof })
        let proofOfOther = stranger.receipt.proof.steps.map { "\($0.side): \($0.sibling)" }
        func with(_ change: (inout [String]) -> Void) -> String {
            var changed = lines
            change(&changed)
            return changed.joined(separator: "\n") + "\n"
        }
        return [
            with { $0[first] = $0[first].replacing(side, with: other) },
            with { $0[first] = $0[first].replacing(side, with: "above") },
            with { $0[first] = $0[first].replacing(": ", with: ":  ") },
            with { $0[first] = $0[first].replacing(": ", with: ":") },
            with { $0[first] = $0[first] + " " },
            with { $0[first] = String($0[first].dropLast()) + ($0[first].hasSuffix("0") ? "1" : "0") },
            with { $0[first] = "\(side): " + $0[first].dropFirst(side.count + 2).uppercased() + "A" },
            with { $0.swapAt(first, first + 1) },
            with { $0.remove(at: first) },
            with { $0.remove(at: lines.count - 2) },
            with { $0.removeSubrange(steps) },
            with { $0.insert($0[first], at: first) },
            with { $0.insert("", at: first) },
            with { $0.replaceSubrange(steps, with: proofOfOther) },
            with { $0[4] = "size: 99" },
            with { $0[5] = "sha256: " + String(repeating: "0", count: 64) },
            with { $0[6] += "0" },
            with { $0[lines.count - 1] = "signature: " + String(repeating: "A", count: 86) + "==" },
        ]
    }
}
