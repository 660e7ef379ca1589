/// Lists of byte strings in Bencode (BEP 3): `l3:abc2:dee`.
enum Bencode {
    /// - Returns: nil for anything else, and where there are more.
    static func strings(_ bytes: [UInt8], most: Int) -> [ArraySlice<UInt8>]? {
        guard bytes.first == UInt8(ascii: "l"), bytes.last == UInt8(ascii: "e") else { return nil }
        var rest = bytes.dropFirst().dropLast()
        var strings: [ArraySlice<UInt8>] = []
        while !rest.isEmpty {
            guard let colon = rest.prefix(mostDigits + 1).firstIndex(of: UInt8(ascii: ":")),
                let length = length(rest[..<colon])
            else { return nil }
            rest = rest[(colon + 1)...]
            guard length <= rest.count, strings.count < most else { return nil }
            strings.append(rest.prefix(length))
            rest = rest.dropFirst(length)
        }
        return strings
    }

    private static let mostDigits = 9

    /// Without zeroes in front.
    private static func length(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        return Int(String(decoding: digits, as: UTF8.self))
    }

    static func list(_ strings: [[UInt8]]) -> [UInt8] {
        var bytes = [UInt8(ascii: "l")]
        for string in strings {
            bytes += Array("\(string.count):".utf8)
            bytes += string
        }
        bytes.append(UInt8(ascii: "e"))
        return bytes
    }
}
