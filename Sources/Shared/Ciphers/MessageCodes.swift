internal import COpenSSL
package import Platform

/// HMAC-SHA-1 (RFC 2104) of a message: for protocols of others that know nothing better.
package func hmacSHA1(_ message: [UInt8], key: borrowing SecretBytes) throws(CipherFailure) -> [UInt8] {
    var (tag, length) = ([UInt8](repeating: 0, count: 20), UInt32(0))
    let made = unsafe key.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { key in
            unsafe HMAC(EVP_sha1(), key.baseAddress, CInt(key.count), message, message.count, &tag, &length)
        }
    }
    guard unsafe made != nil, length == 20 else { throw CipherFailure(operation: "compute an HMAC by SHA-1") }
    return tag
}

/// SHA-256 (FIPS 180-4) of bytes that are at hand.
package func sha256(_ bytes: [UInt8]) throws(CipherFailure) -> [UInt8] {
    var (digest, length) = ([UInt8](repeating: 0, count: 32), UInt32(0))
    guard unsafe EVP_Digest(bytes, bytes.count, &digest, &length, EVP_sha256(), nil) == 1, length == 32 else {
        throw CipherFailure(operation: "compute a SHA-256")
    }
    return digest
}
