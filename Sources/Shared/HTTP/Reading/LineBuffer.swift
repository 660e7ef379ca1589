/// A line on its way in. It ends with CR LF and nothing else, and what can stand in no line is refused as soon as it comes.
struct LineBuffer: Sendable {
    /// What has come, without the line's end.
    private(set) var bytes: [UInt8] = []
    private var awaitsLineFeed = false

    var isEmpty: Bool { bytes.isEmpty && !awaitsLineFeed }

    /// Takes bytes up to the line's end.
    ///
    /// - Returns: how many it took, and whether the line is whole.
    mutating func take(
        _ input: Span<UInt8>, _ place: RequestError.Place, limit: Int
    ) throws(RequestError) -> (count: Int, isWhole: Bool) {
        for index in input.indices {
            let byte = input[index]
            if awaitsLineFeed {
                guard byte == lineFeed else { throw .bareCarriageReturn(place) }
                return (index + 1, true)
            }
            if byte == carriageReturn {
                awaitsLineFeed = true
            } else {
                guard byte != lineFeed else { throw .bareLineFeed(place) }
                guard isFieldByte(byte) else { throw .controlCharacter(place, byte) }
                guard bytes.count < limit else { throw .tooLong(place, limit: limit) }
                bytes.append(byte)
            }
        }
        return (input.count, false)
    }

    /// Gives the whole line away, and begins another.
    mutating func finish() -> [UInt8] {
        defer { self = LineBuffer() }
        return bytes
    }
}
