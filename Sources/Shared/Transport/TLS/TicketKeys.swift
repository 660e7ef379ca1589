internal import COpenSSL
internal import Platform

/// The keys of a server's session tickets (RFC 8446, section 4.6.1): who comes back within an hour proves by its ticket that it has
/// seen our certificate, and is spared the signature. It proves nothing else: logins are another matter.
///
/// They are in memory only, are drawn anew each hour, and go with the certificate.
final class TicketKeys: Sendable {
    /// Seconds for which a ticket is good: as long as the key isn't older than twice that, it is there.
    static let lifetime = 3600.0

    private struct State {
        var current: TicketKey?
        var previous: TicketKey?
    }

    private let state = Monitor(State())

    /// The key for a new ticket; nil when there are no random bytes: then there is no ticket.
    func current(now: Instant = .now) -> TicketKey? {
        state.withLock { state in
            if let key = state.current, now.seconds(since: key.drawn) < Self.lifetime { return key }
            guard let key = TicketKey(drawn: now) else { return nil }
            (state.previous, state.current) = (state.current, key)
            return key
        }
    }

    /// The key that a ticket names, unless it is too old.
    func key(named name: [UInt8], now: Instant = .now) -> TicketKey? {
        state.withLock { state in
            [state.current, state.previous].compactMap(\.self).first {
                $0.name == name && now.seconds(since: $0.drawn) < 2 * Self.lifetime
            }
        }
    }
}

/// One of them.
final class TicketKey: Sendable {
    let name: [UInt8]
    let drawn: Instant
    private let cipher: SecretBytes
    private let mac: SecretBytes

    static let nameCount = 16
    private static let keyCount = 32

    fileprivate init?(drawn: Instant) {
        guard let name = try? randomBytes(Self.nameCount), var cipher = try? randomBytes(Self.keyCount),
            var mac = try? randomBytes(Self.keyCount)
        else { return nil }
        (self.name, self.drawn) = (name, drawn)
        self.cipher = SecretBytes(cipher)
        self.mac = SecretBytes(mac)
        overwrite(&cipher)
        overwrite(&mac)
    }

    /// Sets up what OpenSSL makes or opens a ticket with.
    ///
    /// - Parameters:
    ///   - context: an EVP_CIPHER_CTX.
    ///   - macContext: an EVP_MAC_CTX.
    func prepare(
        _ context: OpaquePointer?, _ macContext: OpaquePointer?, iv: UnsafePointer<UInt8>, isSealing: Bool
    ) -> Bool {
        let isReady = cipher.withBytes { key in
            unsafe key.withUnsafeBytes { key in
                unsafe EVP_CipherInit_ex(
                    context, EVP_aes_256_cbc(), nil, key.baseAddress?.assumingMemoryBound(to: UInt8.self), iv,
                    isSealing ? 1 : 0) == 1
            }
        }
        return isReady
            && mac.withBytes { key in
                unsafe key.withUnsafeBytes { unsafe shim_init_HMAC_SHA256(macContext, $0.baseAddress, $0.count) } == 1
            }
    }
}

/// For SSL_CTX_set_tlsext_ticket_key_evp_cb(3).
///
/// - Returns: 1 for a ticket that counts, 0 for none.
func prepareTicket(
    _ session: OpaquePointer?, _ name: UnsafeMutablePointer<UInt8>?, _ iv: UnsafeMutablePointer<UInt8>?,
    _ context: OpaquePointer?, _ macContext: OpaquePointer?, _ isSealing: CInt
) -> CInt {
    // With TLS 1.2 who has the key later can read what was said.
    guard unsafe SSL_version(session) == TLS1_3_VERSION, let name = unsafe name, let iv = unsafe iv,
        let kept = unsafe SSL_CTX_get_ex_data(SSL_get_SSL_CTX(session), 0)
    else { return 0 }
    let keys = unsafe Unmanaged<TicketKeys>.fromOpaque(kept).takeUnretainedValue()
    guard isSealing == 1 else {
        let given = unsafe Array(UnsafeBufferPointer(start: name, count: TicketKey.nameCount))
        guard let key = keys.key(named: given) else { return 0 }
        return unsafe key.prepare(context, macContext, iv: iv, isSealing: false) ? 1 : 0
    }
    guard let key = keys.current(), let random = try? randomBytes(ticketIVCount) else { return 0 }
    for (index, byte) in key.name.enumerated() { unsafe name[index] = byte }
    for (index, byte) in random.enumerated() { unsafe iv[index] = byte }
    return unsafe key.prepare(context, macContext, iv: iv, isSealing: true) ? 1 : 0
}

/// A block of AES.
private let ticketIVCount = 16
