internal import CJansson

/// A value of JSON (RFC 8259), read whole. For what has objects in objects; where there is but one, `JSONObject` is enough.
package enum JSONValue: Hashable, Sendable {
    case object([String: JSONValue])
    case array([JSONValue])
    case text(String)
    case integer(Int64)
    case real(Double)
    case boolean(Bool)
    case null

    /// - Parameters:
    ///   - text: UTF-8. It is for the caller to bound its length.
    ///   - depth: of brackets and braces in each other. The parser calls itself for each, and stacks are small.
    ///   - values: that it holds at most. The parser takes some 200 bytes for each.
    /// - Returns: nil when it isn't JSON, is deeper or has more values, or a name stands twice in an object.
    package init?(_ text: [UInt8], depth: Int = 8, values: Int = 100_000) {
        guard Self.isModest(text, depth, values) else { return nil }
        let flags = Int(JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY)
        let root = unsafe text.withUnsafeBytes { text in
            unsafe json_loadb(text.baseAddress, text.count, flags, nil)
        }
        guard let root = unsafe root else { return nil }
        defer { unsafe json_decref(root) }
        unsafe self.init(root)
    }

    private static func isModest(_ text: [UInt8], _ deepest: Int, _ most: Int) -> Bool {
        var (depth, values, isQuoted, isEscaped) = (0, 1, false, false)
        for byte in text {
            if isQuoted {
                if byte == UInt8(ascii: "\""), !isEscaped { isQuoted = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isQuoted = true
            case UInt8(ascii: "{"), UInt8(ascii: "["): (depth, values) = (depth + 1, values + 1)
            case UInt8(ascii: ","): values += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
            default: break
            }
            if depth > deepest || values > most { return false }
        }
        return true
    }

    private init(_ value: UnsafeMutablePointer<json_t>) {
        switch unsafe value.pointee.type {
        case JSON_OBJECT: self = .object(unsafe Self.members(value))
        case JSON_ARRAY:
            self = .array(
                (0..<(unsafe json_array_size(value))).compactMap { index in
                    unsafe json_array_get(value, index).map { unsafe JSONValue($0) }
                })
        case JSON_STRING:
            let bytes = unsafe UnsafeRawBufferPointer(
                start: json_string_value(value), count: json_string_length(value))
            self = .text(unsafe String(decoding: bytes, as: UTF8.self))
        case JSON_INTEGER: self = .integer(unsafe Int64(json_integer_value(value)))
        case JSON_REAL: self = .real(unsafe json_real_value(value))
        case JSON_TRUE: self = .boolean(true)
        case JSON_FALSE: self = .boolean(false)
        default: self = .null
        }
    }

    private static func members(_ object: UnsafeMutablePointer<json_t>) -> [String: JSONValue] {
        var members: [String: JSONValue] = [:]
        var position = unsafe json_object_iter(object)
        while let current = unsafe position {
            if let name = unsafe json_object_iter_key(current), let value = unsafe json_object_iter_value(current) {
                unsafe members[String(cString: name)] = unsafe JSONValue(value)
            }
            unsafe position = json_object_iter_next(object, current)
        }
        return members
    }
}

// MARK: - What is expected

extension JSONValue {
    /// A member of an object; nil where it is none, or has no such member.
    package subscript(_ name: String) -> JSONValue? {
        if case .object(let members) = self { members[name] } else { nil }
    }

    package var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    package var array: [JSONValue]? {
        if case .array(let values) = self { values } else { nil }
    }

    package var object: [String: JSONValue]? {
        if case .object(let members) = self { members } else { nil }
    }

    /// A whole number of 64 bits.
    package var integer: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }

    /// A number, whole or not.
    package var number: Double? {
        switch self {
        case .integer(let number): Double(number)
        case .real(let number): number
        default: nil
        }
    }

    package var isTrue: Bool { self == .boolean(true) }
}
