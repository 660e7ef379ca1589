internal import CSodium

/// Signatures of RFC 8032, looked at. The corresponding C function is `crypto_sign_ed25519_verify_detached`.
package enum Ed25519 {
    /// Bytes of a public key.
    package static let keyCount = 32
    package static let signatureCount = 64

    package static func isSignature(_ signature: [UInt8], of message: [UInt8], by key: [UInt8]) -> Bool {
        guard signature.count == signatureCount, key.count == keyCount, Sodium.isReady else { return false }
        return unsafe crypto_sign_ed25519_verify_detached(signature, message, UInt64(message.count), key) == 0
    }
}
