/// Takes requests of HTTP/1.1 apart while they come, in pieces of any size, strictly by RFC 9112. It holds no more of them than a
/// head, and copies no body.
///
/// Its user shows it what has come, as often as there is more:
///
///     let step = try reader.read(input)
///     // step.event says what the first step.count bytes are; they are done with, and dropped.
///
/// Where `step.event` is nothing and all bytes were taken, more have to come. Each request gives one `head`, as many pieces
/// of its `body` as came, and one `end`; then the next one may begin in the very same bytes.
package struct RequestReader: Sendable {
    package enum Event: Hashable, Sendable {
        /// The bytes were part of something that isn't whole yet.
        case nothing
        case head(RequestHead)
        /// The bytes are the next of the body.
        case body
        /// The request has come whole; what was behind a chunked body comes along.
        case end(trailers: Fields)
    }

    package struct Step: Hashable, Sendable {
        /// How many bytes, from the first one on, the event is about.
        package let count: Int
        package let event: Event
    }

    private enum State {
        case requestLine(blankLines: Int)
        case fields(RequestLine)
        case content(remaining: UInt64)
        case chunkLine
        case chunk(remaining: UInt64)
        case chunkEnd
        case trailers
        case failed(RequestError)
    }

    private let limits: RequestLimits
    private var state = State.requestLine(blankLines: 0)
    private var line = LineBuffer()
    private var fields = Fields()
    /// Bytes of this head, or of these trailers, with their line ends.
    private var size = 0
    /// Bytes of this body's chunk extensions.
    private var extensionSize = 0
    /// Bytes of this chunked body.
    private var bodySize: UInt64 = 0

    package init(limits: RequestLimits = RequestLimits()) {
        self.limits = limits
    }

    /// Nothing of a request has come: the connection may end here, and is idle while it doesn't.
    package var isBetweenRequests: Bool {
        if case .requestLine = state { line.isEmpty } else { false }
    }

    /// Takes the next part of what has come; with no bytes at hand it still says that a request without a body has ended.
    ///
    /// - Throws: why these are no requests; then for ever the same.
    package mutating func read(_ input: Span<UInt8>) throws(RequestError) -> Step {
        do throws(RequestError) {
            return try advance(input)
        } catch {
            state = .failed(error)
            throw error
        }
    }

    /// The peer says no more.
    ///
    /// - Throws: `truncated` where a request has begun and not ended.
    package func finish() throws(RequestError) {
        if case .failed(let error) = state { throw error }
        guard isBetweenRequests else { throw .truncated }
    }

    private mutating func advance(_ input: Span<UInt8>) throws(RequestError) -> Step {
        switch state {
        case .requestLine(let blankLines): try readRequestLine(input, blankLines: blankLines)
        case .fields(let requestLine): try readField(input, behind: requestLine)
        case .content(remaining: 0): end(0)
        case .content(let remaining): takeBody(input, remaining) { .content(remaining: $0) }
        case .chunkLine: try readChunkLine(input)
        case .chunk(remaining: 0), .chunkEnd: try readChunkEnd(input)
        case .chunk(let remaining): takeBody(input, remaining) { .chunk(remaining: $0) }
        case .trailers: try readTrailer(input)
        case .failed(let error): throw error
        }
    }
}

// MARK: - Head

extension RequestReader {
    private mutating func readRequestLine(_ input: Span<UInt8>, blankLines: Int) throws(RequestError) -> Step {
        let (count, text) = try takeLine(input, .requestLine, limit: limits.requestLine)
        guard let text else { return Step(count: count, event: .nothing) }
        if text.isEmpty {
            // Old clients send a line end behind a body (RFC 9112, section 2.2).
            guard blankLines == 0 else { throw .malformedRequestLine }
            state = .requestLine(blankLines: 1)
            size = 0
        } else {
            state = .fields(try RequestLine(text))
        }
        return Step(count: count, event: .nothing)
    }

    private mutating func readField(_ input: Span<UInt8>, behind line: RequestLine) throws(RequestError) -> Step {
        let (count, text) = try takeLine(input, .field, limit: limits.fieldLine)
        guard let text else { return Step(count: count, event: .nothing) }
        guard size <= limits.head else { throw .tooMuch(.field, limit: limits.head) }
        guard text.isEmpty else {
            try appendField(text, .field, limit: limits.fields)
            return Step(count: count, event: .nothing)
        }
        let head = try RequestHead(line, takeFields())
        state =
            switch head.framing {
            case .none: .content(remaining: 0)
            case .length(let length): .content(remaining: length)
            case .chunked: .chunkLine
            }
        (extensionSize, bodySize) = (0, 0)
        return Step(count: count, event: .head(head))
    }

    private mutating func appendField(_ text: [UInt8], _ place: RequestError.Place, limit: Int) throws(RequestError) {
        let line = try Fields.Line(text, place)
        guard fields.lines.count < limit else { throw .tooMany(place, limit: limit) }
        fields.append(line.name, line.value)
    }

    private mutating func takeFields() -> Fields {
        defer { (fields, size) = (Fields(), 0) }
        return fields
    }

    /// - Returns: how many bytes it took, and the line if it is whole.
    private mutating func takeLine(
        _ input: Span<UInt8>, _ place: RequestError.Place, limit: Int
    ) throws(RequestError) -> (count: Int, line: [UInt8]?) {
        let (count, isWhole) = try line.take(input, place, limit: limit)
        guard isWhole else { return (count, nil) }
        let text = line.finish()
        size += text.count + 2
        return (count, text)
    }
}

// MARK: - Body

extension RequestReader {
    private mutating func takeBody(
        _ input: Span<UInt8>, _ remaining: UInt64, then next: (UInt64) -> State
    ) -> Step {
        let count = min(remaining, UInt64(input.count))
        guard count > 0 else { return Step(count: 0, event: .nothing) }
        state = next(remaining - count)
        return Step(count: Int(count), event: .body)
    }

    private mutating func readChunkLine(_ input: Span<UInt8>) throws(RequestError) -> Step {
        let (count, text) = try takeLine(input, .chunkLine, limit: limits.chunkLine)
        guard let text else { return Step(count: count, event: .nothing) }
        let chunk = try ChunkLine(text)
        extensionSize += chunk.extensionLength
        guard extensionSize <= limits.chunkExtensions else {
            throw .chunkExtensionsTooLong(limit: limits.chunkExtensions)
        }
        // Both are below 2^63, so that the sum can be told.
        bodySize += chunk.size
        guard bodySize <= Int64.max else { throw .bodyTooLarge }
        size = 0
        state = chunk.size == 0 ? .trailers : .chunk(remaining: chunk.size)
        return Step(count: count, event: .nothing)
    }

    private mutating func readChunkEnd(_ input: Span<UInt8>) throws(RequestError) -> Step {
        state = .chunkEnd
        do throws(RequestError) {
            let (count, text) = try takeLine(input, .chunkLine, limit: 0)
            if text != nil { state = .chunkLine }
            return Step(count: count, event: .nothing)
        } catch {
            throw .chunkEndMissing
        }
    }

    private mutating func readTrailer(_ input: Span<UInt8>) throws(RequestError) -> Step {
        let (count, text) = try takeLine(input, .trailer, limit: limits.fieldLine)
        guard let text else { return Step(count: count, event: .nothing) }
        guard size <= limits.trailers else { throw .tooMuch(.trailer, limit: limits.trailers) }
        if text.isEmpty { return end(count) }
        try appendField(text, .trailer, limit: limits.trailerFields)
        if let name = fields.lines.last?.name, Self.headOnly.contains(name) { throw .forbiddenTrailer(name) }
        return Step(count: count, event: .nothing)
    }

    private mutating func end(_ count: Int) -> Step {
        state = .requestLine(blankLines: 0)
        return Step(count: count, event: .end(trailers: takeFields()))
    }

    /// What says where a message ends or goes to comes too late behind it (RFC 9110, section 6.5.1).
    private static let headOnly: Set<FieldName> = [.contentLength, .transferEncoding, .host]
}
