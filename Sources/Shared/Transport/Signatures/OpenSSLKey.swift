internal import COpenSSL

/// A key of OpenSSL, private or public: its EVP_PKEY.
@safe final class OpenSSLKey: @unchecked Sendable {
    // Sendable: an EVP_PKEY is counted and locked by OpenSSL itself; it isn't changed after init.
    private let pointer: OpaquePointer

    private init(owning pointer: OpaquePointer) {
        unsafe self.pointer = pointer
    }

    deinit {
        unsafe EVP_PKEY_free(pointer)
    }

    /// A new Ed25519 key pair.
    ///
    /// - Returns: nil when OpenSSL has no randomness or memory.
    static func makePair() -> OpenSSLKey? {
        OpenSSLErrors.clear()
        guard let context = unsafe EVP_PKEY_CTX_new_id(EVP_PKEY_ED25519, nil) else { return nil }
        defer { unsafe EVP_PKEY_CTX_free(context) }
        var pointer: OpaquePointer?
        guard unsafe EVP_PKEY_keygen_init(context) == 1, unsafe EVP_PKEY_keygen(context, &pointer) == 1 else {
            return nil
        }
        return unsafe pointer.map { unsafe OpenSSLKey(owning: $0) }
    }

    /// An Ed25519 public key from its 32 bytes.
    ///
    /// - Returns: nil when OpenSSL has no memory. Bytes that are no point of the curve show when they are used.
    static func publicKey(_ bytes: [UInt8]) -> OpenSSLKey? {
        OpenSSLErrors.clear()
        return unsafe EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, bytes, bytes.count).map {
            unsafe OpenSSLKey(owning: $0)
        }
    }

    /// The 32 bytes of the public part.
    var publicBytes: [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 32)
        var length = bytes.count
        guard unsafe EVP_PKEY_get_raw_public_key(pointer, &bytes, &length) == 1, length == bytes.count else {
            return nil
        }
        return bytes
    }

    var isEd25519: Bool { unsafe EVP_PKEY_get_id(pointer) == EVP_PKEY_ED25519 }
}

// MARK: - Signing

extension OpenSSLKey {
    /// The Ed25519 signature of a message: PureEdDSA of RFC 8032, the same each time.
    ///
    /// - Returns: nil when the key has no private part, or OpenSSL no memory.
    func sign(_ message: [UInt8]) -> [UInt8]? {
        OpenSSLErrors.clear()
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var length = signature.count
        guard unsafe context != nil, unsafe EVP_DigestSignInit(context, nil, nil, nil, pointer) == 1,
            unsafe EVP_DigestSign(context, &signature, &length, message, message.count) == 1, length == signature.count
        else { return nil }
        return signature
    }

    /// Whether a signature of a message is right. Anything that goes wrong is a no.
    func verify(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        OpenSSLErrors.clear()
        // A wrong signature leaves words in the queue, which belong to nobody else.
        defer { OpenSSLErrors.clear() }
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        guard unsafe context != nil, unsafe EVP_DigestVerifyInit(context, nil, nil, nil, pointer) == 1 else {
            return false
        }
        return unsafe EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

// MARK: - PEM

extension OpenSSLKey {
    /// Reads an unencrypted private key (PKCS #8) from PEM; text around it doesn't count.
    ///
    /// - Returns: nil when there is none.
    static func privateKey(pem: [UInt8]) -> OpenSSLKey? {
        OpenSSLErrors.clear()
        defer { OpenSSLErrors.clear() }
        guard let memory = unsafe BIO_new_mem_buf(pem, CInt(clamping: pem.count)) else { return nil }
        defer { unsafe BIO_free(memory) }
        // An encrypted key isn't asked a terminal about.
        let key = unsafe PEM_read_bio_PrivateKey(memory, nil, { _, _, _, _ in -1 }, nil)
        return unsafe key.map { unsafe OpenSSLKey(owning: $0) }
    }

    /// The private key in PEM (PKCS #8), unencrypted. The caller overwrites it.
    ///
    /// - Returns: nil when there is no private part, or no memory.
    func pem() -> [UInt8]? {
        OpenSSLErrors.clear()
        guard let memory = unsafe BIO_new(BIO_s_mem()) else { return nil }
        // OpenSSL clears what the memory held.
        defer { unsafe BIO_free(memory) }
        guard unsafe PEM_write_bio_PKCS8PrivateKey(memory, pointer, nil, nil, 0, nil, nil) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = unsafe BIO_read(memory, &bytes, CInt(bytes.count))
        guard count > 0, Int(count) < bytes.count else { return nil }
        bytes.removeLast(bytes.count - Int(count))
        return bytes
    }
}
