/// A text in JSON (RFC 8259, section 7).
package func jsonString(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
        switch scalar {
        case "\"": "\\\""
        case "\\": "\\\\"
        case "\n": "\\n"
        case "\u{0}"..."\u{1F}": "\\u00\(hexadecimal([UInt8(scalar.value)]))"
        default: String(scalar)
        }
    }
    return "\"\(escaped.joined())\""
}

/// An object of JSON in the making, member by member.
package struct JSONText {
    private var members: [String] = []

    package init() {}

    package mutating func add(_ name: String, _ value: String?) {
        if let value { add(name, json: jsonString(value)) }
    }

    package mutating func add(_ name: String, _ value: (some BinaryInteger)?) {
        if let value { add(name, json: String(value)) }
    }

    package mutating func add(_ name: String, _ value: Bool) {
        add(name, json: value ? "true" : "false")
    }

    /// - Parameter json: a value as it is to stand there.
    package mutating func add(_ name: String, json: String) {
        members.append(jsonString(name) + ":" + json)
    }

    package var text: String { "{" + members.joined(separator: ",") + "}" }
}
