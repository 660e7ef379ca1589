/// Why the value of a structured field can't be read, or written. Whoever reads one takes the field for absent, or the whole message
/// for malformed (RFC 9651, section 4.2).
package struct StructuredFlaw: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case keyExpected, valueExpected, commaExpected
        /// Something stands behind the value's end.
        case moreThanOne
        /// A comma at the end of a list.
        case nothingBehindComma
        case innerListNotClosed
        case malformedNumber, malformedString, malformedToken, malformedBytes, malformedBoolean, malformedDate
        case malformedDisplayString
        /// More members, or parameters, than are taken.
        case tooMany
    }

    package let kind: Kind
    /// Bytes before the flaw.
    package let offset: Int
}

extension StructuredFlaw: CustomStringConvertible {
    package var description: String { "\(kind.description) (at byte \(offset))" }
}

extension StructuredFlaw.Kind: CustomStringConvertible {
    package var description: String {
        switch self {
        case .keyExpected: "a key of small letters is expected"
        case .valueExpected: "a value is expected"
        case .commaExpected: "a comma is expected"
        case .moreThanOne: "something stands behind the value"
        case .nothingBehindComma: "nothing follows a comma"
        case .innerListNotClosed: "a list in parentheses isn't closed, or its values aren't parted by blanks"
        case .malformedNumber: "a number has no digits, or too many"
        case .malformedString: "a string isn't closed, or has a character that none may have"
        case .malformedToken: "a token has a character that none may have"
        case .malformedBytes: "bytes aren't :BASE64:"
        case .malformedBoolean: "a truth value is neither ?0 nor ?1"
        case .malformedDate: "a date isn't @ and whole seconds"
        case .malformedDisplayString: "a text isn't closed, has an odd escape, or isn't UTF-8"
        case .tooMany: "there are too many members or parameters"
        }
    }
}
