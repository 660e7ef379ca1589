import Domain
import Foundation
import Platform
import TestSupport
import Testing

/// What a device has of secrets beside its password, seeds and tokens, keys of files and its own, is nowhere but in the files that they
/// belong into.
@Suite("Secrets of devices stay secret")
struct DeviceSecretTests {
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    /// Whether a text has a secret, in one of the forms in which bytes are written.
    private func expectNone(
        of secrets: [[UInt8]], in text: String, _ place: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for secret in secrets {
            let hexadecimal = secret.map { String(format: "%02x", $0) }.joined()
            let base64 = Data(secret).base64EncodedString().replacing("=", with: "")
            let decimal = String("\(secret)".dropFirst().dropLast())
            let forms = [String(decoding: secret, as: UTF8.self), hexadecimal, base64, decimal]
            for form in forms where text.lowercased().contains(form.lowercased()) {
                Issue.record("\(place) has a secret of \(secret.count) bytes", sourceLocation: sourceLocation)
            }
        }
    }

    private func expectNone(of secrets: [[UInt8]], seenOf process: Int32) throws {
        for (file, text) in try ProcessView.files(of: process) { expectNone(of: secrets, in: text, file) }
        expectNone(of: secrets, in: try ProcessView.list(), "ps")
    }

    @Test("seeds of one-time codes, the codes, and login tokens")
    func seedsAndTokens() throws {
        let made = try RunningProgram.run(
            Binaries.adduser, ["--update", "-u", Fixtures.user, "--totp", "-f", server.site.users])
        let line = try #require(made.output.split(separator: "\n").first { $0.hasPrefix("seed: ") })
        let seed = try OneTimeSeed(line.dropFirst("seed: ".count).utf8)
        let file = try client.scratch.write("\(seed.text)\n", to: "seed")
        try client.scratch.setPermissions(0o600, of: "seed")
        var secrets = [seed.bytes, Array(seed.text.utf8)]
        try client.record(sample(1000), as: "a")
        let program = try RunningProgram(
            Binaries.client, client.arguments(["--interval", "1", "--totp-seed-file", file]),
            environment: client.environment)
        _ = try server.logLine(with: " stored ")
        secrets.append(try token())
        try expectNone(of: secrets, seenOf: program.processID)
        try expectNone(of: secrets, seenOf: server.program.processID)
        program.signal(SIGTERM)
        let ended = try program.waitForEnd()
        expectNone(of: secrets, in: ended.output + ended.error, "the client's output")
        try client.record(sample(1000), as: "b")
        // By the token that was kept.
        let second = try client.pass()
        #expect(second.status == 0, "\(second.error)")
        expectNone(of: secrets, in: second.output + second.error, "the client's output")
        // One that ends in the middle of a line, and one that is none.
        for text in ["\(seed.text)\n\(seed.text)\n", seed.text + "1"] {
            try client.scratch.write(text, to: "seed")
            let refused = try client.pass("--totp-seed-file", file)
            expectNone(of: [seed.bytes, Array(seed.text.utf8)], in: refused.output + refused.error, "a complaint")
        }
        let listed = try RunningProgram.run(Binaries.adduser, ["--list", "-f", server.site.users])
        expectNone(of: secrets, in: listed.output + listed.error, "adduser --list")
        #expect(try server.stop().status == 0)
        expectNone(of: secrets, in: server.log, "the server's log")
    }

    /// The token that the client keeps: behind its end.
    private func token() throws -> [UInt8] {
        let folder = URL(filePath: client.scratch.path("state"))
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        let file = try #require(files.compactMap { $0 as? URL }.first { $0.lastPathComponent == "login-token" })
        return Array(try Data(contentsOf: file).dropFirst(8))
    }

    @Test("secret keys that files are decrypted by, and the key of a file that is under way")
    func fileKeys() throws {
        let keys = try KeyPair()
        let text = try String(contentsOfFile: keys.identity, encoding: .utf8)
        let secret = try #require(text.split(separator: "\n").first { $0.hasPrefix("AGE-SECRET-KEY-1") })
        var secrets = [Array(secret.utf8), Array(secret.dropFirst("AGE-SECRET-KEY-1".count).utf8)]
        let proxy = try FrameProxy(to: server) {
            $0 == 0 ? Cut(direction: .fromClient, frames: 12, part: 0, manner: .silence) : nil
        }
        let cut = try TestClient(server, port: proxy.port)
        try cut.record(sample(24 << 20), as: "clip.mp4")
        let first = try RunningProgram(
            Binaries.client, cut.arguments(["--once"] + keys.options), environment: cut.environment)
        #expect(try eventually(seconds: 300) { proxy.connections.first?.wasCut == true })
        let found = try RunningProgram.run(
            "/usr/bin/env",
            ["python3", "-c", Self.readingKey] + (try databases(of: cut)))
        let key = try #require(found.output.split(separator: "\n").first, "\(found.error)")
        secrets.append(Array(Data(base64Encoded: String(key)) ?? Data()))
        #expect(secrets.last?.count == 16)
        try expectNone(of: secrets, seenOf: first.processID)
        first.signal(SIGTERM)
        let ended = try first.waitForEnd(seconds: 300)
        let second = try cut.pass(keys)
        #expect(second.status == 0, "\(second.error)")
        expectNone(of: secrets, in: ended.output + ended.error + second.output + second.error, "the client's output")
        let broken = try keys.scratch.write(text.replacing(secret, with: secret.dropLast() + "b"), to: "broken")
        try keys.scratch.setPermissions(0o600, of: "broken")
        let folder = server.site.storage + "/" + Fixtures.user
        let refused = try RunningProgram.run(
            Binaries.client,
            ["decrypt", folder, "--into", keys.scratch.makeFolder("none"), "--identity", broken])
        #expect(refused.status != 0)
        expectNone(of: [Array(secret.dropLast().utf8)], in: refused.output + refused.error, "a complaint")
        #expect(try server.stop().status == 0)
        expectNone(of: secrets, in: server.log, "the server's log")
    }

    private static let readingKey = """
        import base64, sqlite3, sys
        for path in sys.argv[1:]:
            rows = sqlite3.connect(path).execute("SELECT seal FROM uploads WHERE seal != x''").fetchall()
            for row in rows: print(base64.b64encode(row[0][:16]).decode())
        """

    private func databases(of client: TestClient) throws -> [String] {
        let folder = URL(filePath: client.scratch.path("state"))
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects ?? []
        return files.compactMap { ($0 as? URL)?.path }.filter { path in
            FileManager.default.contents(atPath: path)?.starts(with: Array("SQLite format 3".utf8)) == true
        }
    }

    @Test("the device's own key, where it is of no use, too")
    func deviceKey() throws {
        let certificates = try ExampleCertificates(for: ["127.0.0.1"])
        let own = try certificates.makeClient("camera")
        let text = try String(contentsOfFile: own.key, encoding: .utf8)
        let secrets = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }.map { Array($0.utf8) }
        let site = try Site(certificates: certificates)
        let server = try TestServer(site, options: ["--client-ca", certificates.authority])
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a")
        let program = try RunningProgram(
            Binaries.client,
            client.arguments(["--interval", "1", "--client-certificate", own.chain, "--client-key", own.key]),
            environment: client.environment)
        _ = try server.logLine(with: " stored ")
        try expectNone(of: secrets, seenOf: program.processID)
        program.signal(SIGTERM)
        let ended = try program.waitForEnd()
        expectNone(of: secrets, in: ended.output + ended.error, "the client's output")
        let broken = try client.scratch.write(text.replacing("-----END", with: "----END"), to: "broken.pem")
        for key in [broken, certificates.key] {
            let refused = try client.pass("--client-certificate", own.chain, "--client-key", key)
            #expect(refused.status == 78, "\(refused.error)")
            expectNone(of: secrets, in: refused.output + refused.error, "a complaint")
        }
        #expect(try server.stop().status == 0)
        expectNone(of: secrets, in: server.log, "the server's log")
    }

    @Test(
        "another user sees of a process its arguments, and neither environment, memory nor what is open",
        .enabled(if: ProcessLimits.isRoot, "this needs root and setpriv (util-linux)"))
    func otherUser() throws {
        try client.record(sample(1000), as: "a")
        let program = try RunningProgram(
            Binaries.client, client.arguments(["--interval", "1"]), environment: client.environment)
        _ = try server.logLine(with: " stored ")
        for process in [program.processID, server.program.processID] {
            for (file, isOpen) in [
                ("environ", false), ("mem", false), ("maps", false), ("fd", false), ("auxv", false), ("cmdline", true),
            ] {
                let words = ["--reuid", "65534", "--regid", "65534", "--clear-groups"]
                let command = file == "fd" ? ["ls"] : ["head", "-c", "1"]
                let seen = try RunningProgram.run(
                    "/usr/bin/env", ["setpriv"] + words + command + ["/proc/\(process)/\(file)"])
                #expect((seen.status == 0) == isOpen, "\(file): \(seen)")
            }
        }
        program.signal(SIGTERM)
        _ = try program.waitForEnd()
    }

    @Test(
        "who crashes leaves no core file, where others would leave one, and doesn't hang",
        arguments: [SIGABRT, SIGSEGV, SIGILL])
    func crash(_ signal: Int32) throws {
        let folder = try client.scratch.makeFolder("cores")
        let words = ["bash", "-c", "ulimit -c unlimited && cd \"$0\" && exec \"$@\"", folder]
        let server = try TestServer(through: words)
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a")
        let program = try RunningProgram(
            "/usr/bin/env", words + [Binaries.client] + client.arguments(["--interval", "1"]),
            environment: client.environment)
        _ = try server.logLine(with: " stored ")
        for program in [program, server.program] {
            program.signal(signal)
            #expect(try program.waitForEnd().status == 128 + signal)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty)
    }
}
