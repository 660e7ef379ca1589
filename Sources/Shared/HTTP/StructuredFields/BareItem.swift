/// A value of a structured field, without parameters (RFC 9651, section 3.3).
package enum BareItem: Hashable, Sendable {
    /// Of at most 15 digits: `StructuredNumber.range`.
    case integer(Int64)
    case decimal(StructuredDecimal)
    /// Printable ASCII.
    case string(String)
    case token(String)
    case bytes([UInt8])
    case boolean(Bool)
    /// Seconds since 1970, in the integers' range.
    case date(Int64)
    /// Any text.
    case displayString(String)

    package var integer: Int64? { if case .integer(let value) = self { value } else { nil } }
    package var boolean: Bool? { if case .boolean(let value) = self { value } else { nil } }
    package var bytes: [UInt8]? { if case .bytes(let value) = self { value } else { nil } }
}

package enum StructuredNumber {
    /// What an integer may be.
    package static let range: ClosedRange<Int64> = -999_999_999_999_999...999_999_999_999_999
}

/// A number with up to 12 digits before the point, and up to three behind it.
package struct StructuredDecimal: Hashable, Sendable {
    /// A thousand times the number, in `StructuredNumber.range`.
    package let thousandths: Int64

    package init(thousandths: Int64) {
        self.thousandths = thousandths
    }
}
