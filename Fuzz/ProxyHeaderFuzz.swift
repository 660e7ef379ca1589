import ProxyProtocol

/// Takes the input as what a proxy sends, whole and byte by byte. Nothing may trap, both ways find the same, and nothing behind a header is
/// taken.
@c(LLVMFuzzerTestOneInput)
public func fuzzProxyHeaders(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let (whole, single) = (outcome(bytes, inPieces: 16), outcome(bytes, inPieces: 1))
    require(whole == single, "pieces change what a header says")
    if case .header(let header, let taken) = whole {
        require(taken <= 16 + ProxyHeaderReader.mostBytes, "a header is too long")
        require(ProxyHeaderReader.isHeader(bytes), "a header isn't known as one")
        require(outcome(Array(bytes.prefix(taken)) + [1, 2, 3], inPieces: 7) == whole, "what follows counts")
        if case .client(let host, _) = header { require([4, 16].contains(host.count), "an address has another size") }
    }
    return 0
}

private enum Outcome: Equatable {
    case header(ProxyHeader, taken: Int)
    case refused(ProxyHeaderError)
    case unfinished
}

private func outcome(_ bytes: [UInt8], inPieces size: Int) -> Outcome {
    var reader = ProxyHeaderReader()
    var rest = bytes[...]
    do throws(ProxyHeaderError) {
        while !rest.isEmpty {
            let piece = rest.prefix(min(size, reader.missing))
            require(!piece.isEmpty, "nothing is missing, and nothing was said")
            rest = rest.dropFirst(piece.count)
            if let header = try reader.take(piece) { return .header(header, taken: bytes.count - rest.count) }
        }
    } catch {
        return .refused(error)
    }
    return .unfinished
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
