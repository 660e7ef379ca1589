/// The fields of a form that was sent as application/x-www-form-urlencoded (WHATWG URL, section 5), in order.
///
/// It is for small forms, such as a page's own login: files come as multipart/form-data. More than the limits, and a "%"
/// without two digits, are errors, as no browser sends them.
package struct URLEncodedForm: Hashable, Sendable {
    package enum Flaw: Error, Hashable, Sendable {
        case tooLong(limit: Int)
        case tooManyFields(limit: Int)
        /// The field's number, from 1.
        case malformedEscape(field: Int)
    }

    package struct Limits: Hashable, Sendable {
        package var bytes: Int
        package var fields: Int

        package init(bytes: Int = 16 * 1024, fields: Int = 64) {
            (self.bytes, self.fields) = (bytes, fields)
        }
    }

    package struct Field: Hashable, Sendable {
        package let name: String
        package let value: String
    }

    package let fields: [Field]

    /// - Parameter body: the whole of it; who reads it should stop at `limits.bytes`.
    package init(_ body: [UInt8], limits: Limits = Limits()) throws(Flaw) {
        guard body.count <= limits.bytes else { throw .tooLong(limit: limits.bytes) }
        var fields: [Field] = []
        for pair in body.split(separator: UInt8(ascii: "&")) {
            guard fields.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
            let name = pair.prefix { $0 != UInt8(ascii: "=") }
            let value = pair[name.endIndex...].dropFirst()
            guard let name = Self.text(name), let value = Self.text(value) else {
                throw .malformedEscape(field: fields.count + 1)
            }
            fields.append(Field(name: name, value: value))
        }
        self.fields = fields
    }

    /// - Returns: the value of the first field of that name.
    package subscript(_ name: String) -> String? {
        fields.first { $0.name == name }?.value
    }

    private static func text(_ encoded: ArraySlice<UInt8>) -> String? {
        let spaced = encoded.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
        return decodedPercent(spaced, isPlain: { _ in true }).map(formText)
    }
}

extension URLEncodedForm.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let limit): "the form is longer than \(limit) bytes"
        case .tooManyFields(let limit): "the form has more than \(limit) fields"
        case .malformedEscape(let field): "field \(field) of the form has a “%” without two hexadecimal digits"
        }
    }
}
