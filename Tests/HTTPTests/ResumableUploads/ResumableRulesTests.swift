import HTTP
import TestSupport
import Testing

@Suite("Rules of resumable uploads")
struct ResumableRulesTests {
    private func request(
        complete: Bool? = nil, offset: UInt64? = nil, length: UInt64? = nil, content: UInt64? = 0, version: Int64? = 8
    ) -> ResumableRequest {
        var request = ResumableRequest()
        (request.completes, request.offset, request.length) = (complete, offset, length)
        (request.contentLength, request.version) = (content, version)
        return request
    }

    @Test("fields of another type say nothing")
    func fields() throws {
        let all: [(FieldName, FieldValue)] = [
            (.uploadComplete, "?1"), (.uploadOffset, "5"), (.uploadLength, "10"), (.uploadDraftVersion, "8"),
        ]
        var fields = Fields()
        for (name, value) in all { fields.append(name, value) }
        let right = ResumableRequest(fields, .length(3))
        #expect(right == request(complete: true, offset: 5, length: 10, content: 3))
        #expect(right.understandsInterim)
        for value in ["-1", "1.0", "\"1\"", "true", "1, 2", ""] as [FieldValue] {
            for (name, _) in all { fields.set(name, value) }
            var none = request(content: nil, version: nil)
            if value == "-1" { none.version = -1 }
            #expect(ResumableRequest(fields, .chunked) == none)
        }
    }

    @Test(
        "what says to be whole is upgraded for who understands 104, and plain for all others; a part never counts as the whole"
    )
    func creation() {
        let none = ResumableLimits()
        func created(_ request: ResumableRequest) -> ResumableCreation { ResumableCreation(request, none) }
        #expect(created(request(version: nil)) == .plain)
        #expect(created(request(content: 9)) == .plain)
        #expect(created(request(complete: true, content: 9)) == .resumable(completes: true, length: 9))
        #expect(created(request(complete: true, content: nil)) == .resumable(completes: true, length: nil))
        #expect(created(request(complete: true, length: 7, content: nil)) == .resumable(completes: true, length: 7))
        for version in [nil, 3, 5, 6, 7, 10, -8] as [Int64?] {
            #expect(created(request(complete: true, length: 7, content: 9, version: version)) == .plain)
            #expect(created(request(complete: false, version: version)) == .resumable(completes: false, length: nil))
        }
        #expect(created(request(complete: true, length: 7, content: 9)) == .refused(.inconsistentLength))
        #expect(created(request(complete: false, length: 7, content: 9)) == .refused(.inconsistentLength))
        var old = request(version: 3)
        old.isIncompleteOfOld = true
        #expect(created(old) == .refused(.otherVersion))
    }

    @Test("all five limits are told and kept to")
    func limits() {
        let limits = ResumableLimits(maxSize: 100, minSize: 10, maxAppendSize: 50, minAppendSize: 5, maxAge: 60)
        #expect(limits.field.text == "max-size=100, min-size=10, max-append-size=50, min-append-size=5, max-age=60")
        #expect(ResumableLimits().field.text == "min-size=0")
        #expect(ResumableLimits(maxSize: .max).field.text == "max-size=999999999999999")
        func created(_ request: ResumableRequest) -> ResumableCreation { ResumableCreation(request, limits) }
        #expect(created(request(complete: false, length: 101)) == .refused(.tooLarge(limit: 100)))
        #expect(created(request(complete: false, length: 9)) == .refused(.tooSmall(limit: 10)))
        #expect(created(request(complete: true, content: 9)) == .plain)
        #expect(created(request(complete: true, content: 51)) == .refused(.appendTooLarge(limit: 50)))
        #expect(created(request(complete: false, length: 60, content: 4)) == .refused(.appendTooSmall(limit: 5)))
        #expect(created(request(complete: false, length: 60, content: 0)) == .resumable(completes: false, length: 60))
        let state = ResumableState(offset: 50, length: 60, isComplete: false)
        func step(_ request: ResumableRequest) -> ResumableState.Step {
            state.step(.patch, type: ResumableState.mediaType, request, limits)
        }
        #expect(step(request(complete: false, offset: 50, content: 4)) == .refuse(.appendTooSmall(limit: 5)))
        #expect(step(request(complete: true, offset: 50, content: 10)) == .append(completes: true, length: 60))
    }

    @Test("bytes are taken at the upload's own offset only, and up to its length")
    func appending() {
        let state = ResumableState(offset: 5, length: nil, isComplete: false)
        func step(_ request: ResumableRequest, of state: ResumableState = state) -> ResumableState.Step {
            state.step(.patch, type: "application/Partial-Upload; a=b", request, ResumableLimits())
        }
        #expect(step(request(complete: false, offset: 5, content: 3)) == .append(completes: false, length: nil))
        #expect(step(request(complete: true, offset: 5, content: 3)) == .append(completes: true, length: 8))
        #expect(step(request(complete: true, offset: 5, content: nil)) == .append(completes: true, length: nil))
        #expect(
            step(request(complete: false, offset: 5, length: 9, content: 3)) == .append(completes: false, length: 9))
        #expect(step(request(complete: true, offset: 4)) == .refuse(.mismatchingOffset(expected: 5, provided: 4)))
        #expect(step(request(complete: true)) == .refuse(.fieldMissing(.uploadOffset)))
        #expect(step(request(offset: 5)) == .refuse(.fieldMissing(.uploadComplete)))
        #expect(step(request(complete: true, offset: 5, length: 9, content: 3)) == .refuse(.inconsistentLength))
        #expect(step(request(complete: false, offset: 5, length: 6, content: 3)) == .refuse(.inconsistentLength))
        #expect(step(request(complete: false, offset: 5, content: .max)) == .refuse(.inconsistentLength))
        let known = ResumableState(offset: 5, length: 9, isComplete: false)
        #expect(step(request(complete: false, offset: 5, length: 8), of: known) == .refuse(.inconsistentLength))
        #expect(step(request(complete: true, offset: 5, content: 3), of: known) == .refuse(.inconsistentLength))
        #expect(known.refusalAtEnd(completes: true) == .inconsistentLength)
        #expect(known.refusalAtEnd(completes: false) == nil)
        #expect(state.refusalAtEnd(completes: true) == nil)
    }

    @Test("what is complete is told, replayed and forgotten, and not appended to")
    func complete() {
        let state = ResumableState(offset: 5, length: 5, isComplete: true)
        func step(_ method: Method, _ request: ResumableRequest) -> ResumableState.Step {
            state.step(method, type: ResumableState.mediaType, request, ResumableLimits())
        }
        #expect(step(.patch, request(complete: true, offset: 5)) == .replay)
        #expect(step(.patch, request(complete: true, offset: 5, content: 1)) == .refuse(.completed))
        #expect(step(.patch, request(complete: false, offset: 5)) == .refuse(.completed))
        #expect(
            step(.patch, request(complete: true, offset: 3)) == .refuse(.mismatchingOffset(expected: 5, provided: 3)))
        #expect(step(.head, request()) == .tell)
        #expect(step(.delete, request()) == .cancel)
        #expect(step(.put, request()) == .refuse(.methodNotAllowed))
        #expect(state.step(.patch, type: nil, request(), ResumableLimits()) == .refuse(.otherMediaType))
        #expect(
            state.fields(ResumableLimits()).lines.map { "\($0.name): \($0.value.text)" } == [
                "Upload-Offset: 5", "Upload-Complete: ?1", "Upload-Length: 5", "Upload-Limit: min-size=0",
            ])
    }

    @Test("problems are told as the draft writes them")
    func problems() {
        let refusal = ResumableRefusal.mismatchingOffset(expected: 5, provided: 9)
        #expect(refusal.status == .conflict)
        let type = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
        #expect(refusal.json.hasPrefix("{\"type\":\"\(type)\","))
        #expect(refusal.json.hasSuffix(",\"status\":409,\"expected-offset\":5,\"provided-offset\":9}"))
        #expect(ResumableRefusal.inconsistentLength.json.contains("#inconsistent-upload-length\""))
        #expect(ResumableRefusal.completed.json.contains("#completed-upload\""))
        #expect(ResumableRefusal.otherMediaType.json.contains("\"about:blank\""))
    }

    @Test("no walk through them loses a byte, takes one twice, or completes what isn't whole")
    func walks() {
        var generator = SeededGenerator(seed: 12)
        var seen: Set<String> = []
        for _ in 0..<2000 {
            let choices = (0..<200).map { _ in UInt8.random(in: 0...255, using: &generator) }
            let walk = ResumableWalk(choices, limits: ResumableLimits(maxSize: 400, minAppendSize: 3))
            #expect(walk.flaw == nil)
            seen.formUnion(walk.steps)
        }
        #expect(seen == ["plain", "refused", "created", "told", "cancelled", "appended", "completed", "replayed"])
    }
}
