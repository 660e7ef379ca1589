import Age
import TestSupport
import Testing

/// Keys as people write them, and as other kinds of keys look.
@Suite("Keys")
struct KeyTests {
    private static let recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj"
    private static let identity = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX"

    @Test(
        "are told apart by their kind",
        arguments: [
            ("", KeyFlaw.empty), (recipient + " ", .spaces), (" " + recipient, .spaces),
            (recipient.uppercased(), .upperCase), ("Age1" + recipient.dropFirst(4), .mixedCase),
            (recipient.dropLast() + "q", .checksum), (String(recipient.dropLast()), .checksum), ("age1", .checksum),
            ("hello", .unknown),
            (identity, .isIdentity),
            (
                "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN",
                .unsupported("an SSH key")
            ),
            ("age1pq1qqqqqq", .unsupported("a post-quantum key")),
            ("age1tag1qqqqqq", .unsupported("a tagged recipient of a hardware key")),
            ("age1tagpq1qqqqqq", .unsupported("a tagged recipient of a hardware key")),
            ("age1yubikey1qqqqqq", .unsupported("a key for the plugin yubikey")),
            ("AGE-PLUGIN-YUBIKEY-1QQQQQQ", .unsupported("a key for a plugin")),
        ] as [(String, KeyFlaw)])
    func recipients(_ text: String, _ flaw: KeyFlaw) {
        #expect(throws: flaw) { try AgeRecipient(text) }
    }

    @Test(
        "identities too",
        arguments: [
            ("", KeyFlaw.empty), (recipient, .isRecipient), (identity + " ", .spaces),
            (String(identity.dropLast()), .checksum),
            ("hello", .unknown), ("AGE-PLUGIN-YUBIKEY-1QQQQQQ", .unsupported("a key for a plugin")),
            ("-----BEGIN OPENSSH", .unsupported("an SSH key")),
            ("-----BEGIN AGE ENCRYPTED FILE-----", .unsupported("an identity that is itself encrypted")),
        ] as [(String, KeyFlaw)])
    func identities(_ text: String, _ flaw: KeyFlaw) {
        #expect(throws: flaw) { try AgeIdentity(text) }
    }

    @Test("no wrong character passes, wherever it is, and no flaw says what was written")
    func checksum() throws {
        let characters = Array(Self.recipient)
        for index in characters.indices {
            var changed = characters
            changed[index] = changed[index] == "q" ? "p" : "q"
            #expect(throws: KeyFlaw.self) { try AgeRecipient(String(changed)) }
        }
        for flaw in [KeyFlaw.checksum, .unknown, .isIdentity] { #expect(!flaw.description.contains("1qq")) }
    }

    @Test("are written as they are read")
    func text() throws {
        #expect(try AgeRecipient(Self.recipient).description == Self.recipient)
        let (made, text) = try AgeIdentity.make()
        let read = try AgeIdentity(String(decoding: text, as: UTF8.self))
        #expect(read.recipient == made.recipient)
        #expect(String(decoding: text, as: UTF8.self).hasPrefix("AGE-SECRET-KEY-1"))
    }

    @Test("files of them have comments, blank lines and any line ends; a flaw is told by its line")
    func files() throws {
        let text = "# me\n\n\(Self.recipient)\r\n\r\n#\(Self.recipient)\n\(Self.recipient)"
        #expect(try KeyFile.recipients(Array(text.utf8)).count == 1)
        let tests = [
            ("", "there is no recipient in it"), ("# none\n", "there is no recipient in it"),
            ("\(Self.recipient)\n \(Self.recipient)\n", "line 2 has spaces around it or in it"),
            ("\n\n\u{FEFF}\(Self.recipient)", "line 3 is no key of age's"),
            ("\(Self.identity)\n", "line 1 \(KeyFlaw.isIdentity)"),
        ]
        for (text, reason) in tests {
            let flaw = #expect(throws: KeyFile.Flaw.self) { try KeyFile.recipients(Array(text.utf8)) }
            #expect(flaw?.description == reason)
        }
        let both = "# created: now\n# public key: \(Self.recipient)\n\(Self.identity)\n"
        #expect(try KeyFile.identities(Array(both.utf8)).count == 1)
    }
}
