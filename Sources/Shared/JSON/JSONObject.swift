internal import CJansson

/// An object of JSON (RFC 8259) whose members are texts and numbers, read. Jansson's json_t.
@safe package struct JSONObject: ~Copyable {
    private let root: UnsafeMutablePointer<json_t>

    /// - Parameter text: UTF-8. It is for the caller to bound its length.
    /// - Returns: nil when it isn't one object, a name stands twice in it, it has more than a thousand members, or there is another
    ///   bracket or brace in it, be it in a text.
    package init?(_ text: [UInt8]) {
        guard Self.isFlat(text) else { return nil }
        let root = unsafe text.withUnsafeBytes { text in
            unsafe json_loadb(text.baseAddress, text.count, Self.flags, nil)
        }
        guard let root = unsafe root else { return nil }
        guard unsafe root.pointee.type == JSON_OBJECT else {
            unsafe json_decref(root)
            return nil
        }
        unsafe self.root = root
    }

    deinit {
        unsafe json_decref(root)
    }

    /// The parser calls itself for each level, and who reads what strangers send has a small stack.
    private static func isFlat(_ text: [UInt8]) -> Bool {
        text.count { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") } == 1
            && text.count { $0 == UInt8(ascii: ",") } < 1000
    }

    private static let flags = Int(JSON_REJECT_DUPLICATES)

    /// - Returns: nil when there is no such member, or it is no text, or one with a NUL.
    package func text(_ name: String) -> String? {
        guard let value = unsafe json_object_get(root, name), let text = unsafe json_string_value(value) else {
            return nil
        }
        return unsafe String(cString: text)
    }

    /// - Returns: nil when there is no such member, or it is no whole number of 64 bits.
    package func integer(_ name: String) -> Int64? {
        guard let value = unsafe json_object_get(root, name), unsafe value.pointee.type == JSON_INTEGER else {
            return nil
        }
        return unsafe Int64(json_integer_value(value))
    }
}
