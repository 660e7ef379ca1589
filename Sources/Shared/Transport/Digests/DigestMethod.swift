internal import COpenSSL

/// A hash function of OpenSSL, looked up once: to look it up anew costs as much as to hash a short text. Its EVP_MD.
@safe struct DigestMethod: @unchecked Sendable {
    // Sendable: nothing changes an EVP_MD, and this one is never given back.
    let pointer: OpaquePointer?

    /// SHA-256 (FIPS 180-4).
    static let sha256 = unsafe DigestMethod(pointer: EVP_MD_fetch(nil, "SHA256", nil) ?? EVP_sha256())
    /// SHA-1, which proves nothing against who means harm.
    static let sha1 = unsafe DigestMethod(pointer: EVP_MD_fetch(nil, "SHA1", nil) ?? EVP_sha1())
}
