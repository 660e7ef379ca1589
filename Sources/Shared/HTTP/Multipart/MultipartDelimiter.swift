/// What stands between parts, CR LF "--" boundary, and how it is found in a stream.
///
/// The search is Horspool's ("Practical fast searching in strings", 1980): it looks at one byte in as many as the delimiter
/// has, and is as fast as memmem(3) without leaving safe code. CR stands in a delimiter only once, so beginnings of it
/// can't overlap: no content makes the search look at a byte more than three times.
struct MultipartDelimiter: Sendable {
    let bytes: [UInt8]
    /// For each byte, how many of the delimiter's bytes end with its last occurrence: 0 for a byte that isn't in it.
    private let lengths: InlineArray<256, UInt8>
    /// How far the delimiter can move on where its last byte agrees, but another doesn't.
    private let shortShift: Int

    init(_ boundary: MultipartBoundary) {
        bytes = [carriageReturn, lineFeed] + "--".utf8 + boundary.bytes
        var lengths = InlineArray<256, UInt8>(repeating: 0)
        for (index, byte) in bytes.enumerated() {
            lengths[Int(byte)] = UInt8(index + 1)
        }
        self.lengths = lengths
        let last = bytes.count - 1
        shortShift = last - (bytes[..<last].lastIndex(of: bytes[last]) ?? -1)
    }

    var count: Int { bytes.count }

    /// Where the delimiter begins first, whole.
    func firstIndex(in text: Span<UInt8>) -> Int? {
        let (last, lengths) = (count - 1, lengths.span)
        var end = last
        while end < text.count {
            let length = Int(lengths[Int(text[end])])
            // Most bytes aren't in the delimiter: the next look doesn't wait for this one where the step is the same.
            if length == 0 {
                end += count
            } else if length < count {
                end += count - length
            } else if agreement(with: text.extracting(droppingFirst: end - last), from: 0) == count {
                return end - last
            } else {
                end += shortShift
            }
        }
        return nil
    }

    /// How many bytes at the front of a text are those of the delimiter from a position on.
    func agreement(with text: Span<UInt8>, from position: Int) -> Int {
        let limit = min(text.count, count - position)
        var agreeing = 0
        while agreeing < limit, text[agreeing] == bytes[position + agreeing] {
            agreeing += 1
        }
        return agreeing
    }

    /// How many bytes at the end of a text are a beginning of the delimiter, and not all of it.
    func beginning(atEndOf text: Span<UInt8>) -> Int {
        var index = text.count
        let first = max(0, text.count - count + 1)
        while index > first {
            index -= 1
            guard text[index] == carriageReturn else { continue }
            let length = text.count - index
            return agreement(with: text.extracting(droppingFirst: index), from: 0) == length ? length : 0
        }
        return 0
    }
}
