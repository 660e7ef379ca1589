import Domain
import Encodings
import Wire

/// Takes the input as what a peer sends: frame after frame. Every frame must parse to something that encodes back to the
/// same bytes, or be refused; nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzWire(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    var rest = input.span
    while rest.count >= FrameHeader.encodedSize {
        guard let header = try? FrameHeader(decoding: rest.extracting(first: FrameHeader.encodedSize)) else { break }
        let size = FrameHeader.encodedSize + Int(header.length)
        guard rest.count >= size else { break }
        check(header, frame: [UInt8](rest.extracting(first: size)))
        rest = rest.extracting(droppingFirst: size)
    }
    checkPath(input)
    return 0
}

private func check(_ header: FrameHeader, frame: [UInt8]) {
    let payload = frame.span.extracting(droppingFirst: FrameHeader.encodedSize)
    var encoded: [UInt8] = []
    if let message = try? ClientMessage(header: header, payload: payload) {
        require(header.type.isFromClient, "a message of the server was taken for one of a client")
        message.encode(into: &encoded)
        checkPath(of: message)
    } else if let message = try? ServerMessage(header: header, payload: payload) {
        require(!header.type.isFromClient, "a message of a client was taken for one of the server")
        message.encode(into: &encoded)
    } else {
        return
    }
    require(encoded == frame, "a frame encodes back to other bytes")
}

private func checkPath(of message: ClientMessage) {
    switch message {
    case .offer(_, let offer): checkPath(offer.path)
    case .query(_, let query): checkPath(query.path)
    default: return
    }
}

/// What counts as a path has no way out of the folder, and is made of its components.
private func checkPath(_ bytes: [UInt8]) {
    guard let path = try? RemotePath(bytes) else { return }
    let names = path.components
    require((try? RemotePath(components: names)) == path, "a path isn't the sum of its components")
    require(path.bytes == bytes, "a path has other bytes than it was made of")
    let slash = UInt8(ascii: "/")
    for name in names {
        require(!name.isEmpty && name.count <= 255, "a component has no length that a file name can have")
        require(!name.contains(0) && !name.contains(slash), "a component has a byte that a file name can't have")
        require(name != [0x2E] && name != [0x2E, 0x2E], "a component leads elsewhere")
    }
}

private func require(_ condition: Bool, _ failure: String) {
    if !condition { fatalError(failure) }
}
