/// The fields of a head, or of the trailers, in their order.
package struct Fields: Hashable, Sendable {
    package struct Line: Hashable, Sendable {
        package let name: FieldName
        package let value: FieldValue
    }

    package private(set) var lines: [Line] = []

    package init() {}

    package mutating func append(_ name: FieldName, _ value: FieldValue) {
        lines.append(Line(name: name, value: value))
    }

    /// Puts the value in the place of all that the name has.
    package mutating func set(_ name: FieldName, _ value: FieldValue) {
        lines.removeAll { $0.name == name }
        append(name, value)
    }

    /// The values of each line of that name, in their order.
    package func values(of name: FieldName) -> [FieldValue] {
        lines.filter { $0.name == name }.map(\.value)
    }

    /// The value of all lines of that name as one, joined as a list is (RFC 9110, section 5.3); nil where there is none.
    package func combined(_ name: FieldName) -> FieldValue? {
        let values = values(of: name)
        guard values.count != 1 else { return values.first }
        let joined = values.map(\.bytes).joined(separator: Array(", ".utf8))
        return values.isEmpty ? nil : FieldValue(known: Array(trimmed(Array(joined)[...])))
    }

    /// The value of a field that may be there once: nil where there is none.
    ///
    /// - Throws: `Repeated` where there are more, equal ones too: which of them counts would be anybody's guess.
    package func single(_ name: FieldName) throws(Repeated) -> FieldValue? {
        let values = values(of: name)
        guard values.count <= 1 else { throw Repeated(name: name) }
        return values.first
    }

    /// The elements of a list, over all lines of that name: what stands between commas, commas in quotes left alone, without
    /// blanks around it, and without empty ones (RFC 9110, section 5.6.1).
    package func elements(of name: FieldName) -> [[UInt8]] {
        values(of: name).flatMap { listElements($0.bytes) }
    }

    /// Whether a list of words holds one, capital letters or not.
    package func contains(_ word: String, in name: FieldName) -> Bool {
        elements(of: name).contains { lowercasedText($0[...]) == word }
    }

    /// A field that may be there once is there more often.
    package struct Repeated: Error, Hashable, Sendable, CustomStringConvertible {
        package let name: FieldName

        package var description: String { "the field \(name) is there more than once" }
    }
}

/// What stands between separators that aren't in quotes.
func listElements(_ value: [UInt8], separatedBy separator: UInt8 = UInt8(ascii: ",")) -> [[UInt8]] {
    var elements: [[UInt8]] = [[]]
    var (isQuoted, isEscaped) = (false, false)
    for byte in value {
        if byte == separator, !isQuoted {
            elements.append([])
            continue
        }
        if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
        isEscaped = isQuoted && !isEscaped && byte == UInt8(ascii: "\\")
        elements[elements.count - 1].append(byte)
    }
    return elements.map { Array(trimmed($0[...])) }.filter { !$0.isEmpty }
}
