import Foundation
import Platform
import S3
import S3Client
import TestSupport
import Testing

/// A server whose users send straight to a bucket of their own of a real engine.
struct DirectServer {
    let server: TestServer
    let gateway: CephGateway
    let bucket: S3Bucket
    /// With the engine's own key, past the server.
    let engine: BucketClient

    static let prefix = "in"

    /// - Parameters:
    ///   - gateway: nil: the one that tests share.
    ///   - options: of the server, besides.
    init(_ gateway: CephGateway? = nil, site: Site? = nil, bucket name: String? = nil, options: [String] = []) throws {
        let gateway = try gateway ?? CephGateway.shared.get()
        let name = name ?? "b-\(UUID().uuidString.lowercased())"
        bucket = try Self.bucket(gateway, name)
        let credentials = S3Credentials(accessKey: CephGateway.accessKey, secret: SecretBytes(CephGateway.secret.utf8))
        engine = BucketClient(bucket, try #require(credentials)) { currentUnixTime() }
        try engine.makeBucket()
        let site = try site ?? Site()
        server = try TestServer(site, options: try Self.options(gateway, name, site) + options)
        self.gateway = gateway
    }

    private static func bucket(_ gateway: CephGateway, _ name: String) throws -> S3Bucket {
        let endpoint = try #require(S3Endpoint(gateway.endpoint))
        let name = try #require(BucketName(name))
        return try #require(S3Bucket(endpoint, name, region: "us-east-1"))
    }

    static func options(_ gateway: CephGateway, _ bucket: String, _ site: Site) throws -> [String] {
        let text =
            "[default]\naws_access_key_id = \(CephGateway.accessKey)\naws_secret_access_key=\(CephGateway.secret)\n"
        let file = try site.scratch.write(text, to: "s3-key")
        return [
            "--s3-endpoint", gateway.endpoint, "--s3-bucket", bucket, "--s3-prefix", prefix, "--s3-credentials", file,
        ]
    }

    /// Has pages of these origins let send.
    func prepare(_ origins: [String]) throws -> RunningProgram.Outcome {
        let options = try Self.options(gateway, bucket.name.text, server.site).filter {
            $0 != "--s3-prefix" && $0 != Self.prefix
        }
        return try RunningProgram.run(
            Binaries.server, ["s3", "prepare"] + options + origins.flatMap { ["--web-origin", $0] })
    }

    func key(_ name: String, of user: String = Fixtures.user) throws -> ObjectKey {
        try #require(ObjectKey("\(Self.prefix)/\(user)/\(name)"))
    }

    /// What an object holds.
    func content(of key: ObjectKey) throws -> [UInt8] {
        let collected = Collected()
        try engine.read(key) { collected.take($0) }
        return collected.bytes
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
}
