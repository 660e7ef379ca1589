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
    /// Of the server's keys, what a client knows; likewise.
    private let pinned: PinnedKeys?
    /// Of a server; likewise.
    private let tickets = TicketKeys()
    /// Of a client.
    let sessions = KeptSessions()
    /// Of clients' certificates; set once, before anybody else has the object.
    private var revocations: RevocationLists?

    private init(
        _ method: OpaquePointer?, minimum: TLSVersion, protocols names: [String] = [], _ pinned: PinnedKeys? = nil
    ) throws(TLSError) {
        OpenSSLErrors.clear()
        protocols = ApplicationProtocols(names)
        self.pinned = pinned
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
    ///   - clients: whose certificates are taken; nil: they need none.
    ///   - protocols: that are spoken (ALPN, RFC 7301), the most wanted first.
    /// - Throws: `TLSError.configuration` naming the file, when one can't be used or they don't belong together.
    package convenience init(
        certificateChain: String, privateKey: String, clients: ClientTrust? = nil, minimum: TLSVersion,
        protocols: [String] = [ProtocolLimits.applicationProtocol]
    ) throws(TLSError) {
        try unsafe self.init(TLS_server_method(), minimum: minimum, protocols: protocols)
        try use(certificateChain: certificateChain, privateKey: privateKey)
        // Sessions that the server remembers would be memory for nothing.
        _ = unsafe shim_SSL_CTX_set_session_cache_mode(pointer, Int(SSL_SESS_CACHE_OFF))
        if let clients { try require(clients) } else { giveTickets() }
        unsafe SSL_CTX_set_options(pointer, shim_SSL_server_options)
        // It lives as long as this object, which each session holds.
        unsafe SSL_CTX_set_alpn_select_cb(
            pointer, chooseProtocol, Unmanaged.passUnretained(self.protocols).toOpaque())
    }

    private func require(_ clients: ClientTrust) throws(TLSError) {
        let authorities = clients.authorities
        try use(.authorities, authorities) { unsafe SSL_CTX_load_verify_locations(pointer, authorities, nil) }
        if let path = clients.revocations {
            let revocations = try RevocationLists(path: path)
            try unsafe revocations.use(in: SSL_CTX_get_cert_store(pointer), path: path)
            self.revocations = revocations
        }
        // It tells clients with several certificates which one is wanted.
        unsafe SSL_CTX_set_client_CA_list(pointer, SSL_load_client_CA_file(authorities))
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, takeLateLists)
        // Whose certificate was revoked since must not come back by a ticket.
        unsafe SSL_CTX_set_num_tickets(pointer, 0)
        unsafe SSL_CTX_set_options(pointer, shim_SSL_no_ticket)
        // Without one OpenSSL ends the connection of who asks to go on with an earlier session.
        unsafe SSL_CTX_set_session_id_context(pointer, Self.sessionContext, UInt32(Self.sessionContext.count))
    }

    private func giveTickets() {
        unsafe SSL_CTX_set_num_tickets(pointer, 1)
        unsafe SSL_CTX_set_timeout(pointer, Int(TicketKeys.lifetime))
        // It lives as long as this object, which each session holds.
        unsafe SSL_CTX_set_ex_data(pointer, 0, Unmanaged.passUnretained(tickets).toOpaque())
        unsafe SSL_CTX_set_tlsext_ticket_key_evp_cb(pointer, prepareTicket)
    }

    private static let sessionContext = Array("auto-upload".utf8)

    private func use(certificateChain: String, privateKey: String) throws(TLSError) {
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

extension TLSContext {
    /// Whether a client's certificate is in the list of what its authority has revoked.
    package func revokes(_ certificate: ClientCertificate) -> Bool { revocations?.contain(certificate) ?? false }

    /// Unix seconds when the first list of revoked certificates should have been renewed; nil where there is none, or none says so.
    package var endOfRevocations: Int64? { revocations?.end }
}

// MARK: - Client

extension TLSContext {
    /// A client's context. The server's certificate is always verified.
    ///
    /// - Parameters:
    ///   - authorities: path of a PEM file with the only authorities to trust; nil stands for the system's, or for none where there are
    ///     pins.
    ///   - pins: of which the server, or an authority above it, has to have one.
    ///   - certificate: paths of PEM files with the client's own certificate and its private key.
    ///   - name: of the protocol that is to be spoken (RFC 7301); nil: the devices' own.
    ///   - hasAES: whether AES is the faster cipher here; nil: as the processor says.
    package convenience init(
        authorities: String?, pins: Set<KeyPin> = [], certificate: (chain: String, key: String)? = nil,
        minimum: TLSVersion, offering name: String? = nil, hasAES: Bool? = nil
    ) throws(TLSError) {
        let pinned = pins.isEmpty ? nil : PinnedKeys(pins, areAuthorities: authorities == nil)
        try unsafe self.init(TLS_client_method(), minimum: minimum, pinned)
        unsafe SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        if let pinned {
            // It lives as long as this object, which each session holds.
            unsafe SSL_CTX_set_cert_verify_callback(
                pointer, verifyByPins, Unmanaged.passUnretained(pinned).toOpaque())
        }
        if let certificate { try use(certificateChain: certificate.chain, privateKey: certificate.key) }
        if let authorities {
            try use(.authorities, authorities) {
                unsafe SSL_CTX_load_verify_locations(pointer, authorities, nil)
            }
        } else if pinned == nil {
            unsafe SSL_CTX_set_default_verify_paths(pointer)
        }
        let name = Array((name ?? ProtocolLimits.applicationProtocol).utf8)
        let offer = [UInt8(name.count)] + name
        unsafe SSL_CTX_set_alpn_protos(pointer, offer, UInt32(offer.count))
        let hasAES = hasAES ?? Processor.hasAES
        unsafe SSL_CTX_set_ciphersuites(pointer, hasAES ? Self.fastWithAES : Self.fastWithoutAES)
        if !hasAES { unsafe SSL_CTX_set_cipher_list(pointer, Self.olderFastWithoutAES) }
    }

    // The order is the client's wish, which the server follows: the device is the weaker side.
    private static let fastWithAES = "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256"
    private static let fastWithoutAES = "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384"
    /// Of TLS 1.2.
    private static let olderFastWithoutAES = "ECDHE+CHACHA20:ECDHE+AESGCM"
}
