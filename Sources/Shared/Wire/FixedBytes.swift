/// A value that is a fixed number of bytes with no inner structure.
///
/// The conforming types hold words instead of an array: no allocation, and equality and hashing come for free.
package protocol FixedBytes: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes the value has.
    static var byteCount: Int { get }

    /// Takes `byteCount` bytes.
    init(reading reader: inout WireReader, _ field: WireField) throws(WireError)

    /// Appends `byteCount` bytes.
    func write(to writer: inout WireWriter)
}

extension FixedBytes {
    /// Fails unless there are exactly `byteCount` bytes.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var reader = bytes
        guard let value = try? Self(reading: &reader, .opaque) else { return nil }
        self = value
    }

    /// Fails unless there are exactly `byteCount` bytes.
    package init?(_ bytes: [UInt8]) {
        self.init(bytes.span)
    }

    /// Fails unless the text is exactly `byteCount` pairs of hexadecimal digits.
    package init?(hex: some StringProtocol) {
        let digits = hex.unicodeScalars.map { $0.isASCII ? Character($0).hexDigitValue : nil }
        guard digits.count == Self.byteCount * 2 else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index], let low = digits[index + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.init(bytes)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        write(to: &bytes)
        return bytes
    }

    /// Lower-case hexadecimal digits.
    package var description: String {
        var digits: [UInt8] = []
        digits.reserveCapacity(2 * Self.byteCount)
        writeHexadecimal(to: &digits)
        return String(decoding: digits, as: UTF8.self)
    }

    /// Appends the bytes as lower-case hexadecimal digits.
    func writeHexadecimal(to text: inout [UInt8]) {
        for byte in bytes {
            text.append(Self.digit(byte >> 4))
            text.append(Self.digit(byte & 15))
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }
}
