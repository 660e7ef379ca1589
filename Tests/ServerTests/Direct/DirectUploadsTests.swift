import Domain
import Foundation
import HTTPClient
import Logins
import Platform
import S3Client
import TestSupport
import Testing

@testable import DirectUploads
@testable import S3

/// What the server's own page asks, against a real engine and without a server.
@Suite("Uploads straight to a bucket", .enabled(if: CephGateway.isInstalled, "\(CephGateway.reason)"))
struct DirectUploadsTests {
    private let folder: ScratchFolder
    private let engine: BucketClient
    private let credentials: S3Credentials
    private let camera: Home
    private let phone: Home

    init() throws {
        let gateway = try CephGateway.shared.get()
        let (endpoint, name) = (S3Endpoint(gateway.endpoint), BucketName("b-\(UUID().uuidString.lowercased())"))
        let bucket = try S3Bucket(#require(endpoint), #require(name), region: "us-east-1")
        let made = S3Credentials(accessKey: CephGateway.accessKey, secret: SecretBytes(CephGateway.secret.utf8))
        credentials = try #require(made)
        engine = BucketClient(try #require(bucket), credentials) { currentUnixTime() }
        try engine.makeBucket()
        folder = try ScratchFolder("direct")
        try folder.makeFolder(".auto-upload")
        camera = Home(try #require(FileName("camera")))
        phone = Home(try #require(FileName("phone")))
    }

    private func uploads(
        expiry: Double = 3600, prefix: String = "in", largest: UInt64 = 100 << 20, in other: ScratchFolder? = nil
    ) throws -> DirectUploads {
        var rules = DirectRules(engine.bucket, credentials, prefix: prefix, largest: largest, expiry: expiry)
        rules?.readsBack = true
        return DirectUploads(try #require(rules), folder: (other ?? folder).path)
    }

    private static func path(_ name: String) throws -> RemotePath { try RemotePath(Array(name.utf8)) }

    private static func digest(_ content: [UInt8]) throws -> [UInt8] {
        let text = try payloadDigest(of: content)
        return stride(from: 0, to: 64, by: 2).compactMap { UInt8(text.dropFirst($0).prefix(2), radix: 16) }
    }

    private func put(_ signed: S3Request.Signed, _ content: [UInt8]) throws -> Int {
        let fields = signed.headers.map { OutgoingRequest.Field($0.name, $0.value) }
        return try HTTPClient().send(OutgoingRequest(signed.method, signed.url, fields, content: content)).status
    }

    private func send(_ number: Int, _ content: [UInt8], _ id: String, by uploads: DirectUploads) throws {
        let digest = try Self.digest(content)
        let signed = try uploads.signPart(number, size: UInt64(content.count), digest: digest, of: id, for: camera)
        #expect(try put(signed, content) == 200)
    }

    private func expectRefused(
        _ reason: DirectRefusal.Reason, location: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) {
        do {
            try body()
            Issue.record("it isn't refused", sourceLocation: location)
        } catch let refusal as DirectRefusal {
            #expect(refusal.reason == reason, "\(refusal.text)", sourceLocation: location)
        } catch {
            Issue.record("\(error)", sourceLocation: location)
        }
    }

    private static let part = 8 << 20

    @Test("an upload goes on after a restart, with what is there; it is completed once, and told as often as is asked")
    func whole() throws {
        let content: [UInt8] = .random(Self.part + 1000, seed: 3)
        let (first, rest) = (Array(content[..<Self.part]), Array(content[Self.part...]))
        let size = UInt64(content.count)
        let begun = try uploads().beginPage(Self.path("a/clip.mp4"), size: size, type: "video/mp4", for: camera)
        let id = begun.upload.id
        #expect(begun.upload.key.text == "in/camera/a/clip.mp4")
        #expect(begun.upload.part == UInt64(Self.part))
        #expect(begun.upload.partCount == 2)
        try send(1, first, id, by: uploads())
        expectRefused(.conflict) { _ = try uploads().complete(id, for: camera) }
        let standing = try uploads().standing(id, for: camera)
        #expect(try standing.parts == [1: payloadDigest(of: first)])
        try send(2, rest, id, by: uploads())
        let outcome = try uploads().complete(id, for: camera)
        #expect(outcome.size == size)
        #expect(try outcome.digest == payloadDigest(of: content))
        #expect(try uploads().complete(id, for: camera) == outcome)
        #expect(try uploads().standing(id, for: camera).outcome == outcome)
        expectRefused(.notFound) { try send(2, rest, id, by: uploads()) }
        expectRefused(.conflict) { try uploads().abandon(id, for: camera) }
    }

    @Test("what is stored stays where a limit comes later, however often it is asked for")
    func laterLimit() throws {
        let content: [UInt8] = .random(1000, seed: 4)
        let id = try uploads().beginPage(Self.path("a"), size: 1000, type: "", for: camera).upload.id
        try send(1, content, id, by: uploads())
        let outcome = try uploads().complete(id, for: camera)
        #expect(try uploads(largest: 10).complete(id, for: camera) == outcome)
        #expect(try uploads(largest: 10).standing(id, for: camera).outcome == outcome)
        #expect(try engine.facts(of: outcome.key)?.size == 1000)
    }

    @Test("what is signed is for one content, one number and one size, and nobody else's upload")
    func bound() throws {
        let uploads = try uploads()
        let id = try uploads.beginPage(Self.path("a"), size: 5, type: "", for: camera).upload.id
        let digest = try Self.digest(Array("12345".utf8))
        let signed = try uploads.signPart(1, size: 5, digest: digest, of: id, for: camera)
        #expect(try put(signed, Array("54321".utf8)) == 400)
        #expect(try put(signed, Array("123456".utf8)) == 400)
        for (method, url) in [
            ("GET", signed.url), ("DELETE", signed.url),
            ("PUT", signed.url.replacing("partNumber=1", with: "partNumber=2")),
            ("PUT", signed.url.replacing("/in/camera/a", with: "/in/phone/a")),
            ("PUT", String(signed.url.prefix { $0 != "?" })),
        ] {
            let other = S3Request.Signed(method: method, url: url, headers: signed.headers)
            #expect(try put(other, method == "PUT" ? Array("12345".utf8) : []) == 403, "\(method) \(url)")
        }
        expectRefused(.malformed) { _ = try uploads.signPart(1, size: 6, digest: digest, of: id, for: camera) }
        expectRefused(.malformed) { _ = try uploads.signPart(2, size: 5, digest: digest, of: id, for: camera) }
        expectRefused(.malformed) { _ = try uploads.signPart(0, size: 5, digest: digest, of: id, for: camera) }
        expectRefused(.malformed) { _ = try uploads.signPart(1, size: 5, digest: [1], of: id, for: camera) }
        let other = try Self.digest(Array("54321".utf8))
        expectRefused(.conflict) { _ = try uploads.signPart(1, size: 5, digest: other, of: id, for: camera) }
        for id in [id, "", "0", "'; DROP TABLE uploads; --"] {
            expectRefused(.notFound) { _ = try uploads.signPart(1, size: 5, digest: digest, of: id, for: phone) }
            expectRefused(.notFound) { _ = try uploads.standing(id, for: phone) }
            expectRefused(.notFound) { _ = try uploads.complete(id, for: phone) }
            expectRefused(.notFound) { try uploads.abandon(id, for: phone) }
        }
        #expect(try put(signed, Array("12345".utf8)) == 200)
        #expect(try uploads.complete(id, for: camera).size == 5)
    }

    @Test("a name that is taken, or being sent to, is left as it is: the newcomer gets digits of its own")
    func names() throws {
        let uploads = try uploads()
        let taken = try #require(ObjectKey("in/camera/a.b/clip.mp4"))
        try engine.put(taken, [1])
        let keys = try (0..<2).map { _ in
            try uploads.beginPage(Self.path("a.b/clip.mp4"), size: 0, type: "", for: camera).upload.key.text
        }
        let first = try uploads.beginPage(Self.path("new"), size: 0, type: "", for: camera)
        let second = try uploads.beginPage(Self.path("new"), size: 0, type: "", for: camera)
        for key in keys { #expect(key.wholeMatch(of: /in\/camera\/a\.b\/clip\.[0-9a-f]{16}\.mp4/) != nil, "\(key)") }
        #expect(Set(keys).count == 2)
        #expect(first.upload.key.text == "in/camera/new")
        #expect(second.upload.key.text.hasPrefix("in/camera/new."))
        #expect(
            try uploads.beginPage(Self.path("new"), size: 0, type: "", for: phone).upload.key.text == "in/phone/new")
        expectRefused(.tooLarge) {
            _ = try uploads.beginPage(Self.path("x"), size: (100 << 20) + 1, type: "", for: camera)
        }
        expectRefused(.malformed) { _ = try uploads.beginPage(Self.path("a\nb"), size: 1, type: "", for: camera) }
        expectRefused(.malformed) { _ = try uploads.beginPage(Self.path("x"), size: 1, type: "a\r\nb: c", for: camera) }
        expectRefused(.malformed) {
            _ = try uploads.beginPage(RemotePath([0xFF]), size: 1, type: "", for: camera)
        }
    }

    @Test("what nobody goes on with is given up, also what only the engine knows of; what is young stays")
    func sweep() throws {
        let id = try uploads().beginPage(Self.path("a"), size: 5, type: "", for: camera).upload.id
        let foreign = try #require(ObjectKey("in/phone/b"))
        let elsewhere = try #require(ObjectKey("other/c"))
        _ = try engine.begin(foreign, type: "")
        _ = try engine.begin(elsewhere, type: "")
        #expect(try uploads().sweep() == DirectUploads.Swept())
        #expect(try engine.openUploads(below: "").count == 3)
        // Without a prefix the bucket may hold what others send.
        let other = try ScratchFolder("other")
        try other.makeFolder(".auto-upload")
        #expect(try uploads(expiry: -7200, prefix: "", in: other).sweep() == DirectUploads.Swept())
        #expect(try engine.openUploads(below: "").count == 3)
        // As if the clock had gone on.
        let swept = try uploads(expiry: -7200).sweep()
        #expect(swept.aborted == 2)
        #expect(swept.trouble == nil)
        #expect(try engine.openUploads(below: "").map(\.key) == [elsewhere])
        expectRefused(.notFound) { _ = try uploads().standing(id, for: camera) }
    }

    @Test("an engine that answers nothing ends no sweep for good, and is told of")
    func sweepInTrouble() throws {
        let (endpoint, name) = (S3Endpoint("http://127.0.0.1:1"), BucketName("bucket"))
        let bucket = try S3Bucket(#require(endpoint), #require(name), region: "us-east-1")
        let rules = DirectRules(try #require(bucket), credentials, prefix: "in", largest: nil, expiry: 0)
        let swept = DirectUploads(try #require(rules), folder: folder.path).sweep()
        #expect(swept.trouble?.reason == .engine)
    }
}
