package import Ciphers
internal import Encodings
internal import Platform

/// Signature version 4 of AWS, as S3 has it: by an HMAC-SHA-256 under a key that is good for one day, one region and S3 alone.
package struct SignatureV4: Sendable {
    private let credentials: S3Credentials
    package let region: String
    package let time: SigningTime

    package static let algorithm = "AWS4-HMAC-SHA256"

    package init(_ credentials: S3Credentials, region: String, at time: SigningTime) {
        (self.credentials, self.region, self.time) = (credentials, region, time)
    }

    /// `20130524/us-east-1/s3/aws4_request`.
    package var scope: String { "\(time.day)/\(region)/s3/aws4_request" }

    /// As requests and policies name who has signed.
    package var credential: String { "\(credentials.accessKey)/\(scope)" }

    package func stringToSign(_ request: CanonicalRequest) throws(CipherFailure) -> String {
        "\(Self.algorithm)\n\(time.stamp)\n\(scope)\n\(hexadecimal(try sha256(Array(request.text.utf8))))"
    }

    /// In hexadecimal.
    package func signature(of request: CanonicalRequest) throws(CipherFailure) -> String {
        try signature(ofText: stringToSign(request))
    }

    /// In hexadecimal. Nothing but what this module has written itself comes here.
    func signature(ofText text: String) throws(CipherFailure) -> String {
        hexadecimal(try hmac(Array(text.utf8), key: key()))
    }

    private func key() throws(CipherFailure) -> SecretBytes {
        var first = Array("AWS4".utf8) + credentials.secret.exposed
        defer { overwrite(&first) }
        var key = SecretBytes(first)
        for part in [time.day, region, "s3", "aws4_request"] {
            var next = try hmac(Array(part.utf8), key: key)
            key = SecretBytes(next)
            overwrite(&next)
        }
        return key
    }

    /// The field Authorization of a request.
    package func authorization(of request: CanonicalRequest) throws(CipherFailure) -> String {
        "\(Self.algorithm) Credential=\(credential),SignedHeaders=\(request.signedHeaders),"
            + "Signature=\(try signature(of: request))"
    }
}
