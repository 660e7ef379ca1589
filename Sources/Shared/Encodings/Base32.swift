/// Base32 of RFC 4648, section 6, without padding.
package func encodeBase32(_ bytes: [UInt8]) -> String {
    String(decoding: groups.characters(of: bytes), as: UTF8.self)
}

/// Capital letters and digits only, without padding.
///
/// - Returns: nil for other characters, and for a length that no bytes have. Bits beyond the last whole byte say nothing, as
///   there are makers of such text who set them.
package func decodeBase32(_ text: some Collection<UInt8>) -> [UInt8]? {
    groups.bytes(of: text)?.bytes
}

private let groups = BitGroups("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", width: 5)
