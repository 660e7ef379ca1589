import Encodings
import JSON

/// What an onion request consists of, before anything is deciphered: the length of what is sealed (4 bytes, the lowest first), that, and an object of
/// JSON that says how.
struct OnionEnvelope {
    let sealed: ArraySlice<UInt8>
    /// A public key for X25519, which the client made for this request.
    let clientKey: [UInt8]
    let cipher: OnionCipher

    /// Bytes of a request.
    static let longest = 10 << 20
    private static let keyCount = 32
    /// Bytes of the object, which consists of two texts.
    private static let longestSettings = 4096

    /// - Returns: nil for what is no such request.
    init?(_ bytes: [UInt8]) {
        guard bytes.count <= Self.longest, bytes.count >= 4 else { return nil }
        let length = bytes.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
        guard length <= bytes.count - 4, bytes.count - 4 - length <= Self.longestSettings else { return nil }
        sealed = bytes[4..<(4 + length)]
        guard let settings = JSONValue(Array(bytes[(4 + length)...])),
            let key = settings["ephemeral_key"]?.text.flatMap({ Encodings.bytes(ofHexadecimal: $0) }),
            key.count == Self.keyCount,
            let cipher = OnionCipher(settings["enc_type"])
        else { return nil }
        (clientKey, self.cipher) = (key, cipher)
    }
}

/// By what an onion request is sealed, and its answer.
enum OnionCipher: Hashable, Sendable {
    case xchacha20
    case aesGCM

    /// - Parameter name: nil stands for the oldest one.
    fileprivate init?(_ name: JSONValue?) {
        switch name {
        case nil, .text("aes-gcm")?, .text("gcm")?: self = .aesGCM
        case .text("xchacha20")?, .text("xchacha20-poly1305")?: self = .xchacha20
        default: return nil
        }
    }
}
