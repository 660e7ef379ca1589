import Platform

/// What an encrypted file is called.
enum EncryptedName {
    static let suffix = Array(".age".utf8)
    /// Bytes of an ending that are kept where a name has to be shortened.
    private static let longestEnding = 16

    /// The name with the suffix behind it; where that has no room, with a shorter stem and the same ending. Two long names may
    /// become one: the server keeps both files then, as it does whenever a name is taken.
    static func sealed(_ name: [UInt8]) -> [UInt8] {
        let room = FileName.maximumLength - suffix.count
        if name.count <= room { return name + suffix }
        let ending = ending(of: name)
        return shortened(name.dropLast(ending.count), to: room - ending.count) + ending + suffix
    }

    /// - Returns: nil for a name that no encrypted file has.
    static func opened(_ name: FileName) -> FileName? {
        guard name.bytes.count > suffix.count, name.bytes.suffix(suffix.count) == suffix[...] else { return nil }
        return FileName(name.bytes.dropLast(suffix.count))
    }

    private static func ending(of name: [UInt8]) -> ArraySlice<UInt8> {
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > 0, name.count - dot <= longestEnding else {
            return []
        }
        return name[dot...]
    }

    /// Not within a character.
    private static func shortened(_ name: ArraySlice<UInt8>, to count: Int) -> ArraySlice<UInt8> {
        var end = name.startIndex + count
        while end > name.startIndex, name.endIndex > end, name[end] & 0xc0 == 0x80 { end -= 1 }
        // What isn't UTF-8 has no characters.
        return end > name.startIndex + count - 4 ? name[..<end] : name.prefix(count)
    }
}
