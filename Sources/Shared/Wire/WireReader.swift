import Encodings

/// Bytes still to be read. Every `read` takes from the front, or throws and takes nothing; none can trap.
///
/// A span rather than a type around one: Swift 6.3 has no stable way to own a span in one's own type.
package typealias WireReader = Span<UInt8>

extension WireReader {
    /// Takes a big-endian integer.
    package mutating func readInteger<Number: FixedWidthInteger>(
        _ field: WireField, as type: Number.Type = Number.self
    ) throws(WireError) -> Number {
        guard let number = takeInteger(as: Number.self) else { throw .truncated(field) }
        return number
    }

    /// Takes a big-endian integer that must be in `range`.
    package mutating func readInteger<Number: FixedWidthInteger>(
        _ field: WireField, in range: ClosedRange<Number>
    ) throws(WireError) -> Number {
        let number = try readInteger(field, as: Number.self)
        guard range.contains(number) else { throw .outOfRange(field) }
        return number
    }

    /// Takes exactly `length` bytes.
    package mutating func readBytes(_ field: WireField, length: Int) throws(WireError) -> [UInt8] {
        guard let bytes = takeBytes(length) else { throw .truncated(field) }
        return bytes
    }

    /// Takes a `bytes16`: a 16-bit length, which must be in `lengths`, and so many bytes.
    package mutating func readBytes16(_ field: WireField, _ lengths: ClosedRange<Int>) throws(WireError) -> [UInt8] {
        let length = Int(try readInteger(field, as: UInt16.self))
        guard lengths.contains(length) else { throw .outOfRange(field) }
        return try readBytes(field, length: length)
    }

    /// Takes the bytes of a `text8`: an 8-bit length, which must be in `lengths`, and so many bytes.
    package mutating func readBytes8(_ field: WireField, _ lengths: ClosedRange<Int>) throws(WireError) -> [UInt8] {
        let length = Int(try readInteger(field, as: UInt8.self))
        guard lengths.contains(length) else { throw .outOfRange(field) }
        return try readBytes(field, length: length)
    }
}

extension String {
    /// The text of bytes that must be UTF-8; unlike `String(decoding:as:)` it repairs nothing, so that it encodes back.
    init(wire bytes: [UInt8], _ field: WireField) throws(WireError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformedText(field) }
        self = text
    }
}

/// Throws unless every byte is printable ASCII (space to tilde).
func requirePrintable(_ bytes: some Sequence<UInt8>, _ field: WireField) throws(WireError) {
    guard bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else { throw .malformedText(field) }
}

/// Throws unless `value` is in `range`.
func require<Value: Comparable>(_ value: Value, in range: ClosedRange<Value>, _ field: WireField) throws(WireError) {
    guard range.contains(value) else { throw .outOfRange(field) }
}
