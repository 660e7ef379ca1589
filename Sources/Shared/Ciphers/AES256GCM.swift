internal import COpenSSL
package import Platform

/// Encryption that notices any change: AES-256 in Galois/Counter Mode (NIST SP 800-38D), without additional data. OpenSSL's EVP_CIPHER_CTX.
package enum AES256GCM {
    package static let keyCount = 32
    package static let nonceCount = 12
    /// Bytes by which what is sealed is longer, besides the nonce.
    package static let tagCount = 16

    /// - Returns: a new nonce, what was sealed under it, and the tag.
    package static func seal(
        _ plaintext: [UInt8], key: borrowing SecretBytes
    ) throws(CipherFailure) -> [UInt8] {
        let failure = CipherFailure(operation: "encrypt by AES-256-GCM")
        guard let nonce = try? randomBytes(nonceCount),
            let sealed = run(plaintext, key, nonce, direction: 1, tag: nil)
        else { throw failure }
        return nonce + sealed.bytes + sealed.tag
    }

    /// - Parameter sealed: a nonce, what was sealed under it, and the tag.
    /// - Returns: nil when it isn't what was sealed under this key.
    package static func open(_ sealed: ArraySlice<UInt8>, key: borrowing SecretBytes) -> [UInt8]? {
        guard sealed.count >= nonceCount + tagCount else { return nil }
        let text = Array(sealed.dropFirst(nonceCount).dropLast(tagCount))
        return run(text, key, Array(sealed.prefix(nonceCount)), direction: 0, tag: Array(sealed.suffix(tagCount)))?
            .bytes
    }

    /// - Parameters:
    ///   - direction: 1 seals, 0 opens.
    ///   - tag: that it must have; nil where one is made.
    private static func run(
        _ text: [UInt8], _ key: borrowing SecretBytes, _ nonce: [UInt8], direction: CInt, tag: [UInt8]?
    ) -> (bytes: [UInt8], tag: [UInt8])? {
        defer { ERR_clear_error() }
        let context = unsafe EVP_CIPHER_CTX_new()
        // OpenSSL overwrites the key.
        defer { unsafe EVP_CIPHER_CTX_free(context) }
        let isReady = key.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { key in
                unsafe context != nil && key.count == keyCount
                    && EVP_CipherInit_ex(
                        context, EVP_aes_256_gcm(), nil, key.baseAddress?.assumingMemoryBound(to: UInt8.self), nonce,
                        direction) == 1
            }
        }
        guard isReady, let count = CInt(exactly: text.count) else { return nil }
        var (output, length, rest) = ([UInt8](repeating: 0, count: text.count + tagCount), CInt(0), CInt(0))
        if count > 0 {
            guard unsafe EVP_CipherUpdate(context, &output, &length, text, count) == 1, length == count else {
                return nil
            }
        }
        var made = tag ?? [UInt8](repeating: 0, count: tagCount)
        if tag != nil {
            guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(tagCount), &made) == 1 else {
                return nil
            }
        }
        var end = [UInt8](repeating: 0, count: tagCount)
        guard unsafe EVP_CipherFinal_ex(context, &end, &rest) == 1, rest == 0 else { return nil }
        if tag == nil {
            guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, CInt(tagCount), &made) == 1 else {
                return nil
            }
        }
        return (Array(output.prefix(text.count)), made)
    }
}
