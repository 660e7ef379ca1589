import HTTP
import TestSupport
import Testing

@Suite("Rules of tus")
struct TusRulesTests {
    private func fields(_ lines: [(FieldName, FieldValue)]) -> Fields {
        var fields = Fields()
        for (name, value) in lines { fields.append(name, value) }
        return fields
    }

    private static let bytes: (FieldName, FieldValue) = (.contentType, "application/offset+octet-stream")

    private func status(_ body: () throws(TusFlaw) -> Void) -> Int? {
        do throws(TusFlaw) {
            try body()
            return nil
        } catch {
            return Int(error.status.code)
        }
    }

    @Test("an upload is made with a length, or with the promise of one, and never more bytes than that")
    func creation() throws {
        #expect(try TusPost(fields([(.uploadLength, "5")]), .none).length == 5)
        #expect(try TusPost(fields([(.uploadDeferLength, "1")]), .length(0)).length == nil)
        #expect(try TusPost(fields([(.uploadLength, "5"), Self.bytes]), .chunked).contentLength == nil)
        let wrong: [(Int, [(FieldName, FieldValue)], BodyFraming)] = [
            (400, [], .none), (400, [(.uploadLength, "5"), (.uploadDeferLength, "1")], .none),
            (400, [(.uploadDeferLength, "0")], .none), (400, [(.uploadLength, "-5")], .none),
            (400, [(.uploadLength, "9223372036854775808")], .none), (415, [(.uploadLength, "5")], .length(5)),
            (415, [(.uploadLength, "5")], .chunked), (413, [(.uploadLength, "5"), Self.bytes], .length(6)),
        ]
        for (expected, lines, framing) in wrong {
            #expect(status { () throws(TusFlaw) in _ = try TusPost(fields(lines), framing) } == expected)
        }
    }

    @Test("bytes are taken where the upload stands, up to its length, and of what is stored the answer is given again")
    func steps() throws {
        func step(_ state: TusState, _ lines: [(FieldName, FieldValue)], _ framing: BodyFraming = .length(5))
            throws(TusFlaw) -> TusState.Step
        {
            try state.step(TusPatch(fields([Self.bytes] + lines), framing))
        }
        let open = TusState(offset: 10, length: nil, isFinished: false)
        let known = TusState(offset: 10, length: 15, isFinished: false)
        let finished = TusState(offset: 10, length: 10, isFinished: true)
        let at: (FieldName, FieldValue) = (.uploadOffset, "10")
        #expect(try step(open, [at]) == .append(length: nil))
        #expect(try step(open, [at, (.uploadLength, "15")]) == .append(length: 15))
        #expect(try step(known, [at, (.uploadLength, "15")]) == .append(length: 15))
        #expect(try step(known, [at], .chunked) == .append(length: 15))
        #expect(try step(finished, [at], .none) == .replay)
        let joined = TusState(offset: 10, length: 10, isFinished: true, isJoined: true)
        let wrong: [(Int, TusState, [(FieldName, FieldValue)], BodyFraming)] = [
            (409, open, [(.uploadOffset, "9")], .none), (400, open, [], .none), (400, open, [at, at], .none),
            (413, known, [at], .length(6)), (413, finished, [at], .length(1)), (403, joined, [at], .none),
            (400, known, [at, (.uploadLength, "16")], .none), (400, open, [at, (.uploadLength, "9")], .none),
        ]
        for (expected, state, lines, framing) in wrong {
            #expect(status { () throws(TusFlaw) in _ = try step(state, lines, framing) } == expected)
        }
    }

    @Test("another method counts where a network lets only POST through")
    func methods() throws {
        let other = fields([(.methodOverride, "PATCH")])
        #expect(try TusRequest.method(.post, other) == .patch)
        #expect(try TusRequest.method(.head, Fields()) == .head)
        #expect(status { () throws(TusFlaw) in _ = try TusRequest.method(.get, other) } == 400)
    }

    @Test("no walk through them loses a byte, takes one twice, or finishes what isn't whole")
    func walks() {
        var generator = SeededGenerator(seed: 13)
        var seen: Set<String> = []
        for _ in 0..<2000 {
            let walk = TusWalk((0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) })
            #expect(walk.flaw == nil)
            seen.formUnion(walk.steps)
        }
        #expect(seen == ["made", "appended", "finished", "replayed", "400", "403", "409", "413", "415"])
    }
}
