/// A server's no, and what to do about it.
package struct Refusal: Error, Hashable, Sendable {
    /// Bytes in the text, UTF-8.
    package static let textLengths = 0...512

    package let status: Status
    /// Seconds after which trying again makes sense; 0 when the server states none.
    package let retryAfterSeconds: UInt32
    /// For people, at most 512 bytes of UTF-8. Not escaped: a log or terminal must do that.
    package let text: String

    /// - Parameters:
    ///   - status: a code of the catalogue.
    ///   - retryAfterSeconds: 0 for "none stated".
    ///   - text: cut at a character's end where it is longer than 512 bytes of UTF-8.
    package init(status: Status, retryAfterSeconds: UInt32 = 0, text: String) {
        self.status = status
        self.retryAfterSeconds = retryAfterSeconds
        self.text = Self.shortened(text)
    }

    private static func shortened(_ text: String) -> String {
        let limit = Self.textLengths.upperBound
        guard text.utf8.count > limit else { return text }
        var scalars = String.UnicodeScalarView()
        var length = 0
        for scalar in text.unicodeScalars {
            length += UTF8.width(scalar)
            guard length <= limit else { break }
            scalars.append(scalar)
        }
        return String(scalars)
    }
}
