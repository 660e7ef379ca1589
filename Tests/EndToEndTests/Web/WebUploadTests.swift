import Foundation
import TestSupport
import Testing

/// Files that come by HTTP, from a real curl to a real server.
@Suite("Uploads of the web")
struct WebUploadTests {
    private let server: TestServer
    private let curl: Curl

    init() throws {
        server = try TestServer()
        curl = try Curl(server)
    }

    /// The SHA-256 of a file.
    private func digest(of path: String) throws -> String? {
        try Tree.digests(of: curl.scratch.path)[path.split(separator: "/").last.map(String.init) ?? ""]
    }

    private func file(_ name: String, _ content: [UInt8]) throws -> String {
        try curl.scratch.write(content, to: name)
    }

    @Test(
        "what is put is stored, whole and under its name, and its receipt is genuine",
        arguments: [0, 1, 70_000, 20 << 20])
    func put(_ size: Int) throws {
        let content = sample(size, seed: 7)
        let path = try file("clip", content)
        let answer = try curl("/files/trip/a%20b%C3%BC.mp4", Curl.login + ["-T", path])
        #expect(answer.status == 201 && answer.fields["location"] == "/files/trip/a%20b%C3%BC.mp4", "\(answer)")
        #expect(try server.site.stored() == [Tree.key(Array("trip/a bü.mp4".utf8)): digest(of: path)])
        let receipt = try curl.scratch.write(answer.text, to: "receipt")
        let verified = try RunningProgram.run(Binaries.client, ["verify-receipt", receipt, path])
        #expect(verified.status == 0, "\(verified.error)")
        #expect(try server.site.partials().isEmpty)
    }

    @Test("of unknown length, too: a pipe, in chunks")
    func chunked() throws {
        let path = try file("clip", sample(18 << 20, seed: 3))
        let sent = try RunningProgram.run(
            "/bin/sh",
            [
                "-c", #"cat "$1" | curl -sS --cacert "$2" -u "$3" -T - -o /dev/null -w '%{http_code}' "$4""#, "sh",
                path,
                server.site.certificates.authority, "\(Fixtures.user):\(Fixtures.password)",
                "https://127.0.0.1:\(server.port)/files/piped",
            ])
        #expect(sent.output == "201", "\(sent.error)")
        #expect(try server.site.stored() == ["piped": digest(of: path)])
    }

    @Test("the same again is no second file; other content of that name is stored beside, or refused if asked to")
    func again() throws {
        let (first, second) = (try file("first", sample(3000, seed: 1)), try file("second", sample(3000, seed: 2)))
        #expect(try curl("/files/clip.mp4", Curl.login + ["-T", first]).status == 201)
        #expect(try curl("/files/clip.mp4", Curl.login + ["-T", first]).status == 200)
        let onlyNew = ["-H", "If-None-Match: *"]
        #expect(try curl("/files/clip.mp4", Curl.login + onlyNew + ["-T", second]).status == 412)
        #expect(try curl("/files/clip.mp4", Curl.login + onlyNew + ["-T", first]).status == 412)
        let form = ["-F", "file=@\(second);filename=clip.mp4"]
        for query in ["collision=refuse", "from=here&collision=refuse", "collision=%72efuse&collision=refuse"] {
            #expect(try curl("/upload?\(query)", Curl.login + form).status == 409, "\(query)")
        }
        for query in ["collision=Refuse", "collision", "collision=refuse&collision=no"] {
            #expect(try curl("/upload?\(query)", Curl.login + form).status == 400, "\(query)")
            #expect(try curl("/files/clip.mp4?\(query)", Curl.login + ["-T", second]).status == 400, "\(query)")
        }
        #expect(try server.site.stored().count == 1)
        let beside = try curl("/files/clip.mp4", Curl.login + ["-T", second])
        #expect(beside.status == 201 && beside.fields["location"]?.hasPrefix("/files/clip.") == true)
        #expect(try Set(server.site.stored().values) == [digest(of: first), digest(of: second)])
    }

    @Test("a stated digest is compared")
    func digest() throws {
        let path = try file("clip", sample(5000, seed: 1))
        let made = try RunningProgram.run(
            "/bin/sh", ["-c", #"openssl dgst -sha256 -binary "$1" | openssl base64 -A"#, "sh", path])
        let right = ["-H", "Repr-Digest: sha-256=:\(made.output):"]
        #expect(try curl("/files/right", Curl.login + right + ["-T", path]).status == 201)
        #expect(
            try curl("/files/wrong", Curl.login + right + ["-T", try file("other", sample(5000, seed: 2))]).status
                == 400)
        #expect(try curl("/files/bad", Curl.login + ["-H", "Content-Digest: sha-256=AAAA", "-T", path]).status == 400)
        #expect(try server.site.stored().keys.sorted() == ["right"])
    }

    enum Sender: String, CaseIterable {
        case basic, headers, fields
    }

    @Test("a form with several files, whoever says how whose they are", arguments: Sender.allCases)
    func form(_ sender: Sender) throws {
        let (one, two) = (try file("one", sample(300_000, seed: 1)), try file("two", []))
        let login =
            switch sender {
            case .basic: Curl.login
            case .headers: ["-H", "Username: \(Fixtures.user)", "-H", "Password: \(Fixtures.password)"]
            case .fields: ["-F", "username=\(Fixtures.user)", "-F", "password=\(Fixtures.password)"]
            }
        let files = ["-F", "file=@\(one);filename=a/ü.mp4", "-F", "anything=@\(two);filename=empty"]
        let answer = try curl("/upload", login + files)
        #expect(answer.status == 200 && answer.text == "OK\n", "\(answer)")
        let name = Tree.key(Array("a/ü.mp4".utf8))
        #expect(try server.site.stored() == [name: digest(of: one), "empty": digest(of: two)])
        let listed = try curl("/upload", login + files + ["-H", "Accept: application/json"]).files()
        #expect(listed.map { $0["name"] as? String } == ["a/ü.mp4", "empty"])
        #expect(try listed.map { $0["sha256"] as? String } == [digest(of: one), digest(of: two)])
        #expect(listed.map { $0["wasThere"] as? Bool } == [true, true])
    }

    @Test("a request that says nothing of a body isn't taken for an empty file; one that says there is none is one")
    func withoutLength() throws {
        let lost = try curl("/files/empty", Curl.login + ["-X", "PUT", "-H", "Content-Length:"])
        #expect(lost.status == 411, "\(lost)")
        #expect(try server.site.stored().isEmpty)
        let path = try file("nothing", [])
        let answer = try curl("/files/empty", Curl.login + ["-T", path, "-H", "Accept: application/json"])
        #expect(answer.status == 201 && answer.text.contains("\"size\":0,"), "\(answer)")
        let receipt = try curl("/files/empty", Curl.login + ["-X", "PUT", "-d", ""])
        #expect(receipt.status == 200 && receipt.text.contains("size: 0\n"), "\(receipt)")
    }

    @Test(
        "wget puts, with its password at once or when it is asked",
        .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/wget"), "wget isn't installed"),
        arguments: [["--auth-no-challenge"], []])
    func wget(_ options: [String]) throws {
        let path = try file("clip", sample(options.isEmpty ? 30_000 : 5 << 20, seed: 4))
        let sent = try RunningProgram.run(
            "/usr/bin/env",
            [
                "wget", "-nv", "-O", "-", "--ca-certificate", server.site.certificates.authority, "--user",
                Fixtures.user,
                "--password", Fixtures.password, "--method=PUT", "--body-file=\(path)",
                "https://127.0.0.1:\(server.port)/files/by/wget",
            ] + options)
        #expect(sent.status == 0 && sent.output.contains("path: by/wget"), "\(sent)")
        #expect(try server.site.stored() == ["by/wget": digest(of: path)])
    }

    @Test("several requests share a connection")
    func keepAlive() throws {
        let path = try file("clip", sample(5000, seed: 1))
        let urls = (1...3).map { "https://127.0.0.1:\(server.port)/files/\($0)" }
        let sent = try RunningProgram.run(
            "/usr/bin/env",
            ["curl", "-sS", "--cacert", server.site.certificates.authority, "-w", "%{http_code} %{num_connects}\n"]
                + Curl.login + urls.flatMap { ["-o", "/dev/null", "-T", path, $0] })
        #expect(sent.output == "201 1\n201 0\n201 0\n", "\(sent.output) \(sent.error)")
    }

    @Test("what was confirmed survives a kill; what was cut leaves nothing")
    func kill() throws {
        let path = try file("clip", sample(200_000, seed: 1))
        #expect(try curl("/files/whole", Curl.login + ["-T", path]).status == 201)
        // A length that the client doesn't keep.
        let cut = try curl(
            "/files/cut",
            Curl.login + ["-X", "PUT", "--data-binary", "@\(path)", "-H", "Content-Length: 300000", "-m", "2"])
        #expect(cut.status != 201)
        _ = try server.logLine(with: " closed ", "bytes=200000")
        _ = try server.logLine(with: " closed ", "the connection ended in the middle")
        #expect(try server.site.partials().isEmpty)
        try server.kill()
        #expect(try server.site.stored() == ["whole": digest(of: path)])
    }
}
