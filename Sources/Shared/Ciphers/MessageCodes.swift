internal import COpenSSL
package import Platform

/// HMAC-SHA-256 (RFC 2104) of a message.
package func hmac(_ message: [UInt8], key: borrowing SecretBytes) throws(CipherFailure) -> [UInt8] {
    try unsafe messageCode(message, key, EVP_sha256(), "SHA-256")
}

/// HMAC-SHA-1 (RFC 2104) of a message: for protocols of others that know nothing better.
package func hmacSHA1(_ message: [UInt8], key: borrowing SecretBytes) throws(CipherFailure) -> [UInt8] {
    try unsafe messageCode(message, key, EVP_sha1(), "SHA-1")
}

private func messageCode(
    _ message: [UInt8], _ key: borrowing SecretBytes, _ algorithm: OpaquePointer?, _ name: String
) throws(CipherFailure) -> [UInt8] {
    var (code, length) = ([UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE)), UInt32(0))
    let made = unsafe key.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { key in
            unsafe HMAC(algorithm, key.baseAddress, CInt(key.count), message, message.count, &code, &length)
        }
    }
    guard unsafe made != nil, unsafe Int(length) == EVP_MD_get_size(algorithm) else {
        throw CipherFailure(operation: "compute an HMAC by \(name)")
    }
    return Array(code.prefix(Int(length)))
}

/// SHA-256 (FIPS 180-4) of bytes that are at hand.
package func sha256(_ bytes: [UInt8]) throws(CipherFailure) -> [UInt8] {
    var (digest, length) = ([UInt8](repeating: 0, count: 32), UInt32(0))
    guard unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1, length == 32 else {
        throw CipherFailure(operation: "compute a SHA-256")
    }
    return digest
}
