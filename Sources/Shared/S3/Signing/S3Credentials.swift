package import Platform

/// An access key and its secret, which is never printed, and is overwritten when the last who holds it lets go.
package final class S3Credentials: Sendable {
    package let accessKey: String
    let secret: SecretBytes

    /// - Returns: nil where the access key is none: 1 to 128 printable characters of ASCII, without a slash; or the secret is empty.
    package init?(accessKey: String, secret: consuming SecretBytes) {
        guard (1...128).contains(accessKey.utf8.count), !secret.isEmpty,
            accessKey.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"/,\"".utf8.contains($0) })
        else { return nil }
        self.accessKey = accessKey
        self.secret = secret
    }
}
