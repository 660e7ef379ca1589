internal import COpenSSL
internal import Platform

/// What a client remembers of a server in order to go on where it was: as long as the process runs, and only of who has proved by its
/// certificate who it is.
final class KeptSessions: Sendable {
    private let kept = Monitor<KeptSession?>(nil)

    /// - Parameter time: when the server's certificate has to be valid.
    func session(for host: String, at time: Int64) -> KeptSession? {
        kept.withLock { kept in
            kept.flatMap { $0.host == host && $0.certificateTime.contains(time) ? $0 : nil }
        }
    }

    func keep(_ session: KeptSession) {
        kept.withLock { $0 = session }
    }
}

/// A session with a ticket that may be shown again. OpenSSL's SSL_SESSION.
@safe final class KeptSession: @unchecked Sendable {
    // Sendable: it isn't changed; who uses it makes a copy.
    private let pointer: OpaquePointer
    let host: String
    /// In which the server's certificate is valid, as Unix seconds.
    let certificateTime: ClosedRange<Int64>

    /// - Parameter session: OpenSSL's SSL, of a client.
    /// - Returns: nil when there is no ticket, or the session was itself gone on with: a certificate has to be shown now and then.
    init?(of session: OpaquePointer, to host: String) {
        guard unsafe SSL_version(session) == TLS1_3_VERSION, unsafe SSL_session_reused(session) == 0,
            unsafe SSL_get_verify_result(session) == Int(X509_V_OK),
            let certificate = unsafe SSL_get0_peer_certificate(session).flatMap({ unsafe CertificateSummary(of: $0) }),
            certificate.begin <= certificate.end,
            let current = unsafe SSL_get_session(session), unsafe SSL_SESSION_is_resumable(current) == 1,
            let copy = unsafe SSL_SESSION_dup(current)
        else { return nil }
        unsafe pointer = copy
        self.host = host
        certificateTime = certificate.begin...certificate.end
    }

    deinit {
        unsafe SSL_SESSION_free(pointer)
    }

    /// Has a new connection try to go on with it.
    func resume(_ session: OpaquePointer) {
        // One that breaks spoils what it was made of.
        guard let copy = unsafe SSL_SESSION_dup(pointer) else { return }
        unsafe SSL_set_session(session, copy)
        unsafe SSL_SESSION_free(copy)
    }
}
