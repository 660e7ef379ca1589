internal import CSodium
package import Platform

/// Encryption that notices any change, with nonces that may be drawn at random: XChaCha20-Poly1305, without additional data. The corresponding C
/// functions are `crypto_aead_xchacha20poly1305_ietf_encrypt` and `…_decrypt`.
package enum XChaCha20Poly1305 {
    package static let keyCount = 32
    package static let nonceCount = 24
    /// Bytes by which what is sealed is longer, besides the nonce.
    package static let tagCount = 16

    /// - Returns: a new nonce, what was sealed under it, and the tag.
    package static func seal(
        _ plaintext: [UInt8], key: borrowing SecretBytes
    ) throws(CipherFailure) -> [UInt8] {
        let failure = CipherFailure(library: "libsodium", operation: "encrypt by XChaCha20-Poly1305")
        guard Sodium.isReady, key.count == keyCount, let nonce = try? randomBytes(nonceCount) else { throw failure }
        var sealed = [UInt8](repeating: 0, count: plaintext.count + tagCount)
        let result = key.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { key in
                guard let start = key.baseAddress else { return CInt(-1) }
                return unsafe crypto_aead_xchacha20poly1305_ietf_encrypt(
                    &sealed, nil, plaintext, UInt64(plaintext.count), nil, 0, nil, nonce,
                    start.assumingMemoryBound(to: UInt8.self))
            }
        }
        guard result == 0 else { throw failure }
        return nonce + sealed
    }

    /// - Parameter sealed: a nonce, what was sealed under it, and the tag.
    /// - Returns: nil when it isn't what was sealed under this key.
    package static func open(_ sealed: ArraySlice<UInt8>, key: borrowing SecretBytes) -> [UInt8]? {
        guard Sodium.isReady, key.count == keyCount, sealed.count >= nonceCount + tagCount else { return nil }
        let (nonce, sealed) = (Array(sealed.prefix(nonceCount)), Array(sealed.dropFirst(nonceCount)))
        // One byte at least, as an empty array has no address.
        var plaintext = [UInt8](repeating: 0, count: max(1, sealed.count - tagCount))
        let result = key.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { key in
                guard let start = key.baseAddress else { return CInt(-1) }
                return unsafe crypto_aead_xchacha20poly1305_ietf_decrypt(
                    &plaintext, nil, nil, sealed, UInt64(sealed.count), nil, 0, nonce,
                    start.assumingMemoryBound(to: UInt8.self))
            }
        }
        return result == 0 ? Array(plaintext.prefix(sealed.count - tagCount)) : nil
    }
}
