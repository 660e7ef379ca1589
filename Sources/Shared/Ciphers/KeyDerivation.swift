internal import COpenSSL
package import Platform

/// HMAC-SHA-256 (RFC 2104) of a message.
package func hmac(_ message: [UInt8], key: borrowing SecretBytes) throws(CipherFailure) -> [UInt8] {
    var (tag, length) = ([UInt8](repeating: 0, count: 32), UInt32(0))
    let made = unsafe key.withBytes { bytes in
        unsafe bytes.withUnsafeBytes { key in
            unsafe HMAC(EVP_sha256(), key.baseAddress, CInt(key.count), message, message.count, &tag, &length)
        }
    }
    guard unsafe made != nil, length == 32 else { throw CipherFailure(operation: "compute an HMAC") }
    return tag
}

/// 32 bytes that follow from a secret, by HKDF-SHA-256 (RFC 5869).
///
/// - Parameters:
///   - salt: empty stands for none.
///   - purpose: what they are good for: HKDF's info.
package func derive(
    from secret: borrowing SecretBytes, salt: [UInt8], purpose: String
) throws(CipherFailure) -> SecretBytes {
    var message = secret.exposed
    defer { overwrite(&message) }
    var extracted = try hmac(message, key: SecretBytes(salt.isEmpty ? [UInt8](repeating: 0, count: 32) : salt))
    defer { overwrite(&extracted) }
    var expanded = try hmac(Array(purpose.utf8) + [1], key: SecretBytes(extracted))
    defer { overwrite(&expanded) }
    return SecretBytes(expanded)
}
