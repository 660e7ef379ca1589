/// Bytes as characters that stand for so many bits each, as in RFC 4648: the first bits come first.
struct BitGroups {
    /// Bits of a character: less than eight.
    let width: UInt32
    private let alphabet: [UInt8]
    /// Of each character; nil for those that stand for none.
    private let values: [UInt32?]

    init(_ alphabet: StaticString, width: UInt32) {
        let characters = Array("\(alphabet)".utf8)
        var values = [UInt32?](repeating: nil, count: 256)
        for (value, character) in characters.enumerated() { values[Int(character)] = UInt32(value) }
        (self.alphabet, self.values, self.width) = (characters, values, width)
    }

    /// What is missing of the last group is filled up with zeroes.
    func characters(of bytes: [UInt8]) -> [UInt8] {
        var characters: [UInt8] = []
        characters.reserveCapacity(bytes.count * 8 / Int(width) + 1)
        var (bits, count) = (UInt32(0), UInt32(0))
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            count += 8
            while count >= width {
                count -= width
                characters.append(character(bits >> count))
            }
        }
        if count > 0 { characters.append(character(bits << (width - count))) }
        return characters
    }

    private func character(_ bits: UInt32) -> UInt8 { alphabet[Int(bits & ((1 << width) - 1))] }

    /// - Returns: with the bits beyond the last whole byte; nil for other characters, and for a length that no bytes have.
    func bytes(of text: some Collection<UInt8>) -> (bytes: [UInt8], strayBits: UInt32)? {
        var bytes: [UInt8] = []
        var (bits, count) = (UInt32(0), UInt32(0))
        for character in text {
            guard let value = values[Int(character)] else { return nil }
            bits = bits << width | value
            count += width
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return count < width ? (bytes, bits & ((1 << count) - 1)) : nil
    }
}
