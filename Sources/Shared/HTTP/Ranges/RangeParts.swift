/// The content of an answer with several parts of a representation (RFC 9110, section 15.3.7.2): what stands around each.
package struct RangeParts: Sendable {
    private let boundary: String
    private let type: FieldValue
    private let length: UInt64

    /// - Parameters:
    ///   - boundary: letters and digits that don't stand in the representation; a random one does, as good as surely.
    ///   - type: of the representation.
    ///   - length: of the whole of it.
    package init(boundary: String, type: FieldValue, length: UInt64) {
        (self.boundary, self.type, self.length) = (boundary, type, length)
    }

    /// Of the answer.
    package var contentType: FieldValue { FieldValue(known: Array("multipart/byteranges; boundary=\(boundary)".utf8)) }

    package func start(of range: Range<UInt64>) -> [UInt8] {
        var bytes = Array("\r\n--\(boundary)\r\n".utf8)
        var fields = Fields()
        fields.append(.contentType, type)
        fields.append(.contentRange, ContentRange.value(range, of: length))
        fields.write(to: &bytes)
        return bytes + [carriageReturn, lineFeed]
    }

    package var end: [UInt8] { Array("\r\n--\(boundary)--\r\n".utf8) }
}
