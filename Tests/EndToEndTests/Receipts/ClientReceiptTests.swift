import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// Receipts from the side of those who keep them.
@Suite("Receipts of the client")
struct ClientReceiptTests {
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    private func run(_ arguments: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.client, arguments)
    }

    private var state: String { client.scratch.path("state") }

    /// Uploads recordings and exports their receipts.
    ///
    /// - Returns: the paths of the receipts, by the recording's name.
    private func export(_ recordings: [String: [UInt8]]) throws -> [String: String] {
        for (name, content) in recordings { try client.record(content, as: name) }
        #expect(try client.pass().status == 0)
        let folder = client.scratch.path("receipts")
        let ended = try run("receipts", "--export", folder, "--state", state)
        #expect(ended.status == 0, "\(ended.error)")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder)
        #expect(files.count == recordings.count)
        return try recordings.reduce(into: [:]) { found, recording in
            let last = recording.key.split(separator: "/").last.map(String.init) ?? ""
            found[recording.key] = folder + "/" + (try #require(files.first { $0.hasPrefix(last + ".") }))
        }
    }

    @Test("what was confirmed is listed, wiped or not, of one state and of all")
    func listing() throws {
        try client.record(Array("first".utf8), as: "sub/first.mp4")
        #expect(try client.pass("-d", "y").status == 0)
        try client.record(sample(100_000, seed: 2), as: "second\n.mp4")
        #expect(try client.pass().status == 0)
        #expect(try !client.recordings().keys.contains("sub/first.mp4"))
        let all = try run("receipts", "--state", state)
        let one = try run(
            "receipts", "--state", state, "-s", client.server, "-u", client.user, "-f", client.card)
        #expect(all.status == 0 && one.status == 0, "\(all.error)\(one.error)")
        #expect(all.output == one.output)
        let lines = all.output.split(separator: "\n")
        #expect(lines.count == 2)
        let digest = try #require(ContentHasher.digest(of: Array("first".utf8)))
        #expect(lines.contains { $0.contains("Z 5 \(digest) sub/first.mp4 (wiped: ") })
        #expect(lines.contains { $0.hasSuffix(#" second\n.mp4"#) })
    }

    @Test("an exported receipt is right by openssl alone, and by verify-receipt; altered ones are not")
    func verifying() throws {
        let content = sample(100_000, seed: 3)
        let receipt = try #require(try export(["sub/käm 100%.mp4": content])["sub/käm 100%.mp4"])
        let file = client.scratch.path("card/sub/käm 100%.mp4")
        let parsed = try Receipt(text: Array(Data(contentsOf: URL(filePath: receipt))))
        let key = parsed.statement.key
        _ = try server.logLine(with: " receipt-key key=\(key)")
        #expect(try DocumentedCheck.run(receipt: receipt, file: file, key: key))

        let unnamed = try run("verify-receipt", receipt, file)
        #expect(unnamed.status == 0, "\(unnamed.error)")
        #expect(unnamed.output.contains("good: ") && unnamed.output.contains(key.description))
        #expect(try run("verify-receipt", receipt, file, "--key", key.description).status == 0)
        let other = try #require(ReceiptSigner.make()).key
        #expect(try run("verify-receipt", receipt, file, "--key", other.description).status == 65)
        #expect(try run("verify-receipt", receipt, file, "--key", "12").status == 64)

        try client.record(content.dropLast() + [0], as: "other.mp4")
        #expect(try run("verify-receipt", receipt, client.scratch.path("card/other.mp4")).status == 65)
        #expect(try run("verify-receipt", receipt, client.scratch.path("none")).status == 66)
        #expect(try run("verify-receipt", client.scratch.path("none"), file).status == 66)
        #expect(try run("verify-receipt", file, file).status == 65)
        #expect(try run("verify-receipt", receipt).status == 64)
        let text = String(decoding: parsed.text, as: UTF8.self)
        for altered in [
            text.replacing("time: ", with: "time: 1"), text + "\n", text.replacing("size: 1", with: "size: 2"),
        ] {
            #expect(altered != text)
            try client.scratch.write(altered, to: "altered.receipt")
            #expect(try run("verify-receipt", client.scratch.path("altered.receipt"), file).status == 65)
        }
    }

    @Test("to export again adds what is new, and mends what was torn")
    func exportingAgain() throws {
        let receipts = try export(["one.mp4": sample(10, seed: 1), "two.mp4": sample(10, seed: 2)])
        let torn = try #require(receipts["one.mp4"])
        let whole = try Data(contentsOf: URL(filePath: torn))
        try whole.prefix(100).write(to: URL(filePath: torn))
        let ended = try run("receipts", "--export", client.scratch.path("receipts"), "--state", state)
        #expect(ended.output.hasPrefix("1 receipts written"), "\(ended.output)")
        #expect(try Data(contentsOf: URL(filePath: torn)) == whole)
    }

    @Test("where there is no state there is nothing to list, and nothing is made")
    func nothing() throws {
        let elsewhere = client.scratch.path("elsewhere")
        #expect(try run("receipts", "--state", elsewhere).status == 66)
        let options = ["-s", client.server, "-u", client.user, "-f", client.card, "--state", elsewhere]
        #expect(try RunningProgram.run(Binaries.client, ["receipts"] + options).status == 66)
        let key = String(repeating: "0", count: 64)
        #expect(try RunningProgram.run(Binaries.client, ["accept-receipt-key", key] + options).status == 66)
        #expect(!FileManager.default.fileExists(atPath: elsewhere))
        #expect(try run("receipts", "-s", client.server, "--state", elsewhere).status == 64)
        #expect(try run("accept-receipt-key", key).status == 64)
    }

    /// Puts another server in the place of the first.
    private func replaceServer(renewing: Bool) throws -> TestServer {
        #expect(try server.stop().status == 0)
        let site = server.site
        if renewing {
            #expect(try RunningProgram.run(Binaries.server, ["renew-receipt-key", "-f", site.storage]).status == 0)
        } else {
            try FileManager.default.removeItem(atPath: site.storage + "/.auto-upload/receipt-key.pem")
            #expect(try RunningProgram.run(Binaries.server, ["forget-receipt-key", "-f", site.storage]).status == 0)
        }
        return try TestServer.again(site, port: server.port)
    }

    @Test("a key that has changed stops wiping until a person accepts it; a client that runs takes that up")
    func accepting() throws {
        try client.record(sample(10, seed: 1), as: "first.mp4")
        #expect(try client.pass("-d", "y").status == 0)
        let next = try replaceServer(renewing: false)
        let line = try next.logLine(with: " receipt-key key=")
        let key = String(try #require(line.split(separator: "=").last))
        try client.record(sample(10, seed: 2), as: "second.mp4")
        let stopped = try client.pass("-d", "y")
        #expect(stopped.status == 76)
        #expect(stopped.error.contains("receipt-key-changed") && stopped.error.contains("accept-receipt-key \(key)"))
        #expect(try next.site.stored().count == 2)
        #expect(try client.recordings().keys.sorted() == ["second.mp4"])

        let daemon = try client.start("-d", "y")
        #expect(daemon.waitForLine(.error, containing: "receipt-key-changed") != nil)
        let accepted = try RunningProgram.run(
            Binaries.client,
            ["accept-receipt-key", key, "-s", client.server, "-u", client.user, "-f", client.card, "--state", state])
        #expect(accepted.status == 0, "\(accepted.error)")
        #expect(daemon.waitForLine(.error, containing: " wiped path=second.mp4") != nil, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test("a key that was renewed is trusted by itself")
    func renewing() throws {
        try client.record(sample(10, seed: 1), as: "first.mp4")
        #expect(try client.pass("-d", "y").status == 0)
        let next = try replaceServer(renewing: true)
        try client.record(sample(10, seed: 2), as: "second.mp4")
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains("receipt-key-renewed"))
        #expect(try client.isEmpty())
        #expect(try next.site.stored().count == 2)
    }
}
