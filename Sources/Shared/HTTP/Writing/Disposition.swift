internal import Encodings

/// How a browser is to treat what it gets, and what the file is called: the field Content-Disposition (RFC 6266).
package enum Disposition: Sendable {
    /// Shown where the browser can.
    case inline
    /// Saved.
    case attachment

    /// - Parameter name: of a file, whatever bytes it has. Where it isn't plain, it stands there twice: for those who know RFC 8187 as it
    ///   is, in UTF-8, for the others as far as ASCII goes. Neither can end the field, or name a folder.
    package func value(naming name: [UInt8]) -> FieldValue {
        let text = String(decoding: name, as: UTF8.self)
        let plain = String(text.unicodeScalars.map { Self.isPlain($0) ? Character($0) : "_" })
        var value = "\(self == .inline ? "inline" : "attachment"); filename=\"\(plain)\""
        if plain != text {
            let whole = text.unicodeScalars.map { Self.isHarmless($0) ? Character($0) : "_" }
            value += "; filename*=UTF-8''\(percentEncoded(Array(String(whole).utf8)))"
        }
        return FieldValue(known: Array(value.utf8))
    }

    /// Some read a "%" in the first form as the second one has it, and others a backslash as nothing.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        isHarmless(scalar) && scalar.isASCII && scalar != "\"" && scalar != "%"
    }

    /// No separator of paths, and no control character: one that turns the direction of text makes an ending look like another.
    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        if scalar == "/" || scalar == "\\" { return false }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
        default: true
        }
    }
}
