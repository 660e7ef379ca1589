import Foundation
import Platform
import TestSupport
import Testing

@testable import S3

/// A block of a vector file of this target.
func vectors(_ name: String) throws -> [Vector] {
    let file = Bundle.module.bundleURL.appendingPathComponent("vectors/\(name)")
    return Vector.parse(try String(contentsOf: file, encoding: .utf8), file: name)
}

@Suite("Signatures of S3")
struct SignatureTests {
    static let credentials = S3Credentials(
        accessKey: "AKIAIOSFODNN7EXAMPLE", secret: SecretBytes("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".utf8))

    private static func v4(_ vector: Vector) throws -> SignatureV4 {
        let stamp = try vector.field("time")
        let time = try #require(SigningTime(stamp: stamp))
        return SignatureV4(try #require(credentials), region: try vector.field("region"), at: time)
    }

    private static func items(_ text: String, _ lines: Character, _ middle: Character) -> [CanonicalRequest.Item] {
        text.split(separator: lines).map { line in
            let parts = line.split(separator: middle, maxSplits: 1, omittingEmptySubsequences: false)
            return CanonicalRequest.Item(String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
        }
    }

    @Test("are those that AWS has published")
    func published() throws {
        let all = try vectors("signatures.txt")
        #expect(all.count == 8)
        for vector in all {
            let expected = try vector.field("signature")
            switch try vector.field("version") {
            case "4":
                let request = CanonicalRequest(
                    method: try vector.field("method"), path: try vector.field("path"),
                    query: Self.items(vector.fields["query"] ?? "", "&", "="),
                    headers: Self.items(try vector.field("headers"), "\n", ":"), payload: try vector.field("payload"))
                let signature = try Self.v4(vector)
                #expect(try signature.stringToSign(request).hasSuffix("\n" + vector.field("digest")), "\(vector)")
                #expect(try signature.signature(of: request) == expected, "\(vector)")
            case "2":
                var request = SignatureV2.Request(
                    method: try vector.field("method"), resource: try vector.field("resource"))
                (request.contentType, request.date) = (vector.fields["type"] ?? "", try vector.field("date"))
                let credentials = try #require(Self.credentials)
                #expect(try SignatureV2(credentials).signature(of: request) == expected, "\(vector)")
            case "policy":
                #expect(try Self.v4(vector).signature(ofText: vector.field("text")) == expected, "\(vector)")
            default: try url(vector)
            }
        }
    }

    private func url(_ vector: Vector) throws {
        let bucket = try #require(
            S3Endpoint("https://s3.amazonaws.com").flatMap { endpoint in
                BucketName("examplebucket").flatMap { S3Bucket(endpoint, $0, region: "us-east-1") }
            })
        let (name, stamp) = (try vector.field("key"), try vector.field("time"))
        let key = try #require(ObjectKey(name))
        let (time, credentials) = (try #require(SigningTime(stamp: stamp)), try #require(Self.credentials))
        let signed = try S3Request("GET", key).presigned(by: credentials, for: bucket, .host, at: time, seconds: 86_400)
        #expect(
            signed.url.hasPrefix("https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&"))
        #expect(signed.url.hasSuffix("&X-Amz-Signature=\(try vector.field("signature"))"))
    }

    @Test("a policy says what it was given, in JSON, and nothing else")
    func policy() throws {
        let time = try #require(SigningTime(stamp: "20261129T235959Z"))
        let policy = PostPolicy(expires: time, conditions: [.equal("key", "a/\"b\""), .length(0...5)])
        #expect(
            policy.json
                == #"{"expiration":"2026-11-29T23:59:59.000Z","conditions":[{"key":"a/\"b\""},["content-length-range",0,5]]}"#
        )
    }

    @Test("times are read as they are written, and nothing else is")
    func times() {
        for stamp in ["19700101T000000Z", "20240229T123456Z", "20261129T235959Z", "99991231T235959Z"] {
            #expect(SigningTime(stamp: stamp)?.stamp == stamp)
        }
        for stamp in [
            "", "20230229T000000Z", "20261129T240000Z", "20261129T236000Z", "20261129 235959Z", "20261129T235959",
            "2026112٩T235959Z",
            "20260001T000000Z", "20261301T000000Z", "00001129T000000Z",
        ] {
            #expect(SigningTime(stamp: stamp) == nil, "\(stamp)")
        }
    }
}
