/// A server's no, and what to do about it: the body of `denied`, `refused` and `closing`.
package struct Refusal: Payload {
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

    package init(reading reader: inout WireReader) throws(WireError) {
        status = Status(rawValue: try reader.readInteger(.status))
        retryAfterSeconds = try reader.readInteger(.retryAfter)
        text = try String(wire: reader.readBytes16(.text, ProtocolLimits.textLengths), .text)
    }

    package func write(to writer: inout WireWriter) {
        writer.writeInteger(status.rawValue)
        writer.writeInteger(retryAfterSeconds)
        writer.writeBytes16(text.utf8)
    }

    private static func shortened(_ text: String) -> String {
        let limit = ProtocolLimits.textLengths.upperBound
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
