import Encodings

/// Text for people from bytes that anybody may have chosen.
///
/// Valid UTF-8 stays readable; control characters (C0, DEL, C1), line and paragraph separators, directional overrides
/// and stray bytes become `\n`, `\t`, `\xNN` or `\u{…}`, and a backslash is doubled, so that a name can neither forge
/// a log line nor steer a terminal, and two different names never look alike because of escaping.
///
/// - Parameter quoting: also escapes `"`, for values that stand between quotes.
package func escaped(_ bytes: [UInt8], quoting: Bool = false) -> String {
    // Nearly every name: there is nothing to escape in it.
    if bytes.allSatisfy({ isPlain($0, quoting: quoting) }) { return String(decoding: bytes, as: UTF8.self) }
    var text = ""
    var rest = bytes[...]
    while !rest.isEmpty {
        guard let (scalar, length) = firstScalar(of: rest) else {
            text += "\\x" + hexadecimal([rest[rest.startIndex]])
            rest = rest.dropFirst()
            continue
        }
        appendEscaped(scalar, to: &text, quoting: quoting)
        rest = rest.dropFirst(length)
    }
    return text
}

/// The same of a part of other bytes.
package func escaped(_ bytes: ArraySlice<UInt8>, quoting: Bool = false) -> String {
    escaped(Array(bytes), quoting: quoting)
}

/// Text for people from a string that anybody may have chosen.
package func escaped(_ text: String, quoting: Bool = false) -> String {
    escaped(Array(text.utf8), quoting: quoting)
}

/// Whether a byte is a printable ASCII character that stands for itself.
private func isPlain(_ byte: UInt8, quoting: Bool) -> Bool {
    guard (0x20...0x7e).contains(byte), byte != UInt8(ascii: "\\") else { return false }
    return !quoting || byte != UInt8(ascii: "\"")
}

private func firstScalar(of bytes: ArraySlice<UInt8>) -> (scalar: Unicode.Scalar, length: Int)? {
    var iterator = bytes.prefix(4).makeIterator()
    var decoder = UTF8()
    guard case .scalarValue(let scalar) = decoder.decode(&iterator) else { return nil }
    return (scalar, UTF8.width(scalar))
}

private func appendEscaped(_ scalar: Unicode.Scalar, to text: inout String, quoting: Bool) {
    switch scalar {
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\"" where quoting: text += "\\\""
    case let scalar where scalar.value < 0x80 && isControl(scalar): text += "\\x" + hexadecimal([UInt8(scalar.value)])
    case let scalar where isControl(scalar): text += "\\u{" + String(scalar.value, radix: 16) + "}"
    default: text.unicodeScalars.append(scalar)
    }
}

private func isControl(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse: true
    default: false
    }
}
