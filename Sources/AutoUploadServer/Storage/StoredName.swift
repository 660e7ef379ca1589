import Domain
import Platform

/// The names that a file may be stored under, best first: its own, then its own with the first digits of its SHA-256, more of
/// them each time. They follow from name and content alone, so a file that is sent again finds itself.
///
/// "clip.mp4" → "clip.3fa94c21d0b7e5aa.mp4"
struct StoredName {
    /// Digits of the digest for each further candidate; the last is the whole digest.
    private static let digits = [16, 32, 64]
    /// A longer extension isn't one: it is kept at the end only when there is room.
    private static let longestExtension = 32

    /// - Parameter room: bytes that the path has left for a name: a confirmation has to tell it.
    static func candidates(
        for name: FileName, _ digest: ContentDigest, room: Int = FileName.maximumLength
    ) -> some Sequence<FileName> {
        // Nearly always the first one will do: the others are made when they are asked for.
        (0...digits.count).lazy.compactMap { index in
            if index == 0 { return name }
            return beside(name, suffix: Array(digest.description.utf8).prefix(digits[index - 1]), room)
        }
    }

    private static func beside(_ name: FileName, suffix: ArraySlice<UInt8>, _ room: Int) -> FileName? {
        let (stem, fileExtension) = split(name.bytes)
        let added = [dot] + suffix + fileExtension
        let length = min(room, FileName.maximumLength) - added.count
        return length > 0 ? FileName(shortened(stem, to: length) + added) : nil
    }

    /// Stem and extension, the extension with its dot. A name that only begins with a dot has no extension.
    private static func split(_ bytes: [UInt8]) -> (stem: ArraySlice<UInt8>, fileExtension: ArraySlice<UInt8>) {
        guard let last = bytes.lastIndex(of: dot), last > 0, bytes.count - last <= longestExtension else {
            return (bytes[...], [])
        }
        return (bytes[..<last], bytes[last...])
    }

    /// Cut at the end of a UTF-8 character, so that a readable name stays readable.
    private static func shortened(_ stem: ArraySlice<UInt8>, to length: Int) -> ArraySlice<UInt8> {
        guard stem.count > length else { return stem }
        var end = stem.startIndex + length
        while end > stem.startIndex + 1, stem[end] & 0xc0 == 0x80 { end -= 1 }
        return stem[..<end]
    }

    private static let dot = UInt8(ascii: ".")
}
