import Foundation
import Platform
import S3
import S3Client
import TestSupport
import Testing

/// Who has an account tries to have signed what isn't theirs. The texts that no parser takes lie in Tests/S3Tests/vectors/proposals.txt.
@Suite("The server signs nothing for whoever asks", .enabled(if: CephGateway.isInstalled, "\(CephGateway.reason)"))
struct SigningOracleTests {
    /// That nothing was signed, and why, in JSON.
    private static func expectRefused(
        _ answer: Curl.Answer, _ status: Int, _ part: String, location: SourceLocation = #_sourceLocation
    ) throws {
        #expect(answer.status == status, "\(answer.text)", sourceLocation: location)
        #expect(!answer.text.contains("signature\""), "\(answer.text)", sourceLocation: location)
        #expect(answer.fields["content-type"] == "application/json", sourceLocation: location)
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        let error = object?["error"] as? String ?? ""
        #expect(!error.isEmpty && (part.isEmpty || error.contains(part)), "\(answer.text)", sourceLocation: location)
    }

    @Test("without a login, or with a wrong one, nothing; nor to who solves challenges")
    func strangers() throws {
        let direct = try DirectServer(options: ["--anonymous", "drops"])
        var client = try FineClient(direct, version: 4)
        let text = try client.proposal(.initiate, direct.key("a")).text
        for login in [[], ["-u", "camera:wrong"], ["-u", "drops:drops"], ["-H", "Altcha: e30="]] {
            client.login = login
            try Self.expectRefused(client.sign(text), 401, "")
            #expect(try client.curl("/s3/settings", login).status == 401)
            #expect(try client.curl("/s3/delete/a", login + ["-X", "DELETE"]).status == 401)
            #expect(try client.curl("/s3/uploads", login + ["-d", "{}"]).status == 401)
        }
    }

    @Test("another user's prefix, and what only looks like one's own", arguments: [4, 2])
    func otherUsers(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        for name in [
            "in/phone/a", "in/camera", "in/camera2/a", "in/a", "camera/a", "a", "in/camera/.auto-upload/a",
            "in/CAMERA/a",
        ] {
            let key = try #require(ObjectKey(name))
            try Self.expectRefused(client.sign(client.proposal(.initiate, key).text), 403, "prefix")
            try Self.expectRefused(client.sign(policy: client.policy(key)), 403, "prefix")
            #expect(try client.success(key).status == 403)
        }
        let other = try DirectServer(direct.gateway)
        let key = try direct.key("a")
        let foreign = try FineClient(other, version: version).proposal(.initiate, key).text
        try Self.expectRefused(client.sign(foreign), 400, "bucket")
        try Self.expectRefused(client.sign(policy: client.policy(key, bucket: other.bucket.name.text)), 403, "bucket")
    }

    @Test("an upload that this server didn't let begin, or of another key, or of another user", arguments: [4, 2])
    func otherUploads(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        let (key, second) = (try direct.key("a"), try direct.key("b"))
        // The engine knows it, this server doesn't.
        let foreign = try direct.engine.begin(key, type: "")
        for step in [UploadStep.part(number: 1, upload: foreign), .complete(foreign), .abort(foreign)] {
            try Self.expectRefused(client.sign(client.proposal(step, key).text), 404, "begun")
        }
        let token = try client.initiate(key)
        _ = try client.sendPart(1, token, key, [1])
        _ = try client.initiate(second)
        for step in [UploadStep.part(number: 1, upload: foreign), .complete(foreign), .abort(foreign)] {
            try Self.expectRefused(client.sign(client.proposal(step, key).text), 404, "begun")
        }
        try Self.expectRefused(client.sign(client.proposal(.part(number: 1, upload: token), second).text), 404, "begun")
        var other = client
        other.login = ["-u", "\(Fixtures.otherUser):\(Fixtures.otherPassword)"]
        try Self.expectRefused(other.sign(client.proposal(.part(number: 1, upload: token), key).text), 403, "prefix")
        let made = try #require(UploadToken("made-up"))
        try Self.expectRefused(client.sign(client.proposal(.part(number: 1, upload: made), second).text), 404, "begun")
    }

    @Test("reading, removing, listing, rights: no step of an upload", arguments: [4, 2])
    func otherRequests(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        let key = try direct.key("a")
        let token = try client.initiate(key)
        let text = try client.proposal(.part(number: 1, upload: token), key).text
        let query = "partNumber=1&uploadId=\(token.text)"
        for (method, other) in [
            ("GET", query), ("DELETE", query), ("GET", "uploadId=\(token.text)"), ("PUT", "acl"), ("HEAD", query),
        ] {
            let changed = text.replacing("PUT", with: method, maxReplacements: 1).replacing(query, with: other)
            if changed == text { continue }
            try Self.expectRefused(client.sign(changed), 400, "step")
        }
    }

    @Test("headers that take from elsewhere, let others read, or come from nowhere", arguments: [4, 2])
    func headers(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        let (key, second) = (try direct.key("a"), try direct.key("b"))
        let refused = [
            ("x-amz-acl", "public-read"), ("x-amz-copy-source", "/other/secret"), ("x-amz-grant-read", "uri=all"),
            ("x-amz-website-redirect-location", "https://elsewhere.example"), ("x-amz-tagging", "a=b"),
            ("x-amz-storage-class", "GLACIER"), ("x-amz-server-side-encryption", "aws:kms"),
            ("x-amz-security-token", "a"),
        ]
        let token = try client.initiate(second)
        for (name, value) in refused {
            let item = CanonicalRequest.Item(name, value)
            try Self.expectRefused(client.sign(client.proposal(.initiate, key, headers: [item]).text), 403, "allowed")
            let part = try client.proposal(.part(number: 1, upload: token), second, headers: [item])
            try Self.expectRefused(client.sign(part.text), 403, "belong")
            try Self.expectRefused(client.sign(policy: client.policy(key, [[name: value]])), 403, "allowed")
        }
        let long = CanonicalRequest.Item("x-amz-meta-a", String(repeating: "a", count: 2048))
        try Self.expectRefused(client.sign(client.proposal(.initiate, key, headers: [long]).text), 413, "longer")
    }

    @Test("lines within fields of a policy, fields twice, bounds that bound nothing", arguments: [4, 2])
    func policies(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        let key = try direct.key("a")
        for (more, status) in [
            ([["x-amz-meta-a": "b\nkey:c"]], 400), ([["key": "in/phone/a"]], 400),
            ([["success_action_redirect": "https://elsewhere.example"]], 403),
            ([["success_action_status": "302"]], 400),
            ([["acl2": "private"]], 403), ([["a": "1", "b": "2"]], 400),
        ] {
            try Self.expectRefused(client.sign(policy: client.policy(key, more)), status, "")
        }
        for condition in [["starts-with", "$key", ""], ["content-length-range", "0"], ["eq", "$key", "in/phone/a"]] {
            var policy = try client.policy(key)
            policy["conditions"] = (policy["conditions"] as? [Any] ?? []) + [condition]
            try Self.expectRefused(client.sign(policy: policy), 403, "content-length-range")
        }
        for text in [
            "", "{", "[]", "{}", "{\"conditions\":1}", "{\"conditions\":[[[[[[[[[[]]]]]]]]]]}", "{\"headers\":1}",
            "null",
        ] {
            try Self.expectRefused(client.post("/s3/sign?v4=true", json: text), 400, "")
        }
    }

    @Test(
        "a clock that is wrong is told so, rather than that something is signed that is good for longer",
        arguments: [4, 2])
    func clocks(_ version: Int) throws {
        let direct = try DirectServer()
        var client = try FineClient(direct, version: version)
        let key = try direct.key("a")
        for drift: Int64 in [-3600, 3600, 360] {
            client.drift = drift
            try Self.expectRefused(client.sign(client.proposal(.initiate, key).text), 403, "clock")
        }
        client.drift = version == 4 ? 3600 : 0
        if version == 4 { try Self.expectRefused(client.sign(policy: client.policy(key)), 403, "clock") }
        client.drift = 60
        #expect(try client.sign(client.proposal(.initiate, key).text).status == 200)
    }

    @Test(
        "a key that is there already isn't sent to; an object larger than may be isn't made, nor kept",
        arguments: [4, 2])
    func bounds(_ version: Int) throws {
        let direct = try DirectServer(options: ["--max-file-size", "100K"])
        let client = try FineClient(direct, version: version)
        let taken = try direct.key("taken")
        try direct.engine.put(taken, [1])
        try Self.expectRefused(client.sign(client.proposal(.initiate, taken).text), 409, "already")
        try Self.expectRefused(client.sign(policy: client.policy(taken)), 409, "already")
        let key = try direct.key("large")
        let token = try client.initiate(key)
        _ = try client.sendPart(1, token, key, sample(200 << 10))
        try Self.expectRefused(client.sign(client.proposal(.complete(token), key).text), 413, "larger")
        // Past the server, with the engine's own key: it is noticed all the same.
        try direct.engine.put(key, sample(200 << 10))
        #expect(try client.success(key).status == 413)
        #expect(try direct.engine.facts(of: key) == nil)
    }

    @Test("pages of other servers read why something is refused, where --web-origin names them, and no others do")
    func crossOrigin() throws {
        let direct = try DirectServer(options: ["--web-origin", "https://page.example"])
        let client = try FineClient(direct, version: 4)
        let text = try client.proposal(.initiate, direct.key("a", of: Fixtures.otherUser)).text
        let refused = try client.sign(text, origin: "https://page.example")
        try Self.expectRefused(refused, 403, "prefix")
        #expect(refused.fields["access-control-allow-origin"] == "https://page.example")
        let foreign = try client.sign(text, origin: "https://other.example")
        #expect(foreign.status == 403)
        #expect(foreign.fields["access-control-allow-origin"] == nil)
        let preflight = try client.curl(
            "/s3/sign?v4=true",
            ["-X", "OPTIONS", "-H", "Origin: https://page.example", "-H", "Access-Control-Request-Method: POST"])
        #expect(preflight.fields["access-control-allow-methods"]?.contains("POST") == true)
        // Fine Uploader sends it with what it removes.
        #expect(preflight.fields["access-control-allow-headers"]?.contains("Cache-Control") == true)
    }

    @Test("an engine that is silent or gone: an answer within the deadlines, and all goes on when it is back")
    func engineInTrouble() throws {
        let gateway = try CephGateway()
        let direct = try DirectServer(gateway)
        let client = try FineClient(direct, version: 4)
        let key = try direct.key("a")
        let token = try client.initiate(key)
        let tag = try client.sendPart(1, token, key, [1, 2, 3])
        for treatment in [CephGateway.Treatment.freeze, .kill] {
            try gateway.treat(treatment)
            let refused = try client.sign(client.proposal(.complete(token), key).text)
            try Self.expectRefused(refused, 503, "engine")
            #expect(refused.fields["retry-after"] != nil)
            // Others are served meanwhile.
            #expect(try client.curl("/files/a", Curl.login + ["-X", "PUT", "-d", treatment.rawValue]).status < 300)
            try gateway.treat(treatment == .freeze ? .thaw : .start)
        }
        #expect(try client.complete(token, key, [tag]).status == 200)
        #expect(try client.success(key).status == 200)
        #expect(try direct.content(of: key) == [1, 2, 3])
        #expect(!direct.server.log.contains(CephGateway.secret))
    }

    @Test("the secret is taken from a private file or the environment only, and is nowhere to be seen")
    func secrets() throws {
        let gateway = try CephGateway.shared.get()
        let site = try Site()
        let options = try DirectServer.options(gateway, "bucket", site)
        try site.scratch.setPermissions(0o644, of: "s3-key")
        let refused = #expect(throws: TestServer.DidNotStart.self) { try TestServer(site, options: options) }
        #expect(refused?.outcome.status == 78)
        #expect(refused?.outcome.error.contains("chmod 600") == true)
        let bare = Array(options.dropLast(2))
        let none = #expect(throws: TestServer.DidNotStart.self) { try TestServer(site, options: bare) }
        #expect(none?.outcome.status == 78)
        let server = try TestServer(
            site, options: bare,
            environment: ["AWS_ACCESS_KEY_ID": CephGateway.accessKey, "AWS_SECRET_ACCESS_KEY": CephGateway.secret])
        let process = "/proc/\(server.program.processID)"
        for file in ["environ", "cmdline"] {
            let content = try Data(contentsOf: URL(fileURLWithPath: "\(process)/\(file)"))
            #expect(content.range(of: Data(CephGateway.secret.utf8)) == nil, "\(file)")
        }
        #expect(try Curl(server)("/s3/settings", Curl.login).text.contains(CephGateway.secret) == false)
    }
}
