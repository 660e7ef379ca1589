import HTTP

/// What a reader says of an input, step by step, with the pieces of a body put together: it must be the same however the input
/// comes in.
struct RequestTrace: Hashable {
    enum Entry: Hashable {
        case head(RequestHead)
        case body([UInt8])
        case end(Fields)
        case refused(RequestError)
    }

    private(set) var entries: [Entry] = []
    private var reader: RequestReader

    /// - Parameter pieces: the input, as it comes.
    init(_ pieces: [ArraySlice<UInt8>], limits: RequestLimits = RequestLimits()) {
        reader = RequestReader(limits: limits)
        do throws(RequestError) {
            for piece in pieces {
                try read(Array(piece))
            }
            try reader.finish()
        } catch {
            entries.append(.refused(error))
        }
    }

    static func == (one: RequestTrace, other: RequestTrace) -> Bool {
        one.entries == other.entries
    }

    func hash(into hasher: inout Hasher) {
        hasher.combine(entries)
    }

    /// The steps of those requests that came whole.
    var whole: [Entry] {
        let last = entries.lastIndex { if case .end = $0 { true } else { false } }
        return Array(entries.prefix((last ?? -1) + 1))
    }

    private mutating func read(_ piece: [UInt8]) throws(RequestError) {
        var rest = piece.span
        while true {
            let step = try reader.read(rest)
            switch step.event {
            case .nothing: if step.count == 0 { return }
            case .head(let head): entries.append(.head(head))
            case .body: append([UInt8](copying: rest.extracting(first: step.count)))
            case .end(let trailers): entries.append(.end(trailers))
            }
            rest = rest.extracting(droppingFirst: step.count)
        }
    }

    private mutating func append(_ piece: [UInt8]) {
        if case .body(let body) = entries.last {
            entries[entries.count - 1] = .body(body + piece)
        } else {
            entries.append(.body(piece))
        }
    }
}

extension [UInt8] {
    init(copying span: Span<UInt8>) {
        self = span.indices.map { span[$0] }
    }
}
