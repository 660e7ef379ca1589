/// Why a text can't be used as a recipient or an identity. The texts hold nothing of it: it might be a secret.
package enum KeyFlaw: Error, Hashable {
    case empty
    /// It is of a kind that this program doesn't know, by its name.
    case unsupported(String)
    /// An identity where a recipient is to be.
    case isIdentity
    /// A recipient where an identity is to be.
    case isRecipient
    case spaces
    case upperCase
    case mixedCase
    case checksum
    case unknown
}

extension KeyFlaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "is empty"
        case .unsupported(let kind):
            "is \(kind), which isn't supported here: give one of age's own kind, age1…, as keygen makes it"
        case .isIdentity:
            "is an identity, which is secret: give its recipient, age1…, which stands beside it as the public key"
        case .isRecipient: "is a recipient: to decrypt takes its identity, AGE-SECRET-KEY-1…"
        case .spaces: "has spaces around it or in it"
        case .upperCase: "is in capital letters: a recipient is written in small ones"
        case .mixedCase: "has capital and small letters"
        case .checksum: "is mistyped or cut off: its checksum is wrong"
        case .unknown: "is no key of age's"
        }
    }
}

extension KeyFlaw {
    /// What a text is, where it is no X25519 recipient and no X25519 identity, but something that people may take for one.
    ///
    /// - Returns: nil when it may be either.
    static func foreignKind(of text: String) -> String? {
        let lower = text.lowercased()
        if lower.hasPrefix("ssh-") || lower.hasPrefix("ecdsa-") || lower.hasPrefix("sk-") { return "an SSH key" }
        if lower.hasPrefix("-----begin openssh") || lower.hasPrefix("-----begin rsa") { return "an SSH key" }
        if lower.hasPrefix("-----begin age encrypted file") || lower.hasPrefix("age-encryption.org/") {
            return "an identity that is itself encrypted"
        }
        if lower.hasPrefix("age-secret-key-pq-") || lower.hasPrefix("age1pq1") { return "a post-quantum key" }
        if lower.hasPrefix("age1tagpq1") || lower.hasPrefix("age1tag1") {
            return "a tagged recipient of a hardware key"
        }
        if lower.hasPrefix("age-plugin-") { return "a key for a plugin" }
        // The last 1 ends what tells the kind.
        guard lower.hasPrefix("age1"), let one = lower.lastIndex(of: "1") else { return nil }
        let plugin = lower[..<one].dropFirst("age1".count)
        let isName =
            !plugin.isEmpty && plugin.utf8.count <= 64
            && plugin.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: "/") }
        return isName ? "a key for the plugin \(plugin)" : nil
    }
}
