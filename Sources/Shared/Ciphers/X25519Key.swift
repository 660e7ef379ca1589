internal import COpenSSL
package import Platform

/// A private key for X25519 (RFC 7748). OpenSSL's EVP_PKEY.
@safe package final class X25519Key: @unchecked Sendable {
    // Sendable: an EVP_PKEY is counted and locked by OpenSSL itself; it isn't changed after init.
    private let pointer: OpaquePointer
    /// What others know of it.
    package let publicBytes: [UInt8]

    /// Bytes of a private key, of a public one, and of what two parties share.
    package static let byteCount = 32

    /// - Throws: `CipherFailure` also when there aren't 32 bytes.
    package init(_ secret: borrowing SecretBytes) throws(CipherFailure) {
        defer { ERR_clear_error() }
        let made = unsafe secret.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { buffer in
                unsafe EVP_PKEY_new_raw_private_key(
                    EVP_PKEY_X25519, nil, buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), buffer.count)
            }
        }
        var (bytes, length) = ([UInt8](repeating: 0, count: Self.byteCount), Self.byteCount)
        guard let pointer = unsafe made else { throw CipherFailure(operation: "take a key for X25519") }
        guard unsafe EVP_PKEY_get_raw_public_key(pointer, &bytes, &length) == 1, length == Self.byteCount else {
            unsafe EVP_PKEY_free(pointer)
            throw CipherFailure(operation: "make a public key for X25519")
        }
        unsafe self.pointer = pointer
        publicBytes = bytes
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// What this key and another one's owner share.
    ///
    /// - Returns: nil when the other's public key is a point of low order, with which anybody would share the same.
    package func sharedSecret(with other: [UInt8]) -> SecretBytes? {
        defer { ERR_clear_error() }
        guard other.count == Self.byteCount,
            let peer = unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nil, other, other.count)
        else { return nil }
        defer { unsafe EVP_PKEY_free(peer) }
        let context = unsafe EVP_PKEY_CTX_new(pointer, nil)
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var (shared, length) = ([UInt8](repeating: 0, count: Self.byteCount), Self.byteCount)
        defer { overwrite(&shared) }
        guard unsafe EVP_PKEY_derive_init(context) == 1, unsafe EVP_PKEY_derive_set_peer(context, peer) == 1,
            unsafe EVP_PKEY_derive(context, &shared, &length) == 1, length == Self.byteCount,
            // OpenSSL refuses it, too.
            shared.contains(where: { $0 != 0 })
        else { return nil }
        return SecretBytes(shared)
    }
}
