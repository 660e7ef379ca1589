import Foundation
import Platform
import S3
import TestSupport
import Testing

/// Asks and sends as Fine Uploader S3 does in a browser: the same texts to be signed, the same requests. Over curl.
struct FineClient {
    let direct: DirectServer
    let curl: Curl
    let version: Int
    /// Seconds by which its clock is wrong.
    var drift: Int64 = 0
    var login = Curl.login

    init(_ direct: DirectServer, version: Int) throws {
        self.direct = direct
        self.version = version
        curl = try Curl(direct.server)
    }

    var time: SigningTime { SigningTime(currentUnixTime() + drift) }

    // MARK: The server

    func post(_ target: String, json: String, origin: String? = nil) throws -> Curl.Answer {
        let fields =
            ["-H", "Content-Type: application/json; charset=utf-8"] + (origin.map { ["-H", "Origin: \($0)"] } ?? [])
        return try curl(target, login + fields + ["--data-binary", "@-"], input: json)
    }

    /// Asks for a text to be signed.
    func sign(_ text: String, origin: String? = nil) throws -> Curl.Answer {
        let body = try JSONSerialization.data(withJSONObject: ["headers": text])
        let target = version == 4 ? "/s3/sign?v4=true" : "/s3/sign"
        return try post(target, json: String(decoding: body, as: UTF8.self), origin: origin)
    }

    func success(_ key: ObjectKey, tag: String = "") throws -> Curl.Answer {
        let fields = ["key=\(key.text)", "uuid=1", "name=a", "bucket=\(direct.bucket.name.text)", "etag=\(tag)"]
        return try curl("/s3/success", login + fields.flatMap { ["--data-urlencode", $0] })
    }

    static func value(_ name: String, in answer: Curl.Answer) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(answer.text.utf8)) as? [String: Any]
        guard let value = object?[name] as? String else {
            throw Failure("no \(name) in \(answer.status) \(answer.text)")
        }
        return value
    }

    // MARK: The engine

    /// What is to be signed of a step, and the headers that go with it.
    func proposal(
        _ step: UploadStep, _ key: ObjectKey, _ content: [UInt8] = [], headers: [CanonicalRequest.Item] = []
    ) throws -> (text: String, fields: [String]) {
        let time = time
        guard version == 4 else {
            let query = step.query.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }.joined(separator: "&")
            var request = SignatureV2.Request(
                method: step.method, resource: "/\(direct.bucket.name.text)/\(key.encoded)?\(query)")
            request.headers = headers + [CanonicalRequest.Item("x-amz-date", Self.httpDate(time))]
            return (request.text, request.headers.map { "\($0.name): \($0.value)" })
        }
        let digest = try payloadDigest(of: content)
        let own =
            headers + [
                CanonicalRequest.Item("x-amz-content-sha256", digest), CanonicalRequest.Item("x-amz-date", time.stamp),
            ]
        let canonical = CanonicalRequest(
            method: step.method, path: direct.bucket.path(key, .host), query: step.query,
            headers: own + [CanonicalRequest.Item("host", direct.bucket.authority(.host))], payload: digest)
        let scope = "\(time.day)/\(direct.bucket.region)/s3/aws4_request"
        return (
            "\(SignatureV4.algorithm)\n\(time.stamp)\n\(scope)\n\(canonical.text)",
            own.map { "\($0.name): \($0.value)" }
        )
    }

    /// A step of an upload, signed by the server and sent to the engine.
    func perform(
        _ step: UploadStep, _ key: ObjectKey, _ content: [UInt8] = [], headers: [CanonicalRequest.Item] = []
    ) throws -> Sent {
        let (text, fields) = try proposal(step, key, content, headers: headers)
        let signature = try Self.value("signature", in: sign(text))
        let names = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().last ?? ""
        let credential = "\(CephGateway.accessKey)/\(time.day)/\(direct.bucket.region)/s3/aws4_request"
        let authorization =
            version == 4
            ? "AWS4-HMAC-SHA256 Credential=\(credential),SignedHeaders=\(names),Signature=\(signature)"
            : "AWS \(CephGateway.accessKey):\(signature)"
        return try send(step, key, content, fields + ["Authorization: \(authorization)"])
    }

    struct Sent {
        let status: Int
        let text: String
        let head: String
    }

    func send(_ step: UploadStep, _ key: ObjectKey, _ content: [UInt8], _ fields: [String]) throws -> Sent {
        let body = try curl.scratch.write(content, to: "body-\(UUID().uuidString)")
        let head = curl.scratch.path("head-\(UUID().uuidString)")
        let query = step.query.map { $0.value.isEmpty ? $0.name : "\($0.name)=\($0.value)" }.joined(separator: "&")
        let host = direct.bucket.authority(.host)
        let name = host.split(separator: ":")[0]
        let sent = content.isEmpty ? [] : ["--data-binary", "@\(body)"]
        let outcome = try RunningProgram.run(
            "/usr/bin/env",
            [
                "curl", "-sS", "--noproxy", "*", "--path-as-is", "-D", head, "--resolve",
                "\(name):\(direct.gateway.port):127.0.0.1",
            ]
                + ["-X", step.method, "-H", "Content-Type:", "-H", "Expect:"] + fields.flatMap { ["-H", $0] } + sent
                + ["http://\(host)/\(key.encoded)?\(query)"])
        let lines = (try? String(contentsOfFile: head, encoding: .utf8)) ?? ""
        return Sent(
            status: Int(lines.split(separator: " ").dropFirst().first ?? "") ?? 0, text: outcome.output, head: lines)
    }

    private static func httpDate(_ time: SigningTime) -> String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.timeZone = TimeZone(identifier: "GMT")
        format.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return format.string(from: Date(timeIntervalSince1970: Double(time.unixTime)))
    }
}

// MARK: - Whole uploads

extension FineClient {
    /// Begins an upload of parts.
    func initiate(_ key: ObjectKey) throws -> UploadToken {
        let headers = [
            CanonicalRequest.Item("x-amz-acl", "private"), CanonicalRequest.Item("x-amz-meta-qqfilename", "a%20b.mp4"),
        ]
        let sent = try perform(.initiate, key, headers: headers)
        let found = sent.text.firstMatch(of: /<UploadId>([^<]+)<\/UploadId>/)?.1
        guard sent.status == 200, let token = found.flatMap({ UploadToken($0) }) else {
            throw Failure("no upload: \(sent.status) \(sent.text)")
        }
        return token
    }

    /// - Returns: the part's tag.
    func sendPart(_ number: Int, _ token: UploadToken, _ key: ObjectKey, _ content: [UInt8]) throws -> String {
        let sent = try perform(.part(number: number, upload: token), key, content)
        guard sent.status == 200, let tag = sent.head.firstMatch(of: /(?i)etag: *("[^"]+")/)?.1 else {
            throw Failure("no part: \(sent.status) \(sent.text) \(sent.head)")
        }
        return String(tag)
    }

    func complete(_ token: UploadToken, _ key: ObjectKey, _ tags: [String]) throws -> Sent {
        let parts = tags.enumerated().map { "<Part><PartNumber>\($0 + 1)</PartNumber><ETag>\($1)</ETag></Part>" }
        let text = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
        return try perform(.complete(token), key, Array(text.utf8))
    }

    /// A policy as Fine Uploader has it signed.
    func policy(_ key: ObjectKey, _ more: [[String: String]] = [], bucket: String? = nil) throws -> [String: Any] {
        let time = time
        var conditions: [Any] = [
            ["acl": "private"], ["bucket": bucket ?? direct.bucket.name.text], ["Content-Type": "text/plain"],
            ["success_action_status": "200"],
        ]
        if version == 4 {
            let scope = "\(time.day)/\(direct.bucket.region)/s3/aws4_request"
            conditions += [
                ["x-amz-algorithm": "AWS4-HMAC-SHA256"], ["key": key.text],
                ["x-amz-credential": "\(CephGateway.accessKey)/\(scope)"], ["x-amz-date": time.stamp],
            ]
        } else {
            conditions.append(["key": key.text])
        }
        conditions += [["x-amz-meta-qqfilename": "a%20b.txt"]] + more
        conditions.append(["content-length-range", "0", "1000"])
        return ["expiration": "2030-01-01T00:00:00.000Z", "conditions": conditions]
    }

    func sign(policy: [String: Any]) throws -> Curl.Answer {
        let body = try JSONSerialization.data(withJSONObject: policy)
        return try post(version == 4 ? "/s3/sign?v4=true" : "/s3/sign", json: String(decoding: body, as: UTF8.self))
    }

    /// Sends a form with a policy that was signed.
    func sendForm(_ policy: [String: Any], _ answer: Curl.Answer, _ content: [UInt8], key: ObjectKey? = nil) throws
        -> Int
    {
        var fields: [(String, String)] = []
        for condition in policy["conditions"] as? [Any] ?? [] {
            for (name, value) in condition as? [String: String] ?? [:] where name != "bucket" {
                fields.append((name, name == "key" ? key?.text ?? value : value))
            }
        }
        fields.append(("policy", try Self.value("policy", in: answer)))
        let signature = try Self.value("signature", in: answer)
        fields +=
            version == 4
            ? [("x-amz-signature", signature)] : [("AWSAccessKeyId", CephGateway.accessKey), ("signature", signature)]
        let file = try curl.scratch.write(content, to: "form-\(UUID().uuidString)")
        let outcome = try RunningProgram.run(
            "/usr/bin/env",
            ["curl", "-sS", "--noproxy", "*", "-o", "/dev/null", "-w", "%{http_code}"]
                + fields.flatMap { ["--form-string", "\($0.0)=\($0.1)"] } + ["-F", "file=@\(file);type=text/plain"]
                + ["http://localhost:\(direct.gateway.port)/\(direct.bucket.name.text)"])
        return Int(outcome.output) ?? 0
    }
}
