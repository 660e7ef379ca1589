import Ciphers
import Encodings

/// What an age file begins with: who can read it, in the version that this is about.
package struct AgeHeader: Hashable, Sendable {
    package let stanzas: [Stanza]
    /// Proves that who wrote it had the file key.
    let mac: [UInt8]
    /// What was read or is to be written, up to the hyphens before the proof.
    let proved: [UInt8]

    static let version = "age-encryption.org/v1"
    static let end = "---"

    init(stanzas: [Stanza], mac: [UInt8], proved: [UInt8]) {
        (self.stanzas, self.mac, self.proved) = (stanzas, mac, proved)
    }

    /// The header of a new file.
    package init(_ fileKey: borrowing FileKey, for recipients: [AgeRecipient]) throws(AgeError) {
        var (stanzas, text): ([Stanza], [UInt8]) = ([], Array((Self.version + "\n").utf8))
        for recipient in recipients {
            let stanza = try fileKey.wrapped(for: recipient)
            stanza.write(to: &text)
            stanzas.append(stanza)
        }
        text += Array(Self.end.utf8)
        self.init(stanzas: stanzas, mac: try fileKey.mac(of: text), proved: text)
    }

    /// As it stands in the file.
    package var bytes: [UInt8] { proved + Array(" \(encodeBase64(mac, isPadded: false))\n".utf8) }

    /// Bytes of the header of a file for so many recipients.
    static func byteCount(recipients: Int) -> Int {
        let (bytes32, lineEnd) = (43, 1)
        let stanza = Stanza.start.utf8.count + FileKey.kind.utf8.count + 1 + bytes32 + lineEnd + bytes32 + lineEnd
        return version.utf8.count + lineEnd + recipients * stanza + end.utf8.count + 1 + bytes32 + lineEnd
    }
}
