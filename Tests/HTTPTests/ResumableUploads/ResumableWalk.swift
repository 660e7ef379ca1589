import HTTP

/// An upload as a client and a server without any disk see it, led by any bytes through the draft's rules; for the fuzzer, and for
/// tests. It holds what must be true of any such walk, and says what isn't.
struct ResumableWalk {
    private var choices: ArraySlice<UInt8>
    private let limits: ResumableLimits
    /// Nil before it is created, and after it is cancelled.
    private(set) var state: ResumableState?
    private(set) var flaw: String?
    /// Requests that did something, by name.
    private(set) var steps: [String] = []

    private static let methods: [Method] = [.head, .get, .patch, .patch, .patch, .patch, .delete, .put]

    init(_ choices: [UInt8], limits: ResumableLimits) {
        (self.choices, self.limits) = (choices[...], limits)
        while flaw == nil, !self.choices.isEmpty {
            if let state { go(on: state) } else { create() }
        }
    }

    private mutating func create() {
        let request = request()
        switch ResumableCreation(request, limits) {
        case .plain:
            note("plain")
            if request.completes == false { flaw = "a part was taken for the whole" }
        case .refused: note("refused")
        case .resumable(let completes, let length):
            note("created")
            if completes, !request.understandsInterim { flaw = "who can't be told got a resource" }
            receive(ResumableState(offset: 0, length: length, isComplete: false), request, completes: completes)
        }
    }

    private mutating func go(on state: ResumableState) {
        let method = Self.methods[Int(next()) % Self.methods.count]
        let type: FieldValue? = next() < 16 ? "application/octet-stream" : ResumableState.mediaType
        let request = request(near: state)
        switch state.step(method, type: type, request, limits) {
        case .tell:
            note("told")
            if method == .patch { flaw = "a PATCH was told" }
        case .cancel:
            note("cancelled")
            self.state = nil
        case .replay:
            note("replayed")
            if !state.isComplete || request.contentLength != 0 { flaw = "what isn't complete was replayed" }
        case .refuse(let refusal):
            note("refused")
            if refusal.status.code < 400 { flaw = "a refusal is none" }
        case .append(let completes, let length):
            note("appended")
            if state.isComplete || request.offset != state.offset { flaw = "bytes were taken at a wrong place" }
            if let known = state.length, known != length { flaw = "a length changed" }
            let taken = ResumableState(offset: state.offset, length: length, isComplete: false)
            receive(taken, request, completes: completes)
        }
    }

    /// As much of the content comes as chance has it.
    private mutating func receive(_ before: ResumableState, _ request: ResumableRequest, completes: Bool) {
        let content = request.contentLength ?? UInt64(next())
        // As much as the largest number there is nobody can send.
        let isWhole = next() >= 64 && content < 1 << 40
        let offset = before.offset + (isWhole ? content : min(content, UInt64(next())))
        if let length = before.length, offset > length {
            // Only of an unknown length: what is known to be too much is refused before.
            if request.contentLength != nil { flaw = "more was taken than the length" }
            state = nil
            return
        }
        let after = ResumableState(offset: offset, length: before.length, isComplete: false)
        if offset < before.offset { flaw = "the offset went down" }
        let completes = completes && isWhole && after.refusalAtEnd(completes: completes) == nil
        if completes, request.contentLength != nil, after.offset != after.length {
            flaw = "what isn't whole was completed"
        }
        state = ResumableState(offset: offset, length: completes ? offset : after.length, isComplete: completes)
        if completes { note("completed") }
    }

    private mutating func request(near state: ResumableState? = nil) -> ResumableRequest {
        var request = ResumableRequest()
        let kind = next()
        request.completes = kind & 3 == 3 ? nil : kind & 3 == 1
        request.version = kind & 12 == 12 ? 6 : kind & 12 == 8 ? nil : 9
        request.isIncompleteOfOld = kind & 48 == 48
        request.contentLength = kind & 64 == 0 ? UInt64(next()) : nil
        let offset = state?.offset ?? 0
        request.offset = next() < 16 ? UInt64(next()) : offset
        switch next() & 7 {
        case 0: request.length = UInt64(next())
        case 1: request.length = offset &+ (request.contentLength ?? 0)
        case 2: request.length = state?.length
        case 3: (request.length, request.offset) = (.max, next() < 8 ? .max : offset)
        default: break
        }
        if next() < 4 { request.contentLength = .max }
        return request
    }

    private mutating func next() -> UInt8 { choices.popFirst() ?? 0 }

    private mutating func note(_ step: String) { steps.append(step) }
}
