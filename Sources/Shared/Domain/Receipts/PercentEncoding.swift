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

private let percent = UInt8(ascii: "%")
private let digits = Array("0123456789ABCDEF".utf8)
