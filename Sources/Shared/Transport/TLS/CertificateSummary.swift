internal import COpenSSL

/// What a certificate says about itself, for people.
package struct CertificateSummary: Hashable, Sendable {
    /// The names and addresses that it is for, or, when it has none, its subject: "DNS:video.example.org".
    package let subject: String
    /// Whether it has names that count: a subject's common name doesn't (RFC 9525).
    package let hasAlternativeNames: Bool
    /// The authority that has signed it: "CN = Example Authority".
    package let issuer: String
    /// Unix seconds of its first moment and its last.
    package let begin, end: Int64
    /// What is known of its key; nil when OpenSSL has no memory.
    package let key: KeyPin?

    /// Whether the moment lies in its time.
    package func isValid(at time: Int64) -> Bool { begin <= time && time <= end }
}

extension TLSContext {
    /// The server's own certificate.
    ///
    /// - Returns: nil for a client's context, or when OpenSSL has no memory.
    package var certificate: CertificateSummary? {
        unsafe SSL_CTX_get0_certificate(pointer).flatMap { unsafe CertificateSummary(of: $0) }
    }
}

extension CertificateSummary {
    /// - Parameter certificate: OpenSSL's X509.
    init?(of certificate: OpaquePointer) {
        guard let begin = unsafe unixTime(X509_get0_notBefore(certificate)),
            let end = unsafe unixTime(X509_get0_notAfter(certificate))
        else { return nil }
        (self.begin, self.end) = (begin, end)
        key = unsafe KeyPin(of: certificate)
        let names = unsafe alternativeNames(of: certificate)
        hasAlternativeNames = names != nil
        subject = unsafe names ?? text(of: X509_get_subject_name(certificate))
        issuer = unsafe text(of: X509_get_issuer_name(certificate))
    }
}

/// - Returns: nil when OpenSSL has no memory, or can't tell.
func unixTime(_ time: UnsafePointer<ASN1_TIME>?) -> Int64? {
    OpenSSLErrors.clear()
    let epoch = unsafe ASN1_TIME_set(nil, 0)
    defer { unsafe ASN1_TIME_free(epoch) }
    var days: CInt = 0
    var seconds: CInt = 0
    guard unsafe epoch != nil, unsafe ASN1_TIME_diff(&days, &seconds, epoch, time) == 1 else { return nil }
    return Int64(days) * 86_400 + Int64(seconds)
}

private func alternativeNames(of certificate: OpaquePointer) -> String? {
    let place = unsafe X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1)
    guard place >= 0, let names = unsafe X509_get_ext(certificate, place) else { return nil }
    return unsafe printed { unsafe X509V3_EXT_print($0, names, 0, 0) == 1 }
}

private func text(of name: OpaquePointer?) -> String {
    unsafe printed { unsafe X509_NAME_print_ex($0, name, 0, shim_name_flags) >= 0 } ?? "unnamed"
}

/// What OpenSSL prints, as far as it is worth a line of log.
private func printed(_ print: (OpaquePointer) -> Bool) -> String? {
    OpenSSLErrors.clear()
    defer { OpenSSLErrors.clear() }
    guard let memory = unsafe BIO_new(BIO_s_mem()) else { return nil }
    defer { unsafe BIO_free(memory) }
    guard unsafe print(memory) else { return nil }
    var bytes = [UInt8](repeating: 0, count: 256)
    let count = unsafe BIO_read(memory, &bytes, CInt(bytes.count))
    return count > 0 ? String(decoding: bytes.prefix(Int(count)), as: UTF8.self) : nil
}
