internal import COpenSSL

/// The keys of which a server's certificate has to have one, itself or in what leads from it to whom is trusted. OpenSSL's
/// callback has only an address of it.
final class PinnedKeys: Sendable {
    private let pins: Set<KeyPin>
    /// Whether there are no other authorities: whose key is pinned is trusted, and who was signed by that key.
    private let areAuthorities: Bool

    init(_ pins: Set<KeyPin>, areAuthorities: Bool) {
        self.pins = pins
        self.areAuthorities = areAuthorities
    }

    /// Name, time and signatures are looked at all the same.
    ///
    /// - Parameter verification: OpenSSL's X509_STORE_CTX.
    fileprivate func trusts(_ verification: OpaquePointer) -> Bool {
        unsafe areAuthorities ? trustsAsAuthorities(verification) : trustsBesideAuthorities(verification)
    }

    private func trustsBesideAuthorities(_ verification: OpaquePointer) -> Bool {
        guard unsafe X509_verify_cert(verification) == 1 else { return false }
        let chain = unsafe certificates(in: X509_STORE_CTX_get0_chain(verification))
        if unsafe chain.contains(where: isPinned) { return true }
        unsafe X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION)
        return false
    }

    private func trustsAsAuthorities(_ verification: OpaquePointer) -> Bool {
        OpenSSLErrors.clear()
        // It holds what the connection owns.
        guard let trusted = unsafe OPENSSL_sk_new_null() else { return false }
        defer { unsafe OPENSSL_sk_free(trusted) }
        let shown = unsafe certificates(in: X509_STORE_CTX_get0_untrusted(verification))
        unsafe shown.filter(isPinned).forEach { unsafe OPENSSL_sk_push(trusted, UnsafeRawPointer($0)) }
        guard unsafe OPENSSL_sk_num(trusted) > 0 else {
            unsafe X509_STORE_CTX_set_error(verification, X509_V_ERR_APPLICATION_VERIFICATION)
            return false
        }
        unsafe X509_STORE_CTX_set0_trusted_stack(verification, trusted)
        // It needn't sign itself, as a public authority's intermediate doesn't.
        unsafe X509_VERIFY_PARAM_set_flags(X509_STORE_CTX_get0_param(verification), UInt(X509_V_FLAG_PARTIAL_CHAIN))
        return unsafe X509_verify_cert(verification) == 1
    }

    private func isPinned(_ certificate: OpaquePointer) -> Bool {
        unsafe KeyPin(of: certificate).map(pins.contains) ?? false
    }

    /// - Parameter stack: OpenSSL's STACK_OF(X509).
    private func certificates(in stack: OpaquePointer?) -> [OpaquePointer] {
        unsafe (0..<max(0, OPENSSL_sk_num(stack))).compactMap {
            unsafe OPENSSL_sk_value(stack, $0).map { OpaquePointer($0) }
        }
    }
}

/// For SSL_CTX_set_cert_verify_callback(3).
func verifyByPins(_ verification: OpaquePointer?, _ pinned: UnsafeMutableRawPointer?) -> CInt {
    guard let verification = unsafe verification, let pinned = unsafe pinned else { return 0 }
    return unsafe Unmanaged<PinnedKeys>.fromOpaque(pinned).takeUnretainedValue().trusts(verification) ? 1 : 0
}
