internal import COpenSSL
internal import Domain
internal import Encodings

/// A public key that is known beforehand, as curl and HPKP (RFC 7469) write it: the SHA-256 of its SubjectPublicKeyInfo.
package struct KeyPin: Hashable, Sendable {
    private let digest: ContentDigest

    private static let start = "sha256//"

    /// - Parameter text: "sha256//" and 44 characters of base64.
    /// - Returns: nil when it isn't one.
    package init?(_ text: String) {
        guard text.hasPrefix(Self.start),
            let bytes = decodeBase64(text.utf8.dropFirst(Self.start.utf8.count), isPadded: true),
            let digest = ContentDigest(bytes)
        else { return nil }
        self.digest = digest
    }

    /// - Parameter certificate: OpenSSL's X509.
    init?(of certificate: OpaquePointer) {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        let key = unsafe X509_get_X509_PUBKEY(certificate)
        let count = unsafe i2d_X509_PUBKEY(key, nil)
        guard count > 0 else { return nil }
        var bytes = [UInt8](repeating: 0, count: Int(count))
        let written = unsafe bytes.withUnsafeMutableBufferPointer { buffer in
            var place = buffer.baseAddress
            return unsafe i2d_X509_PUBKEY(key, &place)
        }
        guard written == count, let digest = ContentHasher.digest(of: bytes) else { return nil }
        self.digest = digest
    }
}

extension KeyPin: CustomStringConvertible {
    package var description: String { Self.start + encodeBase64(digest.bytes, isPadded: true) }
}
