import HTTP

/// What comes of a body that a splitter takes apart.
struct FormRecord: Equatable {
    struct Part: Equatable {
        let head: PartHead
        var content: [UInt8] = []
        var isWhole = false
    }

    let parts: [Part]
    let error: MultipartError?
    /// Whether each part began, had its content and ended, in this order.
    let isInOrder: Bool

    /// - Parameter lengths: of the pieces in which the body comes; the rest comes as the last one.
    init(_ body: [UInt8], boundary: MultipartBoundary, limits: MultipartLimits = .init(), pieces lengths: [Int] = []) {
        var splitter = MultipartSplitter(boundary: boundary, limits: limits)
        var recorder = FormRecorder()
        var failure: MultipartError?
        do throws(MultipartError) {
            var rest = body.span
            for length in lengths {
                try splitter.take(rest.extracting(first: min(length, rest.count)), to: &recorder)
                rest = rest.extracting(droppingFirst: min(length, rest.count))
            }
            try splitter.take(rest, to: &recorder)
            try splitter.finish(to: &recorder)
        } catch {
            failure = error
        }
        (parts, error, isInOrder) = (recorder.parts, failure, recorder.isInOrder)
    }
}

private struct FormRecorder: MultipartReceiver {
    typealias Failure = MultipartError

    var parts: [FormRecord.Part] = []
    var isInOrder = true

    mutating func beginPart(_ head: PartHead) {
        if parts.last?.isWhole == false { isInOrder = false }
        parts.append(FormRecord.Part(head: head))
    }

    mutating func takeContent(_ content: Span<UInt8>) {
        guard let last = parts.indices.last, !parts[last].isWhole else { return isInOrder = false }
        for index in content.indices { parts[last].content.append(content[index]) }
    }

    mutating func endPart() {
        guard let last = parts.indices.last, !parts[last].isWhole else { return isInOrder = false }
        parts[last].isWhole = true
    }

    func failure(_ error: MultipartError) -> MultipartError { error }
}
