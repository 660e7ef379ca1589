import HTTP

/// An upload of tus as a client and a server without any disk see it, led by any bytes through the rules; for the fuzzer, and for tests.
/// It holds what must be true of any such walk, and says what isn't.
struct TusWalk {
    private var choices: ArraySlice<UInt8>
    /// Nil before it is made.
    private(set) var state: TusState?
    private(set) var flaw: String?
    /// What requests came to.
    private(set) var steps: Set<String> = []

    init(_ choices: [UInt8]) {
        self.choices = choices[...]
        while flaw == nil, !self.choices.isEmpty {
            if let state { append(to: state) } else { create() }
        }
    }

    private mutating func create() {
        let (fields, framing) = (fields(at: 0, of: nil), framing(upTo: nil))
        do throws(TusFlaw) {
            let post = try TusPost(fields, framing)
            steps.insert("made")
            if post.length == nil, fields.values(of: .uploadDeferLength) != ["1"] {
                flaw = "no length, and none promised"
            }
            receive(post.contentLength, at: 0, of: post.length, isJoined: next() < 8)
        } catch {
            note(error)
        }
    }

    private mutating func append(to state: TusState) {
        // A lost answer, or another client.
        if next() < 10 {
            self.state = nil
            return
        }
        let (fields, framing) = (fields(at: state.offset, of: state.length), framing(upTo: state.length))
        do throws(TusFlaw) {
            let patch = try TusPatch(fields, framing)
            switch try state.step(patch) {
            case .replay:
                steps.insert("replayed")
                if !state.isFinished || (patch.contentLength ?? 0) > 0 { flaw = "what isn't finished was replayed" }
            case .append(let length):
                steps.insert("appended")
                if state.isFinished || state.isJoined { flaw = "bytes were taken by what takes none" }
                if patch.offset != state.offset { flaw = "bytes were taken at a wrong place" }
                if let known = state.length, known != length { flaw = "a length changed" }
                if let length, length < state.offset { flaw = "a length is less than what has come" }
                receive(patch.contentLength, at: state.offset, of: length)
            }
        } catch {
            note(error)
            if let right = error.rightOffset, right != state.offset { flaw = "a wrong offset was called right" }
        }
    }

    /// As much of the content comes as chance has it.
    private mutating func receive(_ stated: UInt64?, at offset: UInt64, of length: UInt64?, isJoined: Bool = false) {
        let content = stated ?? UInt64(next())
        // As much as the largest number there is nobody can send.
        let isWhole = next() >= 64 && content < 1 << 40
        let end = offset + (isWhole ? content : min(content, UInt64(next())))
        if let length, end > length {
            // Only of an unknown length: what is known to be too much is refused before. None of it is kept.
            if stated != nil { flaw = "more was taken than the length" }
            state = TusState(offset: offset, length: length, isFinished: false)
            return
        }
        let isFinished = end == length
        if isFinished { steps.insert("finished") }
        state = TusState(offset: end, length: length, isFinished: isFinished, isJoined: isJoined)
    }

    private mutating func note(_ error: TusFlaw) {
        steps.insert("\(error.status.code)")
        if error.status.code < 400 || error.text.isEmpty { flaw = "a refusal is none" }
    }

    private mutating func fields(at offset: UInt64, of length: UInt64?) -> Fields {
        var fields = Fields()
        if next() >= 16 { fields.append(.contentType, "application/offset+octet-stream") }
        fields.append(.uploadOffset, next() < 24 ? oddNumber() : FieldValue(offset))
        switch next() & 7 {
        case 0: fields.append(.uploadLength, oddNumber())
        case 1, 2: fields.append(.uploadLength, FieldValue(length ?? UInt64(next())))
        case 3, 4: fields.append(.uploadDeferLength, next() < 16 ? "0" : "1")
        case 5: fields.append(.uploadLength, FieldValue(offset + UInt64(next())))
        default: break
        }
        if next() < 4 { fields.append(.uploadOffset, FieldValue(offset)) }
        return fields
    }

    private mutating func framing(upTo length: UInt64?) -> BodyFraming {
        switch next() & 7 {
        case 0: .none
        case 1, 2: .chunked
        case 3: .length(UInt64(Int64.max))
        case 4, 5: .length((length ?? 0) - min(state?.offset ?? 0, length ?? 0))
        default: .length(UInt64(next()))
        }
    }

    private mutating func oddNumber() -> FieldValue {
        let odd: [FieldValue] = [
            "", "-1", "+1", "1e3", "0x1", "9223372036854775807", "9223372036854775808", "1 1", "00",
        ]
        let number = next()
        return number < 128 ? odd[Int(number) % odd.count] : FieldValue(UInt64(number))
    }

    private mutating func next() -> UInt8 { choices.popFirst() ?? 0 }
}
