import Domain
import HTTP

/// Leads an upload through the rules of tus; and takes the input as the fields of a request, and as Upload-Metadata. Nothing may trap,
/// what must be true of any walk has to be, and a path that is found is one that storage takes.
@c(LLVMFuzzerTestOneInput)
public func fuzzTus(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let flaw = TusWalk(input).flaw { fatalError(flaw) }
    if let metadata = try? TusMetadata(input), let path = try? metadata.path() {
        if path.bytes.isEmpty || path.bytes.contains(0) || path.bytes.first == UInt8(ascii: "/") {
            fatalError("a path")
        }
        _ = metadata.modified
    }
    if let value = FieldValue(input) {
        var fields = Fields()
        fields.append(.contentType, "application/offset+octet-stream")
        for name: FieldName in [.uploadOffset, .uploadLength, .uploadDeferLength, .methodOverride] {
            fields.append(name, value)
        }
        let state = TusState(offset: 1, length: nil, isFinished: false)
        if let patch = try? TusPatch(fields, .chunked) {
            if patch.offset > UInt64(Int64.max) { fatalError("an offset is no integer") }
            _ = try? state.step(patch)
        }
        _ = try? TusPost(fields, .chunked)
        _ = try? TusRequest.method(.post, fields)
    }
    return 0
}
