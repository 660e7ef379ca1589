/// Appends printable ASCII for any bytes: those outside 0x21–0x7e, and the percent sign, become `%XX`, in capital digits.
func writePercentEncoded(_ bytes: some Sequence<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
        if (0x21...0x7E).contains(byte), byte != percent {
            text.append(byte)
        } else {
            text += [percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}

/// - Returns: nil where a percent sign isn't followed by two hexadecimal digits.
func percentDecoded(_ text: some Sequence<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var iterator = text.makeIterator()
    while let byte = iterator.next() {
        guard byte == percent else {
            bytes.append(byte)
            continue
        }
        guard let high = iterator.next().flatMap(digits.firstIndex),
            let low = iterator.next().flatMap(digits.firstIndex)
        else { return nil }
        bytes.append(UInt8(high << 4 | low))
    }
    return bytes
}

/// Base64 with padding: RFC 4648, section 4.
func base64(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
        let group = bytes[start..<min(start + 3, bytes.count)]
        let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
        let characters = stride(from: 18, through: 0, by: -6).map { alphabet[bits >> $0 & 63] }
        text += characters.prefix(group.count + 1) + [UInt8](repeating: padding, count: 3 - group.count)
    }
    return String(decoding: text, as: UTF8.self)
}

/// - Returns: nil for anything but whole groups of four, the last one padded. Stray bits are for the caller to find, by
///   encoding again.
func bytes(ofBase64 text: some Collection<UInt8>) -> [UInt8]? {
    guard text.count.isMultiple(of: 4) else { return nil }
    let characters = text.reversed().drop { $0 == padding }.reversed()
    guard text.count - characters.count <= 2 else { return nil }
    var bytes: [UInt8] = []
    var (bits, count) = (0, 0)
    for character in characters {
        guard let value = alphabet.firstIndex(of: character) else { return nil }
        bits = (bits << 6 | value) & 0xFFF
        count += 6
        guard count >= 8 else { continue }
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> count))
    }
    return bytes
}

private let percent = UInt8(ascii: "%")
private let padding = UInt8(ascii: "=")
private let digits = Array("0123456789ABCDEF".utf8)
private let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
