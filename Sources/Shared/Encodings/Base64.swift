/// Base64 of RFC 4648, section 4.
///
/// - Parameter isPadded: whether the last group is filled up with `=`, as there; the PHC string format leaves that out.
package func encodeBase64(_ bytes: [UInt8], isPadded: Bool) -> String {
    var characters = groups.characters(of: bytes)
    while isPadded, !characters.count.isMultiple(of: 4) { characters.append(padding) }
    return String(decoding: characters, as: UTF8.self)
}

/// - Returns: nil for anything that `encodeBase64` wouldn't write, such as stray bits at the end.
package func decodeBase64(_ text: some Collection<UInt8>, isPadded: Bool) -> [UInt8]? {
    guard isPadded else { return decode(text) }
    let pads = text.suffix(2).reversed().prefix { $0 == padding }.count
    return text.count.isMultiple(of: 4) ? decode(text.dropLast(pads)) : nil
}

private func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    guard let (bytes, strayBits) = groups.bytes(of: text), strayBits == 0 else { return nil }
    return bytes
}

private let padding = UInt8(ascii: "=")
private let groups = BitGroups("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", width: 6)
