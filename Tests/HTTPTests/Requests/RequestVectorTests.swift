import HTTP
import Testing

@Suite("Requests of the vector files")
struct RequestVectorTests {
    @Test("are taken apart or refused as the vector says", arguments: RequestVector.all)
    func vector(_ vector: RequestVector) {
        let trace = RequestTrace([vector.request[...]], limits: vector.limits)
        #expect(trace.rendered == vector.outcome)
    }

    @Test("mean the same wherever they are cut in two", arguments: RequestVector.all)
    func cutInTwo(_ vector: RequestVector) {
        let whole = RequestTrace([vector.request[...]], limits: vector.limits)
        for cut in vector.request.indices {
            let parts = [vector.request[..<cut], vector.request[cut...]]
            #expect(RequestTrace(parts, limits: vector.limits) == whole, "cut before byte \(cut)")
        }
    }

    @Test("mean the same byte by byte", arguments: RequestVector.all)
    func byteByByte(_ vector: RequestVector) {
        let whole = RequestTrace([vector.request[...]], limits: vector.limits)
        let bytes = vector.request.indices.map { vector.request[$0...$0] }
        #expect(RequestTrace(bytes, limits: vector.limits) == whole)
    }

    @Test("mean the same when what was read is written anew", arguments: RequestVector.all)
    func writtenAnew(_ vector: RequestVector) {
        let whole = RequestTrace([vector.request[...]], limits: vector.limits).whole
        let again = RequestTrace([RequestTrace.encode(whole)[...]])
        // Names are written in capitals, which says nothing, and are compared so.
        #expect(again.entries == whole)
    }

    @Test("that were cut off are no whole ones", arguments: RequestVector.all)
    func cutOff(_ vector: RequestVector) throws {
        let whole = RequestTrace([vector.request[...]], limits: vector.limits)
        for length in vector.request.indices {
            let part = RequestTrace([vector.request[..<length]], limits: vector.limits)
            guard let last = part.entries.last else { continue }
            switch last {
            case .end: #expect(part.whole == Array(whole.entries.prefix(part.entries.count)), "after \(length) bytes")
            case .refused(.truncated): break
            case .refused: #expect(part == whole, "after \(length) bytes")
            case .head, .body: Issue.record("after \(length) bytes nothing is said about the end")
            }
        }
    }

    @Test("are many, have names of their own, and come to every status that there is for them")
    func coverage() {
        let names = RequestVector.all.map(\.name)
        #expect(names.count > 140)
        #expect(Set(names).count == names.count)
        let statuses = Set(RequestVector.all.flatMap(\.outcome).compactMap { UInt16($0.prefix(3)) })
        #expect(statuses == [400, 413, 414, 417, 431, 501, 505])
    }
}
