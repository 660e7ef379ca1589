package import Platform

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
