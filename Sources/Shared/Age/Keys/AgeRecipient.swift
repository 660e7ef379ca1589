import Ciphers
import Platform

/// To whom a file is encrypted: the public key of an identity, `age1…`.
package struct AgeRecipient: Hashable, Sendable {
    /// A point of the curve, as 32 bytes.
    let point: [UInt8]

    static let prefix = "age"
    static let byteCount = X25519Key.byteCount

    init(point: [UInt8]) {
        self.point = point
    }

    package init(_ text: String) throws(KeyFlaw) {
        if text.isEmpty { throw .empty }
        if text.utf8.contains(where: { $0 <= 0x20 }), KeyFlaw.foreignKind(of: text) == nil { throw .spaces }
        if text.lowercased().hasPrefix("age-secret-key-1") { throw .isIdentity }
        if let kind = KeyFlaw.foreignKind(of: text) { throw .unsupported(kind) }
        let decoded = try KeyFlaw.decoding(text)
        guard decoded.prefix == Self.prefix else {
            throw decoded.prefix.lowercased() == Self.prefix ? .upperCase : .unknown
        }
        guard decoded.bytes.count == Self.byteCount else { throw .checksum }
        point = decoded.bytes
    }
}

extension AgeRecipient: CustomStringConvertible {
    package var description: String { Bech32.encode(prefix: Self.prefix, point) }
}

extension KeyFlaw {
    static func decoding(_ text: String) throws(KeyFlaw) -> Bech32.Decoded {
        do throws(Bech32.Flaw) {
            return try Bech32.decode(text)
        } catch {
            switch error {
            case .form: throw .unknown
            case .mixedCase: throw .mixedCase
            case .checksum: throw text.lowercased().hasPrefix("age") ? .checksum : .unknown
            }
        }
    }
}
