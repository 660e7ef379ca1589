internal import COpenSSL
internal import Platform
internal import Wire

/// The lowest version of TLS that is spoken.
package enum TLSVersion: Sendable {
    case tls12, tls13
}

/// What many sessions share: the certificate and key, or the authorities to trust. OpenSSL's SSL_CTX.
@safe package final class TLSContext: @unchecked Sendable {
    // Sendable: an SSL_CTX is counted and locked by OpenSSL itself; it isn't changed after init.
    let pointer: OpaquePointer
    /// What a server speaks; OpenSSL's callback has only an address of it.
    private let protocols: ApplicationProtocols

    private init(
        _ method: OpaquePointer?, minimum: TLSVersion, protocols names: [String]
    ) throws(TLSError) {
        OpenSSLErrors.clear()
        protocols = ApplicationProtocols(names)
        guard let context = unsafe SSL_CTX_new(method) else { throw .configuration(OpenSSLErrors.drain()) }
        unsafe pointer = context
        let version = minimum == .tls13 ? TLS1_3_VERSION : TLS1_2_VERSION
        _ = unsafe shim_SSL_CTX_set_min_proto_version(context, version)
        // Of TLS 1.2: all others pad and authenticate one after the other, which has gone wrong too often.
        unsafe SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20")
        unsafe SSL_CTX_set_options(context, shim_SSL_options)
        _ = unsafe shim_SSL_CTX_set_mode(context, Int(shim_SSL_modes))
        // Reads of more than a record at a time: fewer system calls for a stream of data.
        unsafe shim_SSL_CTX_set_read_ahead(context, 1)
        unsafe SSL_CTX_set_default_read_buffer_len(context, Self.readAheadBytes)
        // No private key of ours has a passphrase that OpenSSL may ask a terminal for.
        unsafe SSL_CTX_set_default_passwd_cb(context) { _, _, _, _ in -1 }
    }

    deinit {
        unsafe SSL_CTX_free(pointer)
    }

    /// Two whole records as TLS 1.3 sends them (RFC 8446, 5.2). OpenSSL moves all that it has read ahead to the front of its
    /// buffer for each record: with eight of them that is more than three copies of each byte.
    private static let readAheadBytes = 2 * (5 + 16 * 1024 + 256)
}

// MARK: - Server

extension TLSContext {
    /// A server's context.
    ///
    /// - Parameters:
    ///   - certificateChain: path of a PEM file: the server's certificate, then those that lead to the authority.
    ///   - privateKey: path of a PEM file without a passphrase.
    ///   - protocols: that are spoken (ALPN, RFC 7301), the most wanted first.
    /// - Throws: `TLSError.configuration` naming the file, when one can't be used or they don't belong together.
    package convenience init(
        certificateChain: String, privateKey: String, minimum: TLSVersion,
        protocols: [String] = [ProtocolLimits.applicationProtocol]
    ) throws(TLSError) {
        try unsafe self.init(TLS_server_method(), minimum: minimum, protocols: protocols)
        // The key first: a certificate that doesn't fit it makes OpenSSL drop the key, and the check below tells them
        // apart from a file that can't be read; the other way round the key would seem to be at fault.
        try use(.privateKey, privateKey) { unsafe SSL_CTX_use_PrivateKey_file(pointer, privateKey, SSL_FILETYPE_PEM) }
        try use(.certificate, certificateChain) {
            unsafe SSL_CTX_use_certificate_chain_file(pointer, certificateChain)
        }
        guard unsafe SSL_CTX_check_private_key(pointer) == 1 else {
            throw .configuration(
                "the private key \(escaped(privateKey)) doesn't belong to the certificate \(escaped(certificateChain)): name the "
                    + "key that this certificate was made for")
        }
        // Devices stay connected for long; a session that is kept for resumption is memory for nothing.
        _ = unsafe shim_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        unsafe SSL_CTX_set_num_tickets(pointer, 0)
        unsafe SSL_CTX_set_options(pointer, shim_SSL_server_options)
        // It lives as long as this object, which each session holds.
        unsafe SSL_CTX_set_alpn_select_cb(
            pointer, chooseProtocol, Unmanaged.passUnretained(self.protocols).toOpaque())
    }

    private func use(_ file: PEMFile, _ path: String, _ load: () -> CInt) throws(TLSError) {
        let descriptor: FileDescriptor
        do throws(SystemError) {
            descriptor = try FileDescriptor.openForReading(path: path)
        } catch {
            throw .configuration("the \(file.name) \(escaped(path)) can't be read: \(error.errno)")
        }
        OpenSSLErrors.clear()
        if load() == 1 { return }
        let reason = OpenSSLErrors.drain()
        let complaint = file.complaint(about: descriptor) ?? "holds no usable \(file.name) in PEM form: \(reason)"
        throw .configuration("the \(file.name) \(escaped(path)) \(complaint)")
    }
}

// MARK: - Client

extension TLSContext {
    /// A client's context. The server's certificate is always verified.
    ///
    /// - Parameters:
    ///   - authorities: path of a PEM file with the only authorities to trust; nil stands for the system's.
    ///   - name: of the protocol that is to be spoken (RFC 7301); nil: the devices' own.
    package convenience init(
        authorities: String?, minimum: TLSVersion, offering name: String? = nil
    ) throws(TLSError) {
        try unsafe self.init(TLS_client_method(), minimum: minimum, protocols: [])
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        if let authorities {
            try use(.authorities, authorities) {
                unsafe SSL_CTX_load_verify_locations(pointer, authorities, nil)
            }
        } else {
            unsafe SSL_CTX_set_default_verify_paths(pointer)
        }
        let name = Array((name ?? ProtocolLimits.applicationProtocol).utf8)
        let offer = [UInt8(name.count)] + name
        unsafe SSL_CTX_set_alpn_protos(pointer, offer, UInt32(offer.count))
        unsafe SSL_CTX_set_ciphersuites(pointer, Processor.hasAES ? Self.fastWithAES : Self.fastWithoutAES)
    }

    // The order is the client's wish, which the server follows: the device is the weaker side.
    private static let fastWithAES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let fastWithoutAES = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"
}
