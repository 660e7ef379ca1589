import Ciphers
import Encodings
import Platform

/// The secret that one file's content is encrypted with. It must never seal a second content.
package struct FileKey: ~Copyable, Sendable {
    private let secret: SecretBytes

    static let byteCount = 16
    static let kind = "X25519"
    private static let noNonce = [UInt8](repeating: 0, count: ChaCha20Poly1305.nonceCount)

    /// - Returns: nil when there aren't 16 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        secret = SecretBytes(bytes)
    }

    private init(random bytes: inout [UInt8]) {
        secret = SecretBytes(bytes)
        overwrite(&bytes)
    }

    /// A new one.
    package static func make() throws(AgeError) -> FileKey {
        var bytes = try random(byteCount)
        return FileKey(random: &bytes)
    }

    /// A copy of the secret, to be kept; the caller overwrites it.
    package var bytes: [UInt8] { secret.exposed }

    static func random(_ count: Int) throws(AgeError) -> [UInt8] {
        do throws(SystemError) {
            return try randomBytes(count)
        } catch {
            throw .cipher(error.description)
        }
    }
}

// MARK: - What follows from it

extension FileKey {
    func mac(of header: [UInt8]) throws(AgeError) -> [UInt8] {
        do throws(CipherFailure) {
            return try hmac(header, key: derive(from: secret, salt: [], purpose: "header"))
        } catch {
            throw AgeError(error)
        }
    }

    func payloadKey(_ nonce: [UInt8]) throws(AgeError) -> SecretBytes {
        do throws(CipherFailure) {
            return try derive(from: secret, salt: nonce, purpose: "payload")
        } catch {
            throw AgeError(error)
        }
    }
}

// MARK: - For a recipient

extension FileKey {
    /// Encrypted so that only the recipient can read it, by a key pair that is used once.
    func wrapped(for recipient: AgeRecipient) throws(AgeError) -> Stanza {
        var bytes = try Self.random(X25519Key.byteCount)
        defer { overwrite(&bytes) }
        do throws(CipherFailure) {
            let ephemeral = try X25519Key(SecretBytes(bytes))
            guard let shared = ephemeral.sharedSecret(with: recipient.point) else {
                throw CipherFailure(operation: "share a secret with a recipient: its key is none")
            }
            let key = try Self.wrapKey(shared, ephemeral.publicBytes, recipient)
            var plain = self.bytes
            defer { overwrite(&plain) }
            var body = [UInt8](repeating: 0, count: Self.byteCount + ChaCha20Poly1305.tagCount)
            var cipher = try ChaCha20Poly1305(.sealing, key: key)
            var room = body.mutableSpan
            try cipher.seal(plain.span, nonce: Self.noNonce, into: &room, at: 0)
            return Stanza(
                arguments: [Self.kind, encodeBase64(ephemeral.publicBytes, isPadded: false)], body: body)
        } catch {
            throw AgeError(error)
        }
    }

    /// Reads the file key from a header.
    ///
    /// - Throws: `AgeError`: `.noMatch` when none of the identities can, `.changedHeader` when one can, but the header was changed.
    package init(_ header: AgeHeader, _ identities: [AgeIdentity]) throws(AgeError) {
        let shares = try Self.shares(header)
        for (share, body) in shares {
            for identity in identities {
                guard let key = try FileKey(share, body, identity) else { continue }
                guard try key.mac(of: header.proved) == header.mac else { throw .changedHeader }
                self = key
                return
            }
        }
        throw .noMatch(header.stanzas.map(\.kind))
    }

    /// The stanzas of our kind, each of which must be as it ought to be, whoever it is for.
    private static func shares(_ header: AgeHeader) throws(AgeError) -> [(share: [UInt8], body: [UInt8])] {
        if header.stanzas.contains(where: { $0.kind == "scrypt" }) {
            throw header.stanzas.count == 1 ? .passphrase : .header("it has a passphrase beside other recipients")
        }
        var shares: [(share: [UInt8], body: [UInt8])] = []
        for stanza in header.stanzas where stanza.kind == kind {
            guard stanza.arguments.count == 2, let text = stanza.arguments.last,
                let share = decodeBase64(text.utf8, isPadded: false), share.count == X25519Key.byteCount,
                stanza.body.count == byteCount + ChaCha20Poly1305.tagCount
            else { throw .header("a stanza of kind \(kind) is malformed") }
            shares.append((share, stanza.body))
        }
        return shares
    }

    private init?(_ share: [UInt8], _ body: [UInt8], _ identity: AgeIdentity) throws(AgeError) {
        guard let shared = identity.key.sharedSecret(with: share) else {
            throw .header("a stanza of kind \(Self.kind) has a key that is none")
        }
        var plain = [UInt8](repeating: 0, count: Self.byteCount)
        defer { overwrite(&plain) }
        do throws(CipherFailure) {
            var cipher = try ChaCha20Poly1305(.opening, key: Self.wrapKey(shared, share, identity.recipient))
            var room = plain.mutableSpan
            guard cipher.open(body.span, nonce: Self.noNonce, into: &room, at: 0) else { return nil }
        } catch {
            throw AgeError(error)
        }
        secret = SecretBytes(plain)
    }

    private static func wrapKey(
        _ shared: borrowing SecretBytes, _ share: [UInt8], _ recipient: AgeRecipient
    ) throws(CipherFailure) -> SecretBytes {
        try derive(from: shared, salt: share + recipient.point, purpose: "\(AgeHeader.version)/\(kind)")
    }
}
