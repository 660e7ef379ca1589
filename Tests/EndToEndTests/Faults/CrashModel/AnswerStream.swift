import Wire

/// An answer of a server, as it is found in the bytes of a TLS session.
protocol TracedAnswer {
    /// Takes the answer at the beginning.
    ///
    /// - Returns: nil while it isn't whole.
    static func take(from bytes: inout ArraySlice<UInt8>) throws -> Self?
}

/// The answers in the bytes of a TLS session, each at the first moment when its last byte may have gone out.
struct AnswerStream<Answer: TracedAnswer> {
    /// What has gone out and wasn't whole yet.
    private var rest: [UInt8] = []
    /// What was about to go out.
    private var attempt: [UInt8] = []
    /// How many bytes of `rest + attempt` were taken for answers already.
    private var known = 0

    /// Bytes are about to go out, or the same ones once more.
    ///
    /// - Returns: the answers that are whole with them, and weren't before.
    mutating func sending(_ bytes: [UInt8]) throws -> [Answer] {
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
    mutating func received(_ bytes: [UInt8]) throws -> [Answer] {
        let answers = try sending(bytes)
        sent(bytes.count)
        return answers
    }

    private mutating func takeNew() throws -> [Answer] {
        let bytes = rest + attempt
        var left = bytes[known...]
        var answers: [Answer] = []
        while let answer = try Answer.take(from: &left) { answers.append(answer) }
        known = bytes.count - left.count
        return answers
    }
}

extension ServerMessage: TracedAnswer {
    static func take(from bytes: inout ArraySlice<UInt8>) throws -> ServerMessage? {
        guard bytes.count >= FrameHeader.encodedSize else { return nil }
        let header = try FrameHeader(decoding: Array(bytes.prefix(FrameHeader.encodedSize)).span)
        let rest = bytes.dropFirst(FrameHeader.encodedSize)
        guard rest.count >= Int(header.length) else { return nil }
        bytes = rest.dropFirst(Int(header.length))
        return try ServerMessage(header: header, payload: Array(rest.prefix(Int(header.length))).span)
    }
}

extension WebClient.Answer: TracedAnswer {
    static func take(from bytes: inout ArraySlice<UInt8>) throws -> WebClient.Answer? {
        guard let (head, length) = head(in: bytes) else { return nil }
        var answer = head
        let content = bytes.dropFirst(length)
        // What answers a HEAD here has no content to tell the length of.
        let count = Int(answer.fields["content-length"] ?? "") ?? 0
        guard content.count >= count else { return nil }
        answer.text = String(decoding: content.prefix(count), as: UTF8.self)
        bytes = content.dropFirst(count)
        return answer
    }
}
