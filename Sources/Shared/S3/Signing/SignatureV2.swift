package import Ciphers
internal import Encodings

/// Signature version 2, for engines that know nothing better: an HMAC-SHA-1 under the secret itself. It binds neither the content, but by its
/// MD5, nor the host.
package struct SignatureV2: Sendable {
    private let credentials: S3Credentials

    package init(_ credentials: S3Credentials) { self.credentials = credentials }

    /// A request as it is signed.
    package struct Request: Hashable, Sendable {
        package let method: String
        /// Base64; empty: none.
        package var contentMD5 = ""
        package var contentType = ""
        /// As HTTP has it; empty where it is a header of Amazon's.
        package var date = ""
        /// `x-amz-…`, names in small letters.
        package var headers: [CanonicalRequest.Item] = []
        /// The bucket, the key and what of the query makes it another thing, escaped: `/bucket/key?uploads`.
        package let resource: String

        package init(method: String, resource: String) { (self.method, self.resource) = (method, resource) }

        package var text: String {
            let lines = headers.sorted { $0.name < $1.name }.map { "\($0.name):\($0.value)\n" }.joined()
            return "\(method)\n\(contentMD5)\n\(contentType)\n\(date)\n\(lines)\(resource)"
        }
    }

    /// In Base64.
    package func signature(of request: Request) throws(CipherFailure) -> String { try signature(ofText: request.text) }

    /// In Base64. Nothing but what this module has written itself comes here.
    func signature(ofText text: String) throws(CipherFailure) -> String {
        encodeBase64(try hmacSHA1(Array(text.utf8), key: credentials.secret), isPadded: true)
    }
}
