import Ciphers
import Encodings
import Platform

/// The key that onion requests are sealed to, kept beside the blobs, for the server's user only. Who knows its public part reaches this
/// server; another key makes it unknown to them.
final class OnionKey: Sendable {
    private let key: X25519Key

    private static let name = FileName(constant: "key_x25519")
    private static let newName = FileName(constant: "key_x25519.new")
    private static let ofOthers: UInt32 = 0o077

    /// Why there is none.
    enum Trouble: Error {
        case system(SystemError)
        case openToOthers
        /// It hasn't 32 bytes, or isn't taken.
        case damaged
    }

    /// The key in the folder, or a new one where there is none.
    init(in folder: Directory) throws(Trouble) {
        var bytes: [UInt8]
        if let known = try Self.load(folder) { bytes = known } else { bytes = try Self.make(folder) }
        defer { overwrite(&bytes) }
        guard bytes.count == X25519Key.byteCount, let key = try? X25519Key(SecretBytes(bytes)) else { throw .damaged }
        self.key = key
    }

    /// - Returns: nil where there is none.
    private static func load(_ folder: Directory) throws(Trouble) -> [UInt8]? {
        let (permissions, content): (UInt32, [UInt8])
        do throws(SystemError) {
            let file = try folder.open(name, .reading)
            (permissions, content) = (try file.status().permissions, try file.readAll(limit: 64))
        } catch {
            if error.errno == .noEntry { return nil }
            throw .system(error)
        }
        guard permissions & ofOthers == 0 else { throw .openToOthers }
        return content
    }

    /// It is durable before its first use.
    private static func make(_ folder: Directory) throws(Trouble) -> [UInt8] {
        do throws(SystemError) {
            let bytes = try randomBytes(X25519Key.byteCount)
            try? folder.remove(newName)
            let file = try folder.open(newName, .creating(permissions: 0o600))
            try file.write(bytes)
            try file.flush()
            try folder.rename(newName, to: folder, as: name)
            try folder.flush()
            return bytes
        } catch {
            throw .system(error)
        }
    }

    /// What clients have to know, in hexadecimal.
    var publicPart: String { hexadecimal(key.publicBytes) }

    /// What is shared with a client for one request and its answer.
    ///
    /// - Returns: nil for a key of the client's that is none.
    func channel(with envelope: OnionEnvelope) -> OnionChannel? {
        guard let shared = key.sharedSecret(with: envelope.clientKey) else { return nil }
        return OnionChannel(envelope.cipher, shared, client: envelope.clientKey, server: key.publicBytes)
    }
}

extension OnionKey.Trouble: CustomStringConvertible {
    var description: String {
        switch self {
        case .system(let error): "the key for onion requests can't be used: \(error)"
        case .openToOthers: "the key for onion requests (key_x25519) can be read by others than its owner: chmod 600"
        case .damaged: "the key for onion requests (key_x25519) isn't one: it has 32 bytes"
        }
    }
}

/// Seals and opens what one client and this server say to each other.
struct OnionChannel: ~Copyable {
    private let cipher: OnionCipher
    private let key: SecretBytes

    /// - Returns: nil where a library has no memory.
    fileprivate init?(_ cipher: OnionCipher, _ shared: borrowing SecretBytes, client: [UInt8], server: [UInt8]) {
        var message = shared.exposed
        defer { overwrite(&message) }
        var derived: [UInt8]
        switch cipher {
        case .xchacha20:
            guard let hash = try? Blake2b(byteCount: XChaCha20Poly1305.keyCount) else { return nil }
            for part in [message, client, server] { hash.update(part) }
            derived = hash.finish()
        case .aesGCM:
            guard let tag = try? hmac(message, key: SecretBytes("LOKI".utf8)) else { return nil }
            derived = tag
        }
        defer { overwrite(&derived) }
        self.cipher = cipher
        key = SecretBytes(derived)
    }

    /// - Returns: nil for what wasn't sealed for this server.
    func open(_ sealed: ArraySlice<UInt8>) -> [UInt8]? {
        switch cipher {
        case .xchacha20: XChaCha20Poly1305.open(sealed, key: key)
        case .aesGCM: AES256GCM.open(sealed, key: key)
        }
    }

    func seal(_ answer: [UInt8]) throws(CipherFailure) -> [UInt8] {
        switch cipher {
        case .xchacha20: try XChaCha20Poly1305.seal(answer, key: key)
        case .aesGCM: try AES256GCM.seal(answer, key: key)
        }
    }
}
