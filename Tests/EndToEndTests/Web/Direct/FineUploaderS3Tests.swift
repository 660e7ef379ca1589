import Foundation
import Platform
import S3
import S3Client
import TestSupport
import Testing

/// What Fine Uploader S3 sends, by the engine's own judgement.
@Suite("Fine Uploader S3", .enabled(if: CephGateway.isInstalled, "\(CephGateway.reason)"))
struct FineUploaderS3Tests {
    private static let first = sample(5 << 20)

    @Test("an upload in parts, each step signed; it counts once the engine has said so", arguments: [4, 2])
    func parts(_ version: Int) throws {
        let direct = try DirectServer(options: ["--s3-read-back"])
        let client = try FineClient(direct, version: version)
        let key = try direct.key("some/clip \(version)+é.mp4")
        let token = try client.initiate(key)
        let tags = [
            try client.sendPart(1, token, key, Self.first), try client.sendPart(2, token, key, Array("end".utf8)),
        ]
        #expect(try client.success(key).status == 409)
        let completed = try client.complete(token, key, tags)
        #expect(completed.status == 200, "\(completed.text)")
        let told = try client.success(key)
        #expect(told.status == 200, "\(told.text)")
        let content = Self.first + Array("end".utf8)
        #expect(try FineClient.value("sha256", in: told) == payloadDigest(of: content))
        #expect(try direct.content(of: key) == content)
        #expect(try client.success(key).status == 200)
        _ = try direct.server.logLine(with: "sent-to-bucket", "bytes=\(content.count)", "user=camera")
        // It is over: nothing of it is signed any more, and nothing replaces it.
        let late = try client.sign(client.proposal(.part(number: 3, upload: token), key, [1]).text)
        #expect(late.status == 404, "\(late.text)")
        #expect(try client.sign(client.proposal(.initiate, key).text).status == 409)
    }

    @Test("a restart of the server in the midst goes on with it", arguments: [4, 2])
    func restart(_ version: Int) throws {
        var direct = try DirectServer()
        var client = try FineClient(direct, version: version)
        let key = try direct.key("clip.mp4")
        let token = try client.initiate(key)
        let first = try client.sendPart(1, token, key, Self.first)
        try direct.server.kill()
        direct = try DirectServer(direct.gateway, site: direct.server.site, bucket: direct.bucket.name.text)
        client = try FineClient(direct, version: version)
        let second = try client.sendPart(2, token, key, Array("end".utf8))
        #expect(try client.complete(token, key, [first, second]).status == 200)
        #expect(try client.success(key).status == 200)
    }

    @Test("an upload that is given up is gone", arguments: [4, 2])
    func abort(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        let key = try direct.key("clip.mp4")
        let token = try client.initiate(key)
        _ = try client.sendPart(1, token, key, [1, 2, 3])
        #expect(try client.perform(.abort(token), key).status == 204)
        #expect(try direct.engine.openUploads(below: "").isEmpty)
        #expect(try client.sign(client.proposal(.part(number: 2, upload: token), key, [1]).text).status == 404)
    }

    @Test("a small file by a form: the policy is the server's own, and bounds key and length", arguments: [4, 2])
    func form(_ version: Int) throws {
        let direct = try DirectServer()
        let client = try FineClient(direct, version: version)
        let key = try direct.key("note \(version).txt")
        let policy = try client.policy(key)
        let signed = try client.sign(policy: policy)
        #expect(signed.status == 200, "\(signed.text)")
        let encoded = try FineClient.value("policy", in: signed)
        let document = try #require(Data(base64Encoded: encoded))
        #expect(String(decoding: document, as: UTF8.self).contains(#"["content-length-range",0,1000]"#))
        #expect(!String(decoding: document, as: UTF8.self).contains("2030"), "it is good for years")
        #expect(try client.sendForm(policy, signed, sample(1001)) >= 400)
        #expect(try client.sendForm(policy, signed, sample(10), key: direct.key("other.txt")) >= 400)
        #expect(try client.sendForm(policy, signed, sample(1000)) == 200)
        #expect(try client.success(key).status == 200)
        #expect(try direct.content(of: key) == sample(1000))
    }

    @Test("removing is off unless the admin says otherwise, and is of one's own then")
    func removing() throws {
        let shut = try DirectServer()
        let key = try shut.key("a.txt")
        try shut.engine.put(key, [1])
        let curl = try Curl(shut.server)
        #expect(try curl("/s3/delete/\(key.encoded)", Curl.login + ["-X", "DELETE"]).status == 403)
        #expect(try shut.engine.facts(of: key) != nil)
        let open = try DirectServer(shut.gateway, bucket: shut.bucket.name.text, options: ["--s3-delete", "on"])
        let other = try open.key("a.txt", of: Fixtures.otherUser)
        try open.engine.put(other, [1])
        let direct = try Curl(open.server)
        #expect(try direct("/s3/delete/\(other.encoded)", Curl.login + ["-X", "DELETE"]).status == 403)
        // As Fine Uploader does it: a name of its own in the path, the key in a field.
        let query = "?key=\(other.encoded)&bucket=\(open.bucket.name.text)"
        #expect(try direct("/s3/delete/1-2-3\(query)", Curl.login + ["-X", "DELETE"]).status == 403)
        let elsewhere = "?key=\(key.encoded)&bucket=elsewhere"
        #expect(try direct("/s3/delete/1-2-3\(elsewhere)", Curl.login + ["-X", "DELETE"]).status == 403)
        #expect(try open.engine.facts(of: other) != nil)
        #expect(try open.engine.facts(of: key) != nil)
        let form = ["--data-urlencode", "key=\(key.text)", "--data-urlencode", "_method=DELETE"]
        #expect(try direct("/s3/delete/1-2-3", Curl.login + form).status == 200)
        #expect(try open.engine.facts(of: key) == nil)
    }

    @Test("the bucket is prepared by one command, lets just these pages send, and says so; again it changes nothing")
    func preparing() throws {
        let direct = try DirectServer()
        let first = try direct.prepare(["https://page.example"])
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output.contains("CORS was set"), "\(first.output)")
        #expect(try direct.prepare(["https://page.example"]).output.contains("CORS is as it is to be"))
        let key = try direct.key("a")
        #expect(try direct.engine.preflight(key, from: "https://page.example", "PUT", headers: ["x-amz-date"]))
        #expect(try !direct.engine.preflight(key, from: "https://page.example", "GET", headers: ["x-amz-date"]))
        #expect(try !direct.engine.preflight(key, from: "https://other.example", "PUT", headers: ["x-amz-date"]))
        #expect(try direct.prepare(["https://other.example"]).output.contains("CORS was replaced"))
        #expect(try !direct.engine.preflight(key, from: "https://page.example", "PUT", headers: ["x-amz-date"]))
        #expect(try direct.prepare([]).status == 64)
    }
}
