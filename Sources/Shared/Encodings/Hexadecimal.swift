/// Lower-case hexadecimal digits, two for each byte.
package func hexadecimal(_ bytes: [UInt8]) -> String {
    var digits: [UInt8] = []
    digits.reserveCapacity(2 * bytes.count)
    writeHexadecimal(bytes, to: &digits)
    return String(decoding: digits, as: UTF8.self)
}

/// A number as `0x` and as many lower-case digits as its type has.
package func hexadecimal(_ number: some FixedWidthInteger & UnsignedInteger) -> String {
    var bytes: [UInt8] = []
    bytes.writeInteger(number)
    return "0x" + hexadecimal(bytes)
}

/// Appends lower-case hexadecimal digits, two for each byte.
package func writeHexadecimal(_ bytes: [UInt8], to text: inout [UInt8]) {
    for byte in bytes {
        text.append(digit(byte >> 4))
        text.append(digit(byte & 0x0f))
    }
}

/// - Returns: nil for anything but pairs of digits, which may be capital ones.
package func bytes(ofHexadecimal text: some StringProtocol) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for character in text.utf8 {
        guard let value = value(of: character) else { return nil }
        if let first = high.take() { bytes.append(first << 4 | value) } else { high = value }
    }
    return high == nil ? bytes : nil
}

private func digit(_ value: UInt8) -> UInt8 {
    value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
}

private func value(of digit: UInt8) -> UInt8? {
    switch digit {
    case 0x30...0x39: digit - 0x30
    case 0x41...0x46: digit - 0x41 + 10
    case 0x61...0x66: digit - 0x61 + 10
    default: nil
    }
}
