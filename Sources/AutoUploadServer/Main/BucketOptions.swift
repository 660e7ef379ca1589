import CommandLine
import DirectUploads
import HTTPClient
import Platform
import S3
import S3Client

/// The options that let browsers send straight to a bucket of an S3 engine.
enum BucketOptions {
    static let endpoint = Option(
        "s3-endpoint", value: .text("URL"), section: section,
        help:
            "Let users' browsers send straight to an S3 engine there, as https://s3.example.org; with --s3-bucket. "
            + "Browsers have to reach it at this address, too.")
    static let bucket = Option("s3-bucket", value: .text("BUCKET"), section: section, help: "The bucket.")
    static let prefix = Option(
        "s3-prefix", value: .anyText("PREFIX"), defaultText: "", section: section,
        help: "What all keys begin with, before the user's name: names with slashes between.")
    static let region = Option(
        "s3-region", value: .text("REGION"), defaultText: "us-east-1", section: section,
        help: "As signatures name it.")
    static let credentials = Option(
        "s3-credentials", value: .text("FILE"), section: section,
        help:
            "A private file (chmod 600) of two lines, aws_access_key_id = … and aws_secret_access_key = …. Without it "
            + "they are taken from the environment, by AWS's names for them.")
    static let authorities = Option(
        "s3-ca-file", value: .text("FILE"), section: section,
        help: "The authorities that the engine's certificate may be of (PEM), rather than the system's.")
    static let removes = Option(
        "s3-delete", value: .text("on|off"), defaultText: "off", section: section,
        help: "Let users remove objects of their own (/s3/delete/KEY).")
    static let readsBack = Option(
        "s3-read-back", section: section,
        help: "Read each object again before it counts as stored, and tell its SHA-256.")
    static let page = Option(
        "s3-page", value: .text("on|off"), defaultText: "off", section: section,
        help: "Have the server's own page send to the bucket what users send who have an account.")

    static let table = [endpoint, bucket, prefix, region, credentials, authorities, removes, readsBack, page]

    private static let section = "Straight to S3"
}

extension DirectRules {
    /// - Returns: nil where nothing goes there.
    init?(
        _ arguments: ParsedArguments, largest: UInt64?, expiry: Double
    ) throws(ProgramError) {
        let needed = [BucketOptions.endpoint, BucketOptions.bucket]
        guard needed.contains(where: arguments.isGiven) else { return nil }
        try HTTPClient.load(for: BucketOptions.endpoint)
        let bucket = try Self.bucket(arguments)
        let credentials = try BucketCredentials.load(arguments)
        let prefix = try arguments.string(of: BucketOptions.prefix)
        guard let rules = DirectRules(bucket, credentials, prefix: prefix, largest: largest, expiry: expiry) else {
            throw .usage("--s3-prefix takes names with slashes between, 200 bytes at most")
        }
        self = rules
        removes = try Configuration.isOn(arguments.string(of: BucketOptions.removes), "--s3-delete")
        readsBack = arguments.flag(BucketOptions.readsBack)
        servesPage = try Configuration.isOn(arguments.string(of: BucketOptions.page), "--s3-page")
        authorities = arguments.optionalString(of: BucketOptions.authorities)
    }

    static func bucket(_ arguments: ParsedArguments) throws(ProgramError) -> S3Bucket {
        guard let endpoint = S3Endpoint(try arguments.string(of: BucketOptions.endpoint)) else {
            throw .usage("--s3-endpoint takes https://HOST or http://HOST, perhaps with :PORT, and nothing behind it")
        }
        guard let name = BucketName(try arguments.string(of: BucketOptions.bucket)) else {
            throw .usage("--s3-bucket takes 3 to 63 small letters, digits, hyphens and dots")
        }
        guard let bucket = S3Bucket(endpoint, name, region: try arguments.string(of: BucketOptions.region)) else {
            throw .usage("--s3-region takes letters, digits and hyphens")
        }
        return bucket
    }
}

/// Where the key to the bucket comes from.
enum BucketCredentials {
    private static let names = (key: "aws_access_key_id", secret: "aws_secret_access_key")
    private static let longest = 4096
    /// Permissions of others than the owner.
    private static let others: UInt32 = 0o077

    static func load(_ arguments: ParsedArguments) throws(ProgramError) -> S3Credentials {
        guard let path = arguments.optionalString(of: BucketOptions.credentials) else { return try ofEnvironment() }
        var content = try read(path)
        defer { overwrite(&content) }
        return try credentials(content, path)
    }

    private static func ofEnvironment() throws(ProgramError) -> S3Credentials {
        let (key, secret) = (names.key.uppercased(), names.secret.uppercased())
        guard let accessKey = environmentVariable(key), let value = environmentVariable(secret) else {
            throw ProgramError(
                "--s3-endpoint: there is no key for it: give --s3-credentials FILE, or \(key) and \(secret) in the environment",
                exitCode: .configuration)
        }
        let credentials = S3Credentials(accessKey: accessKey, secret: SecretBytes(value.utf8))
        forgetEnvironmentVariable(secret)
        guard let credentials else {
            throw ProgramError("\(key) or \(secret) in the environment is none", exitCode: .configuration)
        }
        return credentials
    }

    private static func read(_ path: String) throws(ProgramError) -> [UInt8] {
        do throws(SystemError) {
            let file = try FileDescriptor.openForReading(path: path)
            let status = try file.status()
            guard status.kind == .regular else { throw SystemError("read", escaped(path), errno: .invalid) }
            guard status.permissions & others == 0 else {
                throw SystemError("keep from others (chmod 600)", escaped(path), errno: .accessDenied)
            }
            return try file.readAll(limit: longest)
        } catch {
            throw ProgramError("--s3-credentials: \(error)", exitCode: .configuration)
        }
    }

    /// `name = value` in a line each; headings in brackets and comments are passed over, as AWS's own tools write them.
    private static func credentials(_ content: [UInt8], _ path: String) throws(ProgramError) -> S3Credentials {
        var accessKey = ""
        var secret: SecretBytes?
        for line in content.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "="), maxSplits: 1).map(trimmed)
            guard parts.count == 2 else { continue }
            if parts[0].elementsEqual(names.key.utf8) { accessKey = String(decoding: parts[1], as: UTF8.self) }
            if parts[0].elementsEqual(names.secret.utf8) { secret = SecretBytes(parts[1]) }
        }
        guard let secret, let credentials = S3Credentials(accessKey: accessKey, secret: secret) else {
            throw ProgramError(
                "--s3-credentials: \(escaped(path)) has no lines “\(names.key) = …” and “\(names.secret) = …”",
                exitCode: .configuration)
        }
        return credentials
    }

    private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let isBlank: (UInt8) -> Bool = { " \t\r".utf8.contains($0) }
        var bytes = bytes.drop(while: isBlank)
        while let last = bytes.last, isBlank(last) { bytes.removeLast() }
        return bytes
    }
}
