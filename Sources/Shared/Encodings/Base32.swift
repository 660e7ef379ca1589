/// Base32 of RFC 4648, section 6, without padding.
package func encodeBase32(_ bytes: [UInt8]) -> String {
    var characters: [UInt8] = []
    var (bits, count) = (UInt32(0), UInt32(0))
    for byte in bytes {
        bits = bits << 8 | UInt32(byte)
        count += 8
        while count >= 5 {
            count -= 5
            characters.append(alphabet[Int(bits >> count & 0x1f)])
        }
    }
    if count > 0 { characters.append(alphabet[Int(bits << (5 - count) & 0x1f)]) }
    return String(decoding: characters, as: UTF8.self)
}

/// Capital letters and digits only, without padding.
///
/// - Returns: nil for other characters, and for a length that no bytes have. Bits beyond the last whole byte say nothing, as
///   there are makers of such text who set them.
package func decodeBase32(_ text: some Collection<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var (bits, count) = (UInt32(0), UInt32(0))
    for character in text {
        guard let value = value(of: character) else { return nil }
        bits = bits << 5 | value
        count += 5
        if count >= 8 {
            count -= 8
            bytes.append(UInt8(truncatingIfNeeded: bits >> count))
        }
    }
    return count < 5 ? bytes : nil
}

private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)

private func value(of character: UInt8) -> UInt32? {
    switch character {
    case 0x41...0x5a: UInt32(character) - 0x41
    case 0x32...0x37: UInt32(character) - 0x32 + 26
    default: nil
    }
}
