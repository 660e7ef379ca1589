import Wire

/// The answers in the bytes of a TLS session, each at the first moment when its last byte may have gone out.
struct AnswerStream {
    /// What has gone out and wasn't whole yet.
    private var rest: [UInt8] = []
    /// What was about to go out.
    private var attempt: [UInt8] = []
    /// How many bytes of `rest + attempt` were taken for answers already.
    private var known = 0

    /// Bytes are about to go out, or the same ones once more.
    ///
    /// - Returns: the answers that are whole with them, and weren't before.
    mutating func sending(_ bytes: [UInt8]) throws -> [ServerMessage] {
        attempt = bytes
        return try takeNew()
    }

    /// So many of them have gone.
    mutating func sent(_ count: Int) {
        rest += attempt.prefix(count)
        attempt = []
        let whole = min(known, rest.count)
        rest.removeFirst(whole)
        known -= whole
    }

    /// Bytes that came.
    mutating func received(_ bytes: [UInt8]) throws -> [ServerMessage] {
        let answers = try sending(bytes)
        sent(bytes.count)
        return answers
    }

    private mutating func takeNew() throws -> [ServerMessage] {
        let bytes = rest + attempt
        var answers: [ServerMessage] = []
        while bytes.count - known >= FrameHeader.encodedSize {
            let start = known + FrameHeader.encodedSize
            let header = try FrameHeader(decoding: Array(bytes[known..<start]).span)
            guard bytes.count >= start + Int(header.length) else { break }
            let payload = Array(bytes[start..<start + Int(header.length)])
            answers.append(try ServerMessage(header: header, payload: payload.span))
            known = start + Int(header.length)
        }
        return answers
    }
}
