// Numbers as bytes, the most significant first, and what is taken from the front of bytes. Inlinable, as every frame passes here.

extension [UInt8] {
    /// Appends a big-endian integer.
    @inlinable
    package mutating func writeInteger(_ number: some FixedWidthInteger) {
        for shift in stride(from: number.bitWidth - 8, through: 0, by: -8) {
            append(UInt8(truncatingIfNeeded: number >> shift))
        }
    }

    /// Copies the bytes of a span.
    @inlinable
    package init(_ span: Span<UInt8>) {
        self.init()
        reserveCapacity(span.count)
        for index in span.indices {
            append(span[index])
        }
    }
}

extension Span<UInt8> {
    /// Takes a big-endian integer from the front.
    ///
    /// - Returns: nil, with nothing taken, when there are too few bytes.
    @inlinable
    package mutating func takeInteger<Number: FixedWidthInteger>(as type: Number.Type = Number.self) -> Number? {
        let width = Number.bitWidth / 8
        guard count >= width else { return nil }
        var number: Number = 0
        for index in 0..<width {
            number = (number << 8) | Number(truncatingIfNeeded: self[index])
        }
        self = extracting(droppingFirst: width)
        return number
    }

    /// Takes exactly `length` bytes from the front.
    ///
    /// - Returns: nil, with nothing taken, when there are too few bytes, or the length is negative.
    @inlinable
    package mutating func takeBytes(_ length: Int) -> [UInt8]? {
        guard length >= 0, count >= length else { return nil }
        let bytes = [UInt8](extracting(first: length))
        self = extracting(droppingFirst: length)
        return bytes
    }
}
