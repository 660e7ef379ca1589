package import Platform

/// Why a TLS connection can't be made or used.
package enum TLSError: Error {
    /// A certificate, key or list of authorities can't be used; `reason` says which and why.
    case configuration(String)
    /// The peer's certificate isn't one to trust: wrong name, unknown authority, out of its time.
    case untrusted(Distrust)
    /// The handshake failed, or the peer broke the protocol of TLS.
    case handshake(String)
    /// The peer closed, or the line broke, without TLS's own goodbye.
    case disconnected(String)
    case timedOut
    case system(SystemError)
}

extension TLSError {
    /// The client speaks HTTP, without TLS.
    package var isPlainHTTP: Bool {
        // OpenSSL's words for SSL_R_HTTP_REQUEST.
        if case .handshake(let reason) = self { reason.contains("http request") } else { false }
    }
}

extension TLSError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .configuration(let reason): reason
        case .untrusted(let reason): "the server can't be trusted: \(reason)"
        case .handshake(let reason): "TLS failed: \(reason)"
        case .disconnected(let reason): "the connection broke: \(reason)"
        case .timedOut: "no answer in time"
        case .system(let error): error.description
        }
    }
}
