/// Takes a body of multipart/form-data apart while it comes, in pieces of any size, and holds no more of it than a part's head.
///
/// What it goes by is RFC 2046, section 5.1.1, read so that no byte of a file can be lost or added:
/// - A delimiter is CR LF "--" boundary, blanks, CR LF; the last one has "--" before the blanks. The first one needs no line
///   end before it, and neither does one just behind a head (an empty part may be sent so).
/// - Where something else follows, it depends. A byte that a boundary may have makes it another, longer boundary, as of a
///   form inside a file: that is content. Anything else (a bare LF, text after the blanks) is an error.
/// - A part has come whole when the delimiter behind it has, its line end included, or the end of the body after the last.
/// - Text before the first and after the last delimiter is passed over up to a limit; another delimiter there is an error.
///
/// Once it has thrown, or its receiver has, it must not be fed any more.
package struct MultipartSplitter: Sendable {
    /// What the bytes between delimiters are.
    private enum Place {
        case preamble, content, epilogue
    }

    /// What is looked for.
    private enum State {
        /// The next delimiter, whose first bytes may have come.
        case delimiter(Match)
        /// What follows a delimiter.
        case delimiterEnd
        /// What follows a delimiter and one "-".
        case secondDash
        /// Blanks, or the line end.
        case padding(length: Int, isLast: Bool)
        /// The second half of a line end.
        case lineFeed(isLast: Bool)
        case head
    }

    /// A beginning of the delimiter that has come. Its bytes are known, so they needn't be kept.
    private struct Match {
        var length = 0
        /// Bytes at its front that belong to what is before, and are content in no case.
        var borrowed = 0

        /// After a line end that may be a delimiter's own.
        static let lineEnd = Match(length: 2, borrowed: 2)
    }

    private let delimiter: MultipartDelimiter
    private let limits: MultipartLimits
    private var place = Place.preamble
    private var state = State.delimiter(.lineEnd)
    /// Bytes at the front of the delimiter that was found which aren't content, should it turn out to be none.
    private var borrowed = 0
    /// Bytes of preamble or epilogue that were passed over.
    private var skipped = 0
    /// The current part's head, as far as it has come.
    private var head: [UInt8] = []
    /// How many parts have begun.
    private var parts = 0

    package init(boundary: MultipartBoundary, limits: MultipartLimits = MultipartLimits()) {
        delimiter = MultipartDelimiter(boundary)
        self.limits = limits
    }

    /// Takes the next piece of the body.
    package mutating func take<Receiver: MultipartReceiver>(
        _ input: Span<UInt8>, to receiver: inout Receiver
    ) throws(Receiver.Failure) {
        var rest = input
        while !rest.isEmpty {
            switch state {
            case .delimiter(let match): try seekDelimiter(match, in: &rest, &receiver)
            case .head: try takeHead(from: &rest, &receiver)
            case .delimiterEnd, .secondDash: try takeDelimiterEnd(from: &rest, &receiver)
            case .padding, .lineFeed: try takeLineEnd(from: &rest, &receiver)
            }
        }
    }

    /// The body has come whole, by its own framing (Content-Length, or the last chunk): no more is to follow.
    ///
    /// - Throws: also where the last delimiter is missing: what has come of the current part is then no whole file.
    package mutating func finish<Receiver: MultipartReceiver>(to receiver: inout Receiver) throws(Receiver.Failure) {
        switch (state, place) {
        case (.delimiter, .epilogue): return
        case (.padding(_, isLast: true), .preamble), (.padding(_, isLast: true), .content):
            try endPart(isLast: true, &receiver)
        case (_, .epilogue): throw receiver.failure(.partAfterEnd)
        default: throw receiver.failure(.endMissing(afterPart: parts))
        }
    }
}

// MARK: - Content and delimiters

extension MultipartSplitter {
    private mutating func seekDelimiter<Receiver: MultipartReceiver>(
        _ match: Match, in rest: inout Span<UInt8>, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        if match.length > 0 {
            let agreeing = delimiter.agreement(with: rest, from: match.length)
            let length = match.length + agreeing
            if length == delimiter.count || agreeing == rest.count {
                rest = rest.extracting(droppingFirst: agreeing)
                found(Match(length: length, borrowed: match.borrowed))
                return
            }
            try giveUp(match, &receiver)
        }
        if let index = delimiter.firstIndex(in: rest) {
            try pass(rest.extracting(first: index), &receiver)
            rest = rest.extracting(droppingFirst: index + delimiter.count)
            found(Match(length: delimiter.count))
        } else {
            let beginning = delimiter.beginning(atEndOf: rest)
            try pass(rest.extracting(droppingLast: beginning), &receiver)
            rest = rest.extracting(first: 0)
            found(Match(length: beginning))
        }
    }

    private mutating func found(_ match: Match) {
        borrowed = match.borrowed
        state = match.length == delimiter.count ? .delimiterEnd : .delimiter(match)
    }

    /// What looked like a delimiter is none.
    private mutating func giveUp<Receiver: MultipartReceiver>(
        _ match: Match, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        let bytes = delimiter.bytes
        try pass(bytes.span.extracting(match.borrowed..<match.length), &receiver)
        state = .delimiter(Match())
    }

    /// Hands on what stands between delimiters.
    private mutating func pass<Receiver: MultipartReceiver>(
        _ bytes: Span<UInt8>, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        if bytes.isEmpty { return }
        guard place != .content else { return try receiver.takeContent(bytes) }
        let limit = limits.surroundingBytes
        guard bytes.count <= limit - skipped else {
            throw receiver.failure(
                place == .preamble ? .preambleTooLong(limit: limit) : .epilogueTooLong(limit: limit))
        }
        skipped += bytes.count
    }

    private mutating func takeDelimiterEnd<Receiver: MultipartReceiver>(
        from rest: inout Span<UInt8>, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        let byte = rest[0]
        switch (state, byte) {
        case (.secondDash, dash): state = .padding(length: 0, isLast: true)
        case (.delimiterEnd, dash): state = .secondDash
        case (.delimiterEnd, carriageReturn), (.delimiterEnd, space), (.delimiterEnd, tab):
            state = .padding(length: 0, isLast: false)
            return
        default:
            guard MultipartBoundary.isAllowed(byte) else { throw malformedDelimiter(receiver) }
            return try takeLookAlike(&receiver)
        }
        rest = rest.extracting(droppingFirst: 1)
    }

    /// The line that has begun like a delimiter goes on like a longer one.
    private mutating func takeLookAlike<Receiver: MultipartReceiver>(
        _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        let hasDash = if case .secondDash = state { true } else { false }
        try giveUp(Match(length: delimiter.count, borrowed: borrowed), &receiver)
        if hasDash {
            let bytes = [dash]
            try pass(bytes.span, &receiver)
        }
    }

    private mutating func takeLineEnd<Receiver: MultipartReceiver>(
        from rest: inout Span<UInt8>, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        let byte = rest[0]
        rest = rest.extracting(droppingFirst: 1)
        switch (state, byte) {
        case (.padding(let length, let isLast), space), (.padding(let length, let isLast), tab):
            guard length < limits.paddingBytes else {
                throw receiver.failure(.paddingTooLong(afterPart: parts, limit: limits.paddingBytes))
            }
            state = .padding(length: length + 1, isLast: isLast)
        case (.padding(_, let isLast), carriageReturn): state = .lineFeed(isLast: isLast)
        case (.lineFeed(let isLast), lineFeed): try endPart(isLast: isLast, &receiver)
        default: throw malformedDelimiter(receiver)
        }
    }

    /// A delimiter has come whole.
    private mutating func endPart<Receiver: MultipartReceiver>(
        isLast: Bool, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        switch place {
        case .preamble: break
        case .content: try receiver.endPart()
        case .epilogue: throw receiver.failure(.partAfterEnd)
        }
        if isLast {
            (place, skipped, state) = (.epilogue, 0, .delimiter(.lineEnd))
        } else {
            guard parts < limits.parts else { throw receiver.failure(.tooManyParts(limit: limits.parts)) }
            parts += 1
            state = .head
        }
    }

    private func malformedDelimiter<Receiver: MultipartReceiver>(_ receiver: Receiver) -> Receiver.Failure {
        receiver.failure(place == .epilogue ? .partAfterEnd : .malformedDelimiter(afterPart: parts))
    }
}

// MARK: - Heads

extension MultipartSplitter {
    private mutating func takeHead<Receiver: MultipartReceiver>(
        from rest: inout Span<UInt8>, _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        var index = 0
        while index < rest.count {
            guard head.count < limits.headBytes else {
                throw receiver.failure(.headTooLong(part: parts, limit: limits.headBytes))
            }
            head.append(rest[index])
            index += 1
            if rest[index - 1] == lineFeed, isHeadWhole {
                try beginPart(&receiver)
                break
            }
        }
        rest = rest.extracting(droppingFirst: index)
    }

    /// Whether the line that has just come is the blank one.
    private var isHeadWhole: Bool {
        head.count == 2 ? head == lineEnd : head.suffix(4).elementsEqual(lineEnd + lineEnd)
    }

    private mutating func beginPart<Receiver: MultipartReceiver>(
        _ receiver: inout Receiver
    ) throws(Receiver.Failure) {
        let parsed: PartHead
        do throws(PartHead.Flaw) {
            parsed = try PartHead(head, delimiter: delimiter, maximumFields: limits.headFields)
        } catch {
            throw receiver.failure(.malformedHead(part: parts, error))
        }
        head.removeAll(keepingCapacity: true)
        (place, state) = (.content, .delimiter(.lineEnd))
        try receiver.beginPart(parsed)
    }
}

private let lineEnd = [carriageReturn, lineFeed]
private let dash = UInt8(ascii: "-")
private let space = UInt8(ascii: " ")
private let tab = UInt8(ascii: "\t")
