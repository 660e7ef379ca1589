internal import COpenSSL
internal import Platform

/// Why a server isn't trusted, and what its certificate says about itself.
package struct Distrust: Error, Hashable, Sendable {
    package enum Cause: Sendable {
        /// The certificate is for other names.
        case name
        /// It, or one above it, isn't valid yet or not any more, by this machine's clock.
        case time
        /// None of the authorities that are trusted has signed it.
        case authority
        /// No key is one that was expected.
        case pin
        case other
    }

    package let cause: Cause
    /// OpenSSL's.
    let words: String
    package let certificate: CertificateSummary?
    /// The time at which the certificates would have had to be valid, as Unix seconds.
    package let judgedAt: Int64

    /// - Parameter code: one of X509_V_ERR_*, see X509_verify_cert_error_string(3).
    init(code: Int, certificate: CertificateSummary?, judgedAt: Int64) {
        words = unsafe String(cString: X509_verify_cert_error_string(code))
        cause = Self.cause(CInt(truncatingIfNeeded: code))
        self.certificate = certificate
        self.judgedAt = judgedAt
    }

    private static func cause(_ code: CInt) -> Cause {
        switch code {
        case X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH: .name
        case X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED: .time
        case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY,
            X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT,
            X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
            .authority
        case X509_V_ERR_APPLICATION_VERIFICATION: .pin
        default: .other
        }
    }
}

extension Distrust: CustomStringConvertible {
    package var description: String {
        guard let certificate else { return words }
        switch cause {
        case .name where !certificate.hasAlternativeNames:
            return
                "\(words): the certificate has only a common name, \(certificate.subject), which doesn't count: it needs "
                + "subject alternative names"
        case .name: return "\(words): the certificate is for \(certificate.subject)"
        case .time where certificate.isValid(at: judgedAt):
            return "\(words): not the server's own, but one above it"
        case .time:
            return "\(words): it is valid from \(utcText(certificate.begin)) to \(utcText(certificate.end))"
        case .pin:
            let shown = certificate.key.map { ": its certificate has the key \($0)" } ?? ""
            return "no key that it shows is a pinned one\(shown)"
        case .authority: return "\(words): the certificate was signed by \(certificate.issuer)"
        case .other: return words
        }
    }
}
