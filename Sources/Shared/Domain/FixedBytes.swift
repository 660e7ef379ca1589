import Encodings

/// A value that is a fixed number of bytes with no inner structure.
///
/// The conforming types hold words instead of an array: no allocation, and equality and hashing come for free.
package protocol FixedBytes: Hashable, Sendable, CustomStringConvertible {
    /// How many bytes the value has.
    static var byteCount: Int { get }

    /// Takes `byteCount` bytes from the front; where there are fewer, it fails and takes none.
    init?(takingFrom bytes: inout Span<UInt8>)

    /// Appends `byteCount` bytes.
    func write(to bytes: inout [UInt8])
}

extension FixedBytes {
    /// Fails unless there are exactly `byteCount` bytes.
    package init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        var rest = bytes
        self.init(takingFrom: &rest)
    }

    /// Fails unless there are exactly `byteCount` bytes.
    package init?(_ bytes: [UInt8]) {
        self.init(bytes.span)
    }

    /// Fails unless the text is exactly `byteCount` pairs of hexadecimal digits.
    package init?(hex: some StringProtocol) {
        guard let bytes = Encodings.bytes(ofHexadecimal: hex) else { return nil }
        self.init(bytes)
    }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.byteCount)
        write(to: &bytes)
        return bytes
    }

    /// Lower-case hexadecimal digits.
    package var description: String { hexadecimal(bytes) }

    /// Appends the bytes as lower-case hexadecimal digits.
    func writeHexadecimal(to text: inout [UInt8]) {
        Encodings.writeHexadecimal(bytes, to: &text)
    }
}
