/// A byte as "%" and two digits, where `isTaken` says that this one is meant so; anything else stays as it is.
///
/// - Parameter isTaken: gets the byte and its two digits.
func decodingPercent(_ bytes: [UInt8], where isTaken: (UInt8, ArraySlice<UInt8>) -> Bool) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = bytes[...]
    while let byte = rest.popFirst() {
        if byte == percent, let value = byteOfDigits(rest), isTaken(value, rest.prefix(2)) {
            decoded.append(value)
            rest = rest.dropFirst(2)
        } else {
            decoded.append(byte)
        }
    }
    return decoded
}

/// All bytes that are percent-encoded.
///
/// - Parameter isPlain: bytes that may stand for themselves.
/// - Returns: nil where another byte does, or two digits are missing behind a "%".
func decodedPercent(_ bytes: some Collection<UInt8>, isPlain: (UInt8) -> Bool) -> [UInt8]? {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(bytes.count)
    var rest = Array(bytes)[...]
    while let byte = rest.popFirst() {
        if byte == percent {
            guard let value = byteOfDigits(rest) else { return nil }
            decoded.append(value)
            rest = rest.dropFirst(2)
        } else {
            guard isPlain(byte) else { return nil }
            decoded.append(byte)
        }
    }
    return decoded
}

private let percent = UInt8(ascii: "%")

/// The byte that the first two digits stand for.
private func byteOfDigits(_ text: ArraySlice<UInt8>) -> UInt8? {
    guard let high = text.first.flatMap(digit), let low = text.dropFirst().first.flatMap(digit) else { return nil }
    return high << 4 | low
}

private func digit(_ character: UInt8) -> UInt8? {
    switch character {
    case 0x30...0x39: character - 0x30
    case 0x41...0x46: character - 0x41 + 10
    case 0x61...0x66: character - 0x61 + 10
    default: nil
    }
}
