/// A number of bytes as people write it: decimal digits, then nothing or one of K, M, G and T (of either case) for 1024 and its
/// powers. No sign, no space, no fraction, no other unit: a limit that is read as another one than was meant does harm.
///
/// - Returns: nil when it isn't one, or is more than 2^63 − 1.
package func byteCount(_ text: some Collection<UInt8>) -> UInt64? {
    let digits = text.prefix { isDigit($0) }
    guard (1...20).contains(digits.count), let shift = shift(of: text.dropFirst(digits.count)) else { return nil }
    var count: UInt64 = 0
    for digit in digits {
        let (tens, isTooMuch) = count.multipliedReportingOverflow(by: 10)
        let (sum, overflows) = tens.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
        if isTooMuch || overflows { return nil }
        count = sum
    }
    return count <= UInt64(Int64.max) >> shift ? count << shift : nil
}

/// The same the other way round, as short as it can be without rounding: "1536M".
package func byteCountText(_ count: UInt64) -> String {
    for (letter, shift) in units where count != 0 && count & (1 << shift - 1) == 0 {
        return "\(count >> shift)\(letter)"
    }
    return String(count)
}

/// Bytes for people, in units of 1024: "12.4G".
package func byteText(_ bytes: UInt64) -> String {
    var (number, unit) = (Double(bytes), "")
    for next in ["K", "M", "G", "T", "P"] where number >= 1024 { (number, unit) = (number / 1024, next) }
    if unit.isEmpty { return "\(bytes)" }
    let tenths = Int((number * 10).rounded())
    return tenths % 10 == 0 ? "\(tenths / 10)\(unit)" : "\(tenths / 10).\(tenths % 10)\(unit)"
}

private let units: [(letter: Character, shift: UInt64)] = [("T", 40), ("G", 30), ("M", 20), ("K", 10)]

private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
}

private func shift(of unit: some Collection<UInt8>) -> UInt64? {
    guard let letter = unit.first else { return 0 }
    guard unit.count == 1 else { return nil }
    return units.first { $0.letter == Character(Unicode.Scalar(letter)).uppercased().first }?.shift
}
