import Platform

/// A pattern that single names of files or folders match or don't: `*` stands for any characters, `?` for one, and all others
/// for themselves, ASCII letters in any case. One that ends in a slash is about folders, and all that lies in them.
struct NamePattern: Hashable, Sendable {
    let text: String
    let isOfFolders: Bool
    private let bytes: [UInt8]

    /// - Returns: nil when nothing can match it: it is empty, or has a slash before its end.
    init?(_ text: String) {
        var bytes = text.utf8.map(lowercased)
        isOfFolders = bytes.last == slash
        if isOfFolders { bytes.removeLast() }
        guard !bytes.isEmpty, !bytes.contains(slash) else { return nil }
        self.text = text
        self.bytes = bytes
    }

    /// Whether a file of this path is meant: by its name, or by that of a folder that it lies in.
    func covers(_ path: LocalPath) -> Bool {
        isOfFolders ? path.folders.contains(where: matches) : matches(path.name)
    }

    func matches(_ name: FileName) -> Bool {
        let name = name.bytes
        if isRuledOut(name) { return false }
        var (next, position) = (0, 0)
        /// Where to go on when what stands behind the last star doesn't match: the star takes one more.
        var retry: (next: Int, position: Int)?
        while position < name.count {
            if next < bytes.count, bytes[next] == star {
                next += 1
                retry = (next, position)
            } else if next < bytes.count, bytes[next] == question {
                next += 1
                position = Self.endOfCharacter(at: position, of: name)
            } else if next < bytes.count, bytes[next] == lowercased(name[position]) {
                next += 1
                position += 1
            } else if let (afterStar, taken) = retry {
                (next, position) = (afterStar, taken + 1)
                retry = (afterStar, position)
            } else {
                return false
            }
        }
        return bytes[next...].allSatisfy { $0 == star }
    }

    /// By its first and its last byte most names can be told not to match.
    private func isRuledOut(_ name: [UInt8]) -> Bool {
        func differs(_ own: UInt8?, _ other: UInt8?) -> Bool {
            guard let own, let other, own != star, own != question else { return false }
            return own != lowercased(other)
        }
        return differs(bytes.first, name.first) || differs(bytes.last, name.last)
    }

    /// Where the character ends that begins there: bytes that only go on with one, in UTF-8, belong to it.
    private static func endOfCharacter(at start: Int, of name: [UInt8]) -> Int {
        name[(start + 1)...].firstIndex { $0 & 0xC0 != 0x80 } ?? name.count
    }
}

private let slash = UInt8(ascii: "/")
private let star = UInt8(ascii: "*")
private let question = UInt8(ascii: "?")

private func lowercased(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
}
