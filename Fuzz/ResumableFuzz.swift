import HTTP

/// Leads an upload through the rules of the draft for resumable uploads, under limits that the first byte says; and takes the input as
/// the fields of a request. Nothing may trap, and what must be true of any walk has to be.
@c(LLVMFuzzerTestOneInput)
public func fuzzResumableUploads(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let small: UInt64? = first & 1 == 0 ? nil : 8
    let large: UInt64? = first & 2 == 0 ? nil : 200
    let limits = ResumableLimits(maxSize: large, minSize: small, maxAppendSize: large, minAppendSize: small)
    if let flaw = ResumableWalk(Array(input.dropFirst()), limits: limits).flaw { fatalError(flaw) }
    if let value = FieldValue(input) {
        var fields = Fields()
        for name: FieldName in [.uploadComplete, .uploadOffset, .uploadLength, .uploadDraftVersion] {
            fields.append(name, value)
        }
        let request = ResumableRequest(fields, .none)
        if request.offset.map({ $0 > UInt64(Int64.max) }) ?? false { fatalError("an offset is no integer") }
        let state = ResumableState(offset: 1, length: nil, isComplete: false)
        _ = state.step(.patch, type: value, request, limits)
    }
    return 0
}
