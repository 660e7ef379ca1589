internal import COpenSSL
package import Platform

/// One TLS connection over one socket, owned: OpenSSL's SSL. The socket doesn't block; every wait has a deadline.
@safe package struct TLSSession: ~Copyable, @unchecked Sendable {
    // Sendable: it has one owner, and `~Copyable` lets only that one use it.
    private let pointer: OpaquePointer
    private let socket: Socket
    /// The handshake asks for what it holds.
    private let context: TLSContext
    package let isServer: Bool
    /// Of a client: whom it connects to.
    private let host: String?
    /// When the server's certificates must be valid; nil: now.
    private let time: Int64?

    deinit {
        if let host, let session = unsafe KeptSession(of: pointer, to: host) { context.sessions.keep(session) }
        unsafe SSL_free(pointer)
    }

    private init(
        _ pointer: OpaquePointer, _ socket: consuming Socket, _ context: TLSContext, to host: String? = nil,
        validAt time: Int64? = nil
    ) {
        unsafe self.pointer = pointer
        self.context = context
        self.socket = socket
        self.isServer = host == nil
        self.host = host
        self.time = time
        unsafe SSL_set_fd(pointer, self.socket.rawDescriptor)
    }

    private static func make(_ context: TLSContext) throws(TLSError) -> OpaquePointer {
        OpenSSLErrors.clear()
        guard let session = unsafe SSL_new(context.pointer) else { throw .handshake(OpenSSLErrors.drain()) }
        return unsafe session
    }

    /// The server's side of a connection that was accepted. Call `handshake` next.
    package init(accepting socket: consuming Socket, context: TLSContext) throws(TLSError) {
        unsafe self.init(try Self.make(context), socket, context)
        unsafe SSL_set_accept_state(pointer)
    }

    /// The client's side. Call `handshake` next.
    ///
    /// - Parameters:
    ///   - host: the name or address that the certificate must be for (RFC 9525).
    ///   - time: when all certificates must be valid, as Unix seconds; nil: now, by this machine's clock.
    package init(
        connecting socket: consuming Socket, to host: String, context: TLSContext, validAt time: Int64? = nil
    ) throws(TLSError) {
        let pointer = unsafe try Self.make(context)
        guard unsafe Self.require(host, of: pointer) else {
            unsafe SSL_free(pointer)
            throw .configuration("\(escaped(host)) can't be a server's name")
        }
        if let time { unsafe X509_VERIFY_PARAM_set_time(SSL_get0_param(pointer), time_t(time)) }
        unsafe SSL_set_connect_state(pointer)
        if let kept = context.sessions.session(for: host, at: time ?? currentUnixTime()) {
            unsafe kept.resume(pointer)
        }
        unsafe self.init(pointer, socket, context, to: host, validAt: time)
    }

    private static func require(_ host: String, of pointer: OpaquePointer) -> Bool {
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), host) == 1 { return true }
        unsafe SSL_set_hostflags(
            pointer, UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT))
        return unsafe SSL_set1_host(pointer, host) == 1 && shim_SSL_set_tlsext_host_name(pointer, host) == 1
    }

    package var peer: SocketAddress { socket.peer }

    /// What the peer's system has acknowledged.
    var acknowledgement: Acknowledgement { socket.acknowledgement }

    /// "TLSv1.3", and the like.
    package var version: String { unsafe String(cString: SSL_get_version(pointer)) }

    package var cipher: String {
        guard let name = unsafe SSL_CIPHER_get_name(SSL_get_current_cipher(pointer)) else { return "none" }
        return unsafe String(cString: name)
    }

    /// Whether it goes on with an earlier session, by a ticket, without a certificate.
    package var isResumed: Bool { unsafe SSL_session_reused(pointer) == 1 }

    /// What a client has shown, where the server asks for it.
    package var clientCertificate: ClientCertificate? {
        guard isServer, let certificate = unsafe SSL_get1_peer_certificate(pointer) else { return nil }
        return unsafe ClientCertificate(owning: certificate)
    }

    /// What both sides agreed to speak (ALPN, RFC 7301); nil when the client offered nothing.
    package var applicationProtocol: String? {
        var name: UnsafePointer<UInt8>?
        var length: UInt32 = 0
        unsafe SSL_get0_alpn_selected(pointer, &name, &length)
        guard let start = unsafe name, length > 0 else { return nil }
        return unsafe String(decoding: UnsafeBufferPointer(start: start, count: Int(length)), as: UTF8.self)
    }
}

// MARK: - Handshake and end

extension TLSSession {
    /// Agrees on keys and, for a client, verifies the server's certificate and name.
    package func handshake(until deadline: Deadline) throws(TLSError) {
        while true {
            OpenSSLErrors.clear()
            let result = unsafe SSL_do_handshake(pointer)
            if result == 1 { return }
            let code = unsafe SSL_get_error(pointer, result)
            let errno = Errno.current
            if let event = Self.event(for: code) {
                if deadline.hasPassed { throw .timedOut }
                try wait(for: event, until: deadline)
                continue
            }
            throw handshakeError(code, errno)
        }
    }

    private func handshakeError(_ code: CInt, _ errno: Errno) -> TLSError {
        let verification = unsafe SSL_get_verify_result(pointer)
        if !isServer, verification != Int(X509_V_OK) {
            OpenSSLErrors.clear()
            return .untrusted(
                Distrust(code: verification, certificate: peerCertificate, judgedAt: time ?? currentUnixTime()))
        }
        if isServer, verification != Int(X509_V_OK), code == SSL_ERROR_SSL {
            OpenSSLErrors.clear()
            let name = peerCertificate.map { " \(escaped($0.subject))" } ?? ""
            let reason = unsafe String(cString: X509_verify_cert_error_string(verification))
            return .handshake("the client's certificate\(name) isn't taken: \(reason)")
        }
        return Self.error(code, errno, during: TLSError.handshake)
    }

    /// What the peer has shown, whatever it is worth: OpenSSL's "peer certificate" is one that was verified.
    package var peerCertificate: CertificateSummary? {
        // A server has what its client has shown in no other place once it has refused that.
        let chain = unsafe isServer ? SSL_get0_verified_chain(pointer) : SSL_get_peer_cert_chain(pointer)
        guard let chain = unsafe chain, let first = unsafe OPENSSL_sk_value(chain, 0) else { return nil }
        return unsafe CertificateSummary(of: OpaquePointer(first))
    }

    /// Ends the connection in this direction only.
    package func endWriting() {
        Socket.endWriting(rawDescriptor: socket.rawDescriptor)
    }

    /// Answers a peer that began without TLS, as far as its system takes it at once. Call `endLingering` next.
    package func answerInPlain(_ bytes: [UInt8]) {
        try? socket.descriptor.write(unsafe bytes.span.bytes)
    }

    /// Ends a connection without keys so that the peer can read why: one that has shown a certificate with TLS 1.3 goes on sending
    /// before it knows whether that is taken.
    package func endLingering(until deadline: Deadline) { socket.endLingering(until: deadline) }

    /// Says goodbye (close_notify), without waiting for the peer's.
    package func close() {
        OpenSSLErrors.clear()
        _ = unsafe SSL_shutdown(pointer)
    }
}

// MARK: - Bytes

extension TLSSession {
    /// Reads what has come, at most `buffer.count` bytes, without waiting.
    ///
    /// - Returns: nil when nothing has come yet; 0 at the peer's goodbye.
    @safe package func readAvailable(into buffer: UnsafeMutableRawBufferPointer) throws(TLSError) -> Int? {
        OpenSSLErrors.clear()
        var count = 0
        let result = unsafe SSL_read_ex(pointer, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return count }
        let code = unsafe SSL_get_error(pointer, result)
        let errno = Errno.current
        if code == SSL_ERROR_ZERO_RETURN { return 0 }
        if Self.event(for: code) != nil { return nil }
        throw Self.error(code, errno, during: TLSError.handshake)
    }

    /// Writes what can be written of `bytes` without waiting.
    ///
    /// - Returns: bytes taken; after 0 the next call must begin with the same bytes.
    package func writeAvailable(_ bytes: RawSpan) throws(TLSError) -> Int {
        OpenSSLErrors.clear()
        var count = 0
        let result = unsafe bytes.withUnsafeBytes { unsafe SSL_write_ex(pointer, $0.baseAddress, $0.count, &count) }
        if result == 1 { return count }
        let code = unsafe SSL_get_error(pointer, result)
        let errno = Errno.current
        if Self.event(for: code) != nil { return 0 }
        throw Self.error(code, errno, during: TLSError.handshake)
    }

    /// Waits until there may be more to read, or room to write.
    package func wait(for event: Socket.Event, until deadline: Deadline) throws(TLSError) {
        do throws(SystemError) {
            if try socket.wait(for: event, until: deadline) { return }
        } catch {
            throw .system(error)
        }
        throw .timedOut
    }

    /// Waits until there may be more to read, or the other thing has happened.
    ///
    /// - Returns: whether there may be more to read.
    package func waitForInput(or wakeUp: WakeUp) throws(TLSError) -> Bool {
        do throws(SystemError) {
            return try socket.waitForInput(or: wakeUp)
        } catch {
            throw .system(error)
        }
    }

    /// Whether bytes stand in OpenSSL's own buffer, of which the socket knows nothing any more.
    package var hasBufferedInput: Bool { unsafe SSL_has_pending(pointer) == 1 }

    private static func event(for code: CInt) -> Socket.Event? {
        switch code {
        case SSL_ERROR_WANT_READ: .readable
        case SSL_ERROR_WANT_WRITE: .writable
        default: nil
        }
    }

    private static func error(_ code: CInt, _ errno: Errno, during failure: (String) -> TLSError) -> TLSError {
        if code == SSL_ERROR_ZERO_RETURN { return .disconnected("the peer is gone") }
        guard code == SSL_ERROR_SYSCALL else {
            let reason = OpenSSLErrors.drain()
            return reason.contains("unexpected eof") ? .disconnected("the peer is gone") : failure(reason)
        }
        OpenSSLErrors.clear()
        return .disconnected(errno.rawValue == 0 ? "the peer is gone" : errno.description)
    }
}
