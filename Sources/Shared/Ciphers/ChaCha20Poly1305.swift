internal import COpenSSL
internal import Encodings
package import Platform

/// Encryption that notices any change: the AEAD of RFC 8439, without additional data. OpenSSL's EVP_CIPHER_CTX.
@safe package struct ChaCha20Poly1305: ~Copyable, @unchecked Sendable {
    // Sendable: it has one owner.
    private let context: OpaquePointer?

    package enum Direction: CInt, Sendable {
        case opening = 0
        case sealing = 1
    }

    /// Bytes by which what is sealed is longer.
    package static let tagCount = 16
    package static let keyCount = 32
    package static let nonceCount = 12

    package init(_ direction: Direction, key: borrowing SecretBytes) throws(CipherFailure) {
        defer { ERR_clear_error() }
        let made = unsafe EVP_CIPHER_CTX_new()
        let isReady = key.withBytes { bytes in
            unsafe bytes.withUnsafeBytes { buffer in
                let start = unsafe buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
                guard unsafe made != nil, buffer.count == Self.keyCount else { return false }
                return unsafe EVP_CipherInit_ex(
                    made, EVP_chacha20_poly1305(), nil, start, nil, direction.rawValue) == 1
            }
        }
        guard isReady else {
            unsafe EVP_CIPHER_CTX_free(made)
            throw CipherFailure(operation: "encrypt by ChaCha20-Poly1305")
        }
        unsafe context = made
    }

    deinit {
        // OpenSSL overwrites the key.
        unsafe EVP_CIPHER_CTX_free(context)
    }

    /// Writes what is sealed to `output`, from `offset` on: 16 bytes more than there are of plaintext.
    ///
    /// - Parameter nonce: 12 bytes that this key has never sealed anything else under.
    package mutating func seal(
        _ plaintext: Span<UInt8>, nonce: [UInt8], into output: inout MutableSpan<UInt8>, at offset: Int
    ) throws(CipherFailure) {
        let size = plaintext.count
        guard offset >= 0, output.count - offset >= size + Self.tagCount, begin(nonce) else { throw sealingFailure }
        let isSealed = unsafe plaintext.withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                guard let start = target.baseAddress else { return false }
                return unsafe pass(source, to: start + offset)
                    && EVP_CIPHER_CTX_ctrl(
                        context, EVP_CTRL_AEAD_GET_TAG, CInt(Self.tagCount), start + offset + size) == 1
            }
        }
        guard isSealed else { throw sealingFailure }
    }

    /// Writes what was sealed to `output`, from `offset` on: 16 bytes fewer than there are of it.
    ///
    /// - Returns: false when it isn't what was sealed under this key and nonce; what is in `output` is then not to be used.
    package mutating func open(
        _ sealed: Span<UInt8>, nonce: [UInt8], into output: inout MutableSpan<UInt8>, at offset: Int
    ) -> Bool {
        defer { ERR_clear_error() }
        let size = sealed.count - Self.tagCount
        guard size >= 0, offset >= 0, output.count - offset >= size, begin(nonce) else { return false }
        var tag = [UInt8](sealed.extracting(droppingFirst: size))
        guard unsafe EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, CInt(Self.tagCount), &tag) == 1 else {
            return false
        }
        return unsafe sealed.extracting(first: size).withUnsafeBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                guard let start = target.baseAddress else {
                    return unsafe source.isEmpty && pass(source, to: nil)
                }
                return unsafe pass(source, to: start + offset)
            }
        }
    }

    private func begin(_ nonce: [UInt8]) -> Bool {
        guard nonce.count == Self.nonceCount else { return false }
        return unsafe EVP_CipherInit_ex(context, nil, nil, nil, nonce, -1) == 1
    }

    /// Takes all bytes through the cipher, and ends with them.
    private func pass(_ source: UnsafeBufferPointer<UInt8>, to target: UnsafeMutablePointer<UInt8>?) -> Bool {
        var (length, rest): (CInt, CInt) = (0, 0)
        var end = [UInt8](repeating: 0, count: Self.tagCount)
        if !source.isEmpty {
            guard let count = CInt(exactly: source.count),
                unsafe EVP_CipherUpdate(context, target, &length, source.baseAddress, count) == 1, length == count
            else { return false }
        }
        return unsafe EVP_CipherFinal_ex(context, &end, &rest) == 1 && rest == 0
    }

    private var sealingFailure: CipherFailure { CipherFailure(operation: "encrypt by ChaCha20-Poly1305") }
}
