/// Base64 of RFC 4648, section 4.
///
/// - Parameter isPadded: whether the last group is filled up with `=`, as there; the PHC string format leaves that out.
package func encodeBase64(_ bytes: [UInt8], isPadded: Bool) -> String {
    var characters: [UInt8] = []
    characters.reserveCapacity(bytes.count / 3 * 4 + 4)
    var (bits, count) = (UInt32(0), UInt32(0))
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        count += 8
        while count >= 6 {
            count -= 6
            characters.append(alphabet[Int(bits >> count & 0x3f)])
        }
    }
    if count > 0 { characters.append(alphabet[Int(bits << (6 - count) & 0x3f)]) }
    while isPadded, !characters.count.isMultiple(of: 4) { characters.append(padding) }
    return String(decoding: characters, as: UTF8.self)
}

/// - Returns: nil for anything that `encodeBase64` wouldn't write, such as stray bits at the end.
package func decodeBase64(_ text: some Collection<UInt8>, isPadded: Bool) -> [UInt8]? {
    guard isPadded else { return decode(text) }
    let pads = text.suffix(2).reversed().prefix { $0 == padding }.count
    return text.count.isMultiple(of: 4) ? decode(text.dropLast(pads)) : nil
}

private func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), UInt32(0))
    for character in text {
        guard let value = value(of: character) else { return nil }
        bits = bits << 6 | value
        count += 6
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
    }
    let strayBits = bits & ((1 << count) - 1)
    return count < 6 && strayBits == 0 ? bytes : nil
}

private let padding = UInt8(ascii: "=")
private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

private func value(of character: UInt8) -> UInt32? {
    switch character {
    case 0x41...0x5a: UInt32(character) - 0x41
    case 0x61...0x7a: UInt32(character) - 0x61 + 26
    case 0x30...0x39: UInt32(character) - 0x30 + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
}
