/// The value of a field: no line end, NUL or other control character but a tab, and no blank at its ends (RFC 9110, section 5.5).
///
/// What is written to a peer is made of these only, so that nothing that somebody sent can begin another line there.
package struct FieldValue: Hashable, Sendable {
    package let bytes: [UInt8]

    /// Fails for what can't be a field's value.
    package init?(_ bytes: some Collection<UInt8>) {
        guard bytes.allSatisfy(isFieldByte) else { return nil }
        let bytes = [UInt8](bytes)
        guard bytes.first.map(isBlank) != true, bytes.last.map(isBlank) != true else { return nil }
        self.bytes = bytes
    }

    /// The text in UTF-8. Fails for what can't be a field's value.
    package init?(_ text: String) {
        self.init(Array(text.utf8))
    }

    package init(_ number: UInt64) {
        bytes = Array(String(number).utf8)
    }

    /// For a value that is known to be none but field bytes.
    init(known bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// The text where it is UTF-8; a byte that isn't becomes the replacement character. For logs and comparisons with ASCII.
    package var text: String { String(decoding: bytes, as: UTF8.self) }
}

extension FieldValue: ExpressibleByStringLiteral {
    /// A byte that can't stand in a value becomes a blank.
    package init(stringLiteral text: String) {
        let bytes = text.utf8.map { isFieldByte($0) ? $0 : UInt8(ascii: " ") }
        self.bytes = Array(trimmed(bytes[...]))
    }
}

/// Printable ASCII, blanks, and what lies beyond ASCII, whose meaning is the field's.
func isFieldByte(_ byte: UInt8) -> Bool {
    byte >= 0x20 && byte != 0x7F || byte == UInt8(ascii: "\t")
}
