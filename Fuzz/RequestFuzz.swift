import HTTP

/// Takes the input as what a client sends, whole and in pieces, whose lengths the first byte says: it must come to the same. What
/// was read, written in another way, must be read as the same again. Nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzRequests(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    guard let first = input.first else { return 0 }
    let request = input.dropFirst()
    let whole = RequestTrace([request], limits: limits)
    let inPieces = RequestTrace(pieces(of: request, first), limits: limits)
    if whole != inPieces { fatalError("what was read depends on the pieces in which it came") }
    let again = RequestTrace([RequestTrace.encode(whole.whole)[...]])
    if again.entries != whole.whole { fatalError("what was read isn't read as the same when it is written anew") }
    return 0
}

/// Small, so that inputs come to them.
private let limits = {
    var limits = RequestLimits()
    (limits.requestLine, limits.fieldLine, limits.fields, limits.head) = (64, 48, 6, 160)
    (limits.chunkLine, limits.chunkExtensions, limits.trailerFields, limits.trailers) = (24, 32, 3, 60)
    return limits
}()

private func pieces(of request: ArraySlice<UInt8>, _ seed: UInt8) -> [ArraySlice<UInt8>] {
    var pieces: [ArraySlice<UInt8>] = []
    var rest = request
    var length = Int(seed)
    while !rest.isEmpty {
        length = (length * 5 + 3) % 23
        pieces.append(rest.prefix(length))
        rest = rest.dropFirst(length)
    }
    return pieces
}
