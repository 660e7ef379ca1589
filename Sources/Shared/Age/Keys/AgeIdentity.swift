import Ciphers
import Platform

/// Who can decrypt: a private key, `AGE-SECRET-KEY-1…`.
package final class AgeIdentity: Sendable {
    let key: X25519Key
    /// What files are encrypted to, to be read by this identity.
    package let recipient: AgeRecipient

    static let prefix = "AGE-SECRET-KEY-"

    init(_ secret: borrowing SecretBytes) throws(CipherFailure) {
        key = try X25519Key(secret)
        recipient = AgeRecipient(point: key.publicBytes)
    }

    package convenience init(_ text: String) throws(KeyFlaw) {
        if text.isEmpty { throw .empty }
        if let kind = KeyFlaw.foreignKind(of: text) { throw .unsupported(kind) }
        if text.utf8.contains(where: { $0 <= 0x20 }) { throw .spaces }
        var decoded = try KeyFlaw.decoding(text).bytes
        defer { overwrite(&decoded) }
        guard text.uppercased().hasPrefix(Self.prefix + "1") else {
            throw text.lowercased().hasPrefix("age1") ? .isRecipient : .unknown
        }
        guard decoded.count == X25519Key.byteCount, let made = try? AgeIdentity(SecretBytes(decoded)) else {
            throw .checksum
        }
        self.init(made)
    }

    private init(_ other: AgeIdentity) {
        key = other.key
        recipient = other.recipient
    }

    /// A new identity, and the text that it is kept as, which the caller overwrites.
    package static func make() throws(AgeError) -> (identity: AgeIdentity, text: [UInt8]) {
        var bytes = try FileKey.random(X25519Key.byteCount)
        defer { overwrite(&bytes) }
        do throws(CipherFailure) {
            let identity = try AgeIdentity(SecretBytes(bytes))
            return (identity, Array(Bech32.encode(prefix: prefix.lowercased(), bytes).uppercased().utf8))
        } catch {
            throw AgeError(error)
        }
    }
}
