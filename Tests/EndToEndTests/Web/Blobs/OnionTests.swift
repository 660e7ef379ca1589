import Foundation
import TestSupport
import Testing

/// What an independent client of onion requests (Python, with PyNaCl and cryptography) is answered.
@Suite(
    "Onion requests",
    .enabled(if: WebClients.has("PyNaCl") && WebClients.has("cryptography"), WebClients.reason("PyNaCl")))
struct OnionTests {
    /// As the client has it.
    struct Answer {
        let status: Int
        /// Nil where the answer couldn't be opened.
        let code: Int?
        let fields: [String: String]
        let body: [UInt8]

        init(_ line: Substring) throws {
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] ?? [:]
            status = object["status"] as? Int ?? 0
            code = object["code"] as? Int
            fields = object["headers"] as? [String: String] ?? [:]
            body = Array(Data(base64Encoded: object["body"] as? String ?? "") ?? Data())
        }

        var text: String { String(decoding: body, as: UTF8.self) }

        func object() throws -> [String: Any] {
            try JSONSerialization.jsonObject(with: Data(body)) as? [String: Any] ?? [:]
        }
    }

    private struct Client {
        private let words: [String]

        init(_ server: TestServer) throws {
            let line = try server.logLine(with: " onion-key ")
            let key = try #require(line.split(separator: " ").first { $0.hasPrefix("key=") })
            let script = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "onion.py").path
            words = [
                script, "https://127.0.0.1:\(server.port)", String(key.dropFirst(4)),
                server.site.certificates.authority,
            ]
        }

        func callAsFunction(_ request: [String: Any]) throws -> Answer { try #require(try ask([request]).first) }

        /// One after the other.
        func ask(_ requests: [[String: Any]]) throws -> [Answer] {
            let lines = try requests.map { request in
                String(decoding: try JSONSerialization.data(withJSONObject: request), as: UTF8.self)
            }
            let outcome = try RunningProgram.run(
                WebClients.python, words, standardInput: lines.joined(separator: "\n") + "\n")
            guard outcome.status == 0 else { throw Failure("the client failed: \(outcome.error)") }
            let answers = try outcome.output.split(separator: "\n").map { try Answer($0) }
            guard answers.count == requests.count else { throw Failure("an answer is missing") }
            return answers
        }
    }

    private static let ciphers = ["xchacha20", "xchacha20-poly1305", "aes-gcm", "gcm", nil]

    @Test("of the fourth version keep and give blobs as they are, by each cipher", arguments: ciphers)
    func fourth(_ cipher: String?) throws {
        let blobs = try BlobServer(nil, "--blobs", "hash")
        let client = try Client(blobs.server)
        func ask(_ method: String, _ endpoint: String, _ body: [UInt8]? = nil) throws -> Answer {
            var request: [String: Any] = ["version": 4, "method": method, "endpoint": endpoint]
            if let cipher { request["cipher"] = cipher }
            if let body { request["body"] = Data(body).base64EncodedString() }
            return try client(request)
        }
        let content = sample(200_000)
        let kept = try ask("POST", "/file", content)
        #expect(kept.status == 200 && kept.code == 200 && kept.fields["content-type"] == "application/json")
        let id = try #require(try kept.object()["id"] as? String)
        #expect(try blobs.content(of: id) == content)
        let back = try ask("GET", "/file/\(id)")
        #expect(back.code == 200 && back.body == content && back.fields["content-type"] == "application/octet-stream")
        #expect(try ask("GET", "/file/\(id)/info").object()["size"] as? Int == content.count)
        #expect(try ask("HEAD", "/file/\(id)").body.isEmpty)
        for (method, endpoint, code) in [
            ("GET", "/file/none", 404), ("GET", "/nothing", 404), ("DELETE", "/file/\(id)", 405),
            ("POST", "/file", 413),
            ("GET", "/session_version?platform=desktop", 502), ("GET", "/session_version?platform=x", 404),
            // Nothing else of the server can be reached so.
            ("GET", "/", 404), ("GET", "/admin/", 404), ("PUT", "/files/a", 405), ("POST", "/upload", 404),
        ] {
            let answer = try ask(method, endpoint)
            #expect(answer.status == 200 && answer.code == code, "\(method) \(endpoint)")
            #expect(try answer.object()["status_code"] as? Int == code, "\(method) \(endpoint)")
        }
    }

    @Test("of the third version say all in JSON", arguments: ciphers, ["/oxen/v3/lsrpc", "/loki/v3/lsrpc"])
    func third(_ cipher: String?, _ path: String) throws {
        let blobs = try BlobServer(nil, "--blobs", "numeric")
        let client = try Client(blobs.server)
        func ask(_ method: String, _ endpoint: String, _ body: String? = nil) throws -> Answer {
            var request: [String: Any] = ["version": 3, "method": method, "endpoint": endpoint, "path": path]
            if let cipher { request["cipher"] = cipher }
            if let body { request["body"] = Data(body.utf8).base64EncodedString() }
            return try client(request)
        }
        let content = sample(1000)
        // The slash may be missing.
        let kept = try ask("POST", "files", "{\"file\":\"\(Data(content).base64EncodedString())\"}")
        let id = try #require(try kept.object()["result"] as? Int)
        #expect(try blobs.content(of: String(id)) == content)
        // A body that means nothing.
        let back = try ask("GET", "/files/\(id)", "null").object()
        #expect(back["result"] as? String == Data(content).base64EncodedString())
        #expect(try ask("GET", "file/\(id)").body == content)
        let text = try ask("POST", "/file", "plain text")
        #expect(try blobs.content(of: try #require(try text.object()["id"] as? String)) == Array("plain text".utf8))
        let missing = try ask("GET", "/file/none").object()
        #expect(missing["status_code"] as? Int == 404 && missing.count == 1)
    }

    @Test("can stand in each other, but not without end")
    func nested() throws {
        let blobs = try BlobServer(nil, "--blobs", "hash")
        let client = try Client(blobs.server)
        let body = Data(sample(10_000)).base64EncodedString()
        for layers in 1...4 {
            let answer = try client([
                "version": 4, "cipher": "xchacha20", "method": "POST", "endpoint": "/file", "body": body,
                "layers": layers,
            ])
            #expect(answer.code == 200, "\(layers)")
        }
        #expect(throws: Failure.self) {
            try client(["version": 4, "cipher": "xchacha20", "method": "GET", "endpoint": "/file/x", "layers": 5])
        }
        #expect(try blobs.server.site.blobFiles().count == 1)
        try blobs.server.expectServing()
    }

    @Test("that can't be opened are refused, and what isn't one inside is told within", arguments: [3, 4])
    func malformed(_ version: Int) throws {
        let blobs = try BlobServer(nil, "--blobs", "hash")
        let client = try Client(blobs.server)
        let damages = ["xchacha20", "aes-gcm"].flatMap { cipher in
            ["bit", "length", "cut", "key", "cipher"].map { damage -> [String: Any] in
                ["version": version, "cipher": cipher, "endpoint": "/file/x", "damage": damage]
            }
        }
        for (request, answer) in zip(damages, try client.ask(damages)) {
            #expect(answer.status == 400 && answer.code == nil, "\(request)")
            #expect(try answer.object()["status_code"] as? Int == 400, "\(request)")
        }
        let wrapped = version == 4 ? Self.malformed.map { "l\($0.utf8.count):\($0)e" } : []
        let plaintexts = (Self.malformed + wrapped).map { text -> [String: Any] in
            ["version": version, "cipher": "xchacha20", "plaintext": Data(text.utf8).base64EncodedString()]
        }
        for (request, answer) in zip(plaintexts, try client.ask(plaintexts)) {
            if version == 4 {
                #expect(answer.code == 400 && answer.text == "Invalid v4 onion request", "\(request)")
            } else {
                #expect(answer.status == 400, "\(request)")
            }
        }
        #expect(try blobs.curl("/oxen/v\(version)/lsrpc", ["-d", ""]).isError(400))
        #expect(try blobs.curl("/oxen/v\(version)/lsrpc", []).status == 405)
        #expect(try blobs.curl("/oxen/v5/lsrpc", ["-d", ""]).status == 404)
        try blobs.server.expectServing()
    }

    /// What is no request.
    private static let malformed = [
        "", "l", "le", "li1ee", "l2:{}e", "l2:{}3:ae", "l5:{}e", "l99999999999:e", "l2:{}e ", "{}", "[]", "null",
        #"{"endpoint":1,"method":"GET"}"#, #"{"endpoint":"/file/x","method":""}"#,
        #"{"endpoint":"/%zz","method":"GET"}"#, #"{"endpoint":"/file/x","method":"GET","headers":[]}"#,
        #"{"endpoint":"/file/x","method":"GET","headers":{"a b":"c"}}"#, String(repeating: "[", count: 100_000),
    ]

    @Test("are refused before what they consist of takes many times their memory")
    func expansion() throws {
        let blobs = try BlobServer(nil, "--blobs", "hash")
        let request = [0, 0, 0, 0] + Array("[\(String(repeating: "0,", count: 1 << 20))0]".utf8)
        let file = try blobs.curl.scratch.write(request, to: "request")
        try blobs.server.program.forgetPeakMemory()
        let before = try blobs.server.program.peakMemory()
        #expect(try blobs.curl("/oxen/v4/lsrpc", ["--data-binary", "@\(file)"]).status == 400)
        // Eight times the request's; parsed it would be thirty.
        #expect(try blobs.server.program.peakMemory() - before < 16 << 20)
    }

    @Test("have 10 MiB at most, and so much can be kept by one", arguments: ["xchacha20", "aes-gcm"])
    func large(_ cipher: String) throws {
        let blobs = try BlobServer(nil, "--blobs", "hash", "--blob-max-size", "10M")
        let client = try Client(blobs.server)
        // What stands around it takes less than a KiB.
        let content = sample((10 << 20) - 1024)
        let file = try blobs.curl.scratch.write(content, to: "content")
        let kept = try client(["version": 4, "cipher": cipher, "method": "POST", "endpoint": "/file", "file": file])
        let id = try #require(try kept.object()["id"] as? String)
        #expect(try blobs.content(of: id) == content)
        #expect(try client(["version": 4, "cipher": cipher, "endpoint": "/file/\(id)", "same": file]).text == "same")
        #expect(try client(["version": 3, "cipher": cipher, "endpoint": "/file/\(id)", "same": file]).text == "same")
        let long = try client(["version": 4, "cipher": cipher, "endpoint": "/file/\(id)", "damage": "long"])
        #expect(long.status == 413)
    }

    @Test("are sealed to a key that is made once, for nobody else to read, and can be brought along")
    func key() throws {
        let site = try Site()
        let file = "\(Site.blobs)/key_x25519"
        func key(_ server: TestServer) throws -> Substring? {
            try server.logLine(with: " onion-key ").split(separator: " ").first { $0.hasPrefix("key=") }
        }
        var blobs = try BlobServer(site, "--blobs", "hash")
        let first = try key(blobs.server)
        let permissions = try #require(try site.scratch.permissions(of: file))
        #expect(try site.scratch.bytes(of: file).count == 32)
        #expect(permissions == 0o600)
        #expect(try blobs.server.stop().status == 0)
        blobs = try BlobServer(site, "--blobs", "hash")
        #expect(try key(blobs.server) == first)
        #expect(try blobs.server.stop().status == 0)
        // RFC 7748, section 6.1.
        let secret: [UInt8] = [
            0x77, 0x07, 0x6d, 0x0a, 0x73, 0x18, 0xa5, 0x7d, 0x3c, 0x16, 0xc1, 0x72, 0x51, 0xb2, 0x66, 0x45, 0xdf, 0x4c,
            0x2f,
            0x87, 0xeb, 0xc0, 0x99, 0x2a, 0xb1, 0x77, 0xfb, 0xa5, 0x1d, 0xb9, 0x2c, 0x2a,
        ]
        try site.scratch.write(secret, to: file)
        blobs = try BlobServer(site, "--blobs", "hash")
        #expect(try key(blobs.server) == "key=8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a")
        #expect(try blobs.server.stop().status == 0)
        // Whoever could read it could open what was sealed to it.
        for change in [{ try site.scratch.setPermissions(0o640, of: file) }, { try site.scratch.write([1], to: file) }]
        {
            _ = try change()
            blobs = try BlobServer(site, "--blobs", "hash")
            _ = try blobs.server.logLine(with: " onion-key-away ")
            #expect(try blobs.curl("/oxen/v4/lsrpc", ["-d", "x"]).status == 400)
            let sealed = try blobs.curl.scratch.write(Self.envelope, to: "envelope")
            #expect(try blobs.curl("/oxen/v4/lsrpc", ["--data-binary", "@\(sealed)"]).isError(503))
            _ = try blobs.keep([1])
            #expect(try blobs.server.stop().status == 0)
        }
    }

    /// That holds nothing.
    private static let envelope: [UInt8] =
        [0, 0, 0, 0] + Array("{\"ephemeral_key\":\"\(String(repeating: "09", count: 32))\"}".utf8)
}
