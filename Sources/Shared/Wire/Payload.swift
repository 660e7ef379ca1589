import Encodings

/// The fields of a message, without the header in front of them.
///
/// A conforming value can't hold what its fields can't express: its initialisers check, so that encoding never fails
/// and what was decoded encodes back to the same bytes.
package protocol Payload: Hashable, Sendable {
    /// Takes the fields from the front of `reader`.
    init(reading reader: inout WireReader) throws(WireError)

    /// Appends the fields.
    func write(to writer: inout WireWriter)
}

extension Payload {
    /// Decodes a whole payload; bytes left over are an error.
    ///
    /// - Parameters:
    ///   - payload: what followed the header.
    ///   - type: the header's type, for the error.
    package init(payload: Span<UInt8>, of type: FrameType) throws(WireError) {
        var reader = payload
        try self.init(reading: &reader)
        guard reader.isEmpty else { throw .trailingBytes(type) }
    }
}

/// Appends a frame: its header, and the payload that `write` appends.
///
/// The payload is written in its place, and its length filled in afterwards: no second copy of a password is left behind.
func encodeFrame(
    _ type: FrameType, flags: UInt8 = 0, upload: UInt32 = 0, into bytes: inout [UInt8],
    write: (inout WireWriter) -> Void = { _ in }
) {
    let start = bytes.count
    FrameHeader(type: type, flags: flags, upload: upload, length: 0).encode(into: &bytes)
    let lengthEnd = bytes.count
    write(&bytes)
    var length: WireWriter = []
    length.writeInteger(UInt32(truncatingIfNeeded: bytes.count - start - FrameHeader.encodedSize))
    bytes.replaceSubrange(lengthEnd - length.count..<lengthEnd, with: length)
}

/// Throws unless nothing is left, for messages without fields.
func requireEmpty(_ payload: Span<UInt8>, _ type: FrameType) throws(WireError) {
    guard payload.isEmpty else { throw .trailingBytes(type) }
}
