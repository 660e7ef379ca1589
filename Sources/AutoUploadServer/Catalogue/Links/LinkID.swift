import Domain
import Encodings
package import Platform
import Transport

/// What stands in a link's address: 128 random bits, or, for a file that is shared by its name, what follows from that alone.
package struct LinkID: Hashable, Sendable {
    package let text: String

    private static let randomLength = 22
    private static let nameLength = 8

    /// One that nobody can guess: 22 characters of RFC 4648's alphabet for addresses (section 5).
    ///
    /// - Throws: `SystemError` when the kernel gives no randomness.
    package static func random() throws(SystemError) -> LinkID {
        let base64 = encodeBase64(try randomBytes(16), isPadded: false)
        return LinkID(text: String(base64.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 }))
    }

    /// The first 8 characters of the Base64 (RFC 4648, section 4) of the name's SHA-256: as the python-fileserver made its links, which go
    /// on being good. Who knows the name knows the link.
    ///
    /// - Returns: nil when OpenSSL has no memory.
    package static func ofName(_ name: [UInt8]) -> LinkID? {
        guard let digest = ContentHasher.digest(of: name) else { return nil }
        return LinkID(text: String(encodeBase64(digest.bytes, isPadded: true).prefix(nameLength)))
    }

    private init(text: String) {
        self.text = text
    }

    /// What it is called where its text, which lets people in, is nobody's business.
    ///
    /// - Returns: nil when OpenSSL has no memory.
    package var publicName: String? {
        ContentHasher.digest(of: Array(text.utf8)).map { "link-\($0.description.prefix(8))" }
    }

    /// - Returns: nil for what can't be of random bits.
    package static func ofRandomBits(_ text: String) -> LinkID? {
        text.utf8.count == randomLength ? LinkID(text) : nil
    }

    /// - Returns: nil for what can't be one, so that nothing is looked up for it.
    package init?(_ text: String) {
        let isRandom = text.utf8.count == Self.randomLength && text.utf8.allSatisfy(Self.isOfAddress)
        let isOfName =
            text.utf8.count == Self.nameLength
            && text.utf8.allSatisfy { Self.isAlphanumeric($0) || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }
        guard isRandom || isOfName else { return nil }
        self.text = text
    }

    private static func isOfAddress(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
    }
}
