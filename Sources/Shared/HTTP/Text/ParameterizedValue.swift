/// A field's value with parameters, as of Content-Type and Content-Disposition: `form-data; name="file"`.
///
/// Blanks around ";" and "=", a ";" at the end, and values without quotes that should have them are taken, as clients write
/// all of these. What stands between quotes stays as it came: what a backslash means there depends on the field.
package struct ParameterizedValue: Hashable, Sendable {
    package enum Flaw: Error, Hashable, Sendable {
        /// No name, no "=", or a quote where none may be.
        case malformedParameter
        case quoteMissing
        case repeatedParameter(String)
    }

    /// What stands before the first ";", in small letters.
    package let value: String
    /// By name, in small letters.
    package let parameters: [String: [UInt8]]

    package init(_ bytes: [UInt8]) throws(Flaw) {
        var rest = bytes[...]
        value = lowercasedText(trimmed(take(&rest) { $0 != semicolon }))
        var parameters: [String: [UInt8]] = [:]
        while !rest.isEmpty {
            rest = rest.drop { $0 == semicolon || isBlank($0) }
            if rest.isEmpty { break }
            let name = try Self.takeName(&rest)
            let value = try Self.takeValue(&rest)
            guard parameters.updateValue(value, forKey: name) == nil else { throw .repeatedParameter(name) }
        }
        self.parameters = parameters
    }

    private static func takeName(_ rest: inout ArraySlice<UInt8>) throws(Flaw) -> String {
        let name = trimmed(take(&rest) { $0 != equals && $0 != semicolon })
        guard rest.first == equals, !name.isEmpty, name.allSatisfy(isTokenByte) else { throw .malformedParameter }
        rest = rest.dropFirst().drop(while: isBlank)
        return lowercasedText(name)
    }

    private static func takeValue(_ rest: inout ArraySlice<UInt8>) throws(Flaw) -> [UInt8] {
        guard rest.first == quote else {
            let value = trimmed(take(&rest) { $0 != semicolon })
            guard !value.contains(quote) else { throw .malformedParameter }
            return Array(value)
        }
        rest = rest.dropFirst()
        guard let end = closingQuote(in: rest) else { throw .quoteMissing }
        let value = rest[..<end]
        rest = rest[(end + 1)...].drop(while: isBlank)
        guard rest.isEmpty || rest.first == semicolon else { throw .malformedParameter }
        return Array(value)
    }

    /// A quote that follows a backslash doesn't close, unless it is the last thing there is: browsers write a backslash as
    /// it is, also at the end of a name.
    private static func closingQuote(in text: ArraySlice<UInt8>) -> Int? {
        var index = text.startIndex
        while index < text.endIndex, text[index] != quote {
            guard text[index] == backslash else {
                index += 1
                continue
            }
            let behind = text[(index + 1)...]
            if behind.first == quote, behind.dropFirst().allSatisfy(isBlank) { return index + 1 }
            index += 2
        }
        return index < text.endIndex ? index : nil
    }
}

extension ParameterizedValue.Flaw: CustomStringConvertible {
    package var description: String {
        switch self {
        case .malformedParameter: "a parameter isn't NAME=VALUE"
        case .quoteMissing: "a quote isn't closed"
        case .repeatedParameter(let name): "the parameter “\(name)” is there twice"
        }
    }
}

private let quote = UInt8(ascii: "\"")
private let backslash = UInt8(ascii: "\\")
private let semicolon = UInt8(ascii: ";")
private let equals = UInt8(ascii: "=")

private func take(_ rest: inout ArraySlice<UInt8>, while belongs: (UInt8) -> Bool) -> ArraySlice<UInt8> {
    let taken = rest.prefix(while: belongs)
    rest = rest[taken.endIndex...]
    return taken
}
