/// Text with a checksum, as Bitcoin's BIP 173 has it, of any length: how age writes its keys.
enum Bech32 {
    struct Decoded: Hashable {
        /// What stands before the last 1, as it was written.
        let prefix: String
        let bytes: [UInt8]
    }

    enum Flaw: Error, Hashable {
        /// It isn't of this form at all.
        case form
        /// It has capital and small letters.
        case mixedCase
        /// A character is missing, wrong or too many.
        case checksum
    }

    /// In small letters.
    static func encode(prefix: String, _ bytes: [UInt8]) -> String {
        let values = regroup(bytes, from: 8, to: 5, padding: true) ?? []
        let sum = checksum(expanded(prefix) + values + [UInt8](repeating: 0, count: checksumCount)) ^ 1
        let check = (0..<checksumCount).map { UInt8(sum >> UInt32(5 * (checksumCount - 1 - $0)) & 31) }
        return prefix + "1" + String(decoding: (values + check).map { alphabet[Int($0)] }, as: UTF8.self)
    }

    static func decode(_ text: String) throws(Flaw) -> Decoded {
        guard text.utf8.allSatisfy({ (33...126).contains($0) }) else { throw .form }
        let lower = text.lowercased()
        guard lower == text || text.uppercased() == text else { throw .mixedCase }
        let characters = Array(lower.utf8)
        guard let one = characters.lastIndex(of: UInt8(ascii: "1")), one > 0 else { throw .form }
        var values: [UInt8] = []
        for character in characters[(one + 1)...] {
            guard let value = alphabet.firstIndex(of: character) else { throw .checksum }
            values.append(UInt8(value))
        }
        let prefix = String(decoding: characters[..<one], as: UTF8.self)
        guard values.count >= checksumCount, checksum(expanded(prefix) + values) == 1,
            let bytes = regroup(values.dropLast(checksumCount), from: 5, to: 8, padding: false)
        else { throw .checksum }
        return Decoded(prefix: String(decoding: Array(text.utf8)[..<one], as: UTF8.self), bytes: bytes)
    }

    private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)
    private static let checksumCount = 6

    private static func expanded(_ prefix: String) -> [UInt8] {
        prefix.utf8.map { $0 >> 5 } + [0] + prefix.utf8.map { $0 & 31 }
    }

    private static func checksum(_ values: [UInt8]) -> UInt32 {
        let generators: [UInt32] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3]
        var sum: UInt32 = 1
        for value in values {
            let top = sum >> 25
            sum = (sum & 0x1ff_ffff) << 5 ^ UInt32(value)
            for (bit, generator) in generators.enumerated() where top >> UInt32(bit) & 1 == 1 { sum ^= generator }
        }
        return sum
    }

    /// Bits in groups of another size.
    ///
    /// - Returns: nil when bits are left over that nobody would have written.
    private static func regroup(
        _ values: some Sequence<UInt8>, from: UInt32, to: UInt32, padding: Bool
    ) -> [UInt8]? {
        var (bits, count): (UInt32, UInt32) = (0, 0)
        var groups: [UInt8] = []
        for value in values {
            bits = (bits << from | UInt32(value)) & 0xffff
            count += from
            while count >= to {
                count -= to
                groups.append(UInt8(truncatingIfNeeded: bits >> count & ((1 << to) - 1)))
            }
        }
        let left = bits & ((1 << count) - 1)
        if padding {
            if count > 0 { groups.append(UInt8(truncatingIfNeeded: left << (to - count))) }
            return groups
        }
        return count < from && left == 0 ? groups : nil
    }
}
