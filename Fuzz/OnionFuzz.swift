import HTTP
import JSON

/// Takes the input as an onion request, and as what may stand in one, of either version. Nothing may trap, and what is read in Bencode is written so
/// again.
@c(LLVMFuzzerTestOneInput)
public func fuzzOnionRequests(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = [UInt8](UnsafeBufferPointer(start: start, count: count))
    if let envelope = OnionEnvelope(bytes) {
        require(envelope.clientKey.count == 32, "a key has another length")
        require(envelope.sealed.count <= bytes.count - 4, "more is sealed than has come")
    }
    if let strings = Bencode.strings(bytes, most: 100) {
        require(Bencode.list(strings.map { Array($0) }) == bytes, "a list isn't written the same again")
    }
    for message in [OnionMessage(v3: bytes), OnionMessage(v4: bytes)].compactMap(\.self) {
        require(!message.target.isWholeServer || message.method == .options, "a target is the whole server's")
        require(message.body.count <= bytes.count, "a body has grown")
    }
    if let value = JSONValue(bytes, depth: 4) { require(depth(of: value) <= 4, "a value is too deep") }
    return 0
}

private func depth(of value: JSONValue) -> Int {
    switch value {
    case .object(let members): 1 + (members.values.map(depth).max() ?? 0)
    case .array(let values): 1 + (values.map(depth).max() ?? 0)
    default: 0
    }
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
