import Foundation
import HTTPClient
import Platform
import S3
import TestSupport
import Testing

@testable import S3Client

/// Against a real engine.
@Suite("A bucket's client", .enabled(if: CephGateway.isInstalled, "\(CephGateway.reason)"))
struct BucketClientTests {
    private static func bucket(_ gateway: CephGateway, _ name: String) throws -> S3Bucket {
        let endpoint = try #require(S3Endpoint(gateway.endpoint))
        let name = try #require(BucketName(name))
        return try #require(S3Bucket(endpoint, name, region: "us-east-1"))
    }

    static func client(
        _ gateway: CephGateway, _ name: String = "b-\(UUID().uuidString.lowercased())",
        secret: String = CephGateway.secret,
        limits: TransferLimits = TransferLimits(), clock offset: Int64 = 0
    ) throws -> BucketClient {
        let made = S3Credentials(accessKey: CephGateway.accessKey, secret: SecretBytes(secret.utf8))
        let (credentials, bucket) = (try #require(made), try bucket(gateway, name))
        return BucketClient(bucket, credentials, limits: limits) { currentUnixTime() + offset }
    }

    private static let large = sampleBytes(5 << 20)

    private static func sampleBytes(_ count: Int) -> [UInt8] { .random(count, seed: 18) }

    @Test("an upload of parts: begun, listed, completed, there; a second completion changes nothing")
    func upload() throws {
        let client = try Self.client(CephGateway.shared.get())
        try client.makeBucket()
        let key = try #require(ObjectKey("in/camera/Zürich 1+2.mp4"))
        #expect(try client.facts(of: key) == nil)
        let upload = try client.begin(key, type: "video/mp4")
        #expect(try client.parts(of: upload, key) == [])
        try client.putPart(upload, key, 1, Self.large)
        try client.putPart(upload, key, 2, Array("end".utf8))
        let parts = try #require(try client.parts(of: upload, key))
        #expect(parts.map(\.number) == [1, 2])
        #expect(parts.map(\.size) == [5 << 20, 3])
        let open = try client.openUploads(below: "in/")
        #expect(open.map(\.token) == [upload])
        let begun = try #require(open.first?.begun)
        #expect(abs(begun - currentUnixTime()) < 3600)
        try client.complete(upload, key, parts)
        try client.complete(upload, key, parts)
        #expect(try client.facts(of: key)?.size == (5 << 20) + 3)
        #expect(try client.openUploads(below: "").isEmpty)
        let read = Collected()
        try client.read(key) { read.take($0) }
        #expect(read.bytes == Self.large + Array("end".utf8))
        try client.remove(key)
        #expect(try client.facts(of: key) == nil)
    }

    private final class Collected {
        var bytes: [UInt8] = []

        func take(_ span: RawSpan) -> Bool {
            let span = Span<UInt8>(_bytes: span)
            bytes.reserveCapacity(bytes.count + span.count)
            for index in span.indices { bytes.append(span[index]) }
            return true
        }
    }

    @Test("parts whose tags are others aren't taken for these; what isn't there is said to be gone")
    func refusals() throws {
        let client = try Self.client(CephGateway.shared.get())
        try client.makeBucket()
        let key = try #require(ObjectKey("a"))
        let upload = try client.begin(key, type: "")
        try client.putPart(upload, key, 1, Array("some".utf8))
        let wrong = UploadedPart(number: 1, size: 4, tag: "00000000000000000000000000000000")
        #expect(throws: BucketError.refused(status: 400, code: "InvalidPart")) {
            try client.complete(upload, key, [wrong])
        }
        try client.abort(upload, key)
        try client.abort(upload, key)
        #expect(try client.parts(of: upload, key) == nil)
        // Ceph 16 says 500 here, others 404.
        #expect(throws: BucketError.self) { try client.complete(upload, key, [wrong]) }
    }

    @Test("a wrong secret, a wrong clock and a bucket that isn't there are told apart")
    func troubles() throws {
        let gateway = try CephGateway.shared.get()
        let client = try Self.client(gateway)
        try client.makeBucket()
        let key = try #require(ObjectKey("a"))
        let stranger = try Self.client(gateway, client.bucket.name.text, secret: "wrong")
        #expect(throws: BucketError.refused(status: 403, code: "SignatureDoesNotMatch")) {
            try stranger.begin(key, type: "")
        }
        let late = try Self.client(gateway, client.bucket.name.text, clock: -3600)
        #expect(throws: BucketError.refused(status: 403, code: "RequestTimeTooSkewed")) {
            try late.begin(key, type: "")
        }
        let elsewhere = try Self.client(gateway)
        #expect(throws: BucketError.refused(status: 404, code: "NoSuchBucket")) { try elsewhere.begin(key, type: "") }
    }

    @Test(
        "a gateway that is silent is waited for no longer than it may take; one that is gone is told at once, and comes back"
    )
    func deadlines() throws {
        let gateway = try CephGateway()
        var limits = TransferLimits()
        limits.silence = 2
        let client = try Self.client(gateway, limits: limits)
        try client.makeBucket()
        let key = try #require(ObjectKey("a"))
        let upload = try client.begin(key, type: "")
        try client.putPart(upload, key, 1, Array("some".utf8))
        try gateway.treat(.freeze)
        #expect(throws: BucketError.noAnswer(.silent)) { try client.parts(of: upload, key) }
        try gateway.treat(.thaw)
        #expect(try client.parts(of: upload, key)?.count == 1)
        try gateway.treat(.kill)
        do throws(BucketError) {
            _ = try client.parts(of: upload, key)
            Issue.record("somebody answers")
        } catch {
            #expect(error.passes, "\(error)")
        }
        try gateway.treat(.start)
        let parts = try #require(try client.parts(of: upload, key))
        try client.complete(upload, key, parts)
        #expect(try client.facts(of: key)?.size == 4)
    }
}
