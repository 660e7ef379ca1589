/// How it is told where a request's body ends (RFC 9112, section 6.3).
///
/// Two parties that see this differently take the rest of a body for a request of its own, which is how requests are smuggled
/// past a proxy (section 11.2). So what could be read in two ways is refused, also where the RFC would let it pass.
package enum BodyFraming: Hashable, Sendable {
    case none
    /// At most what a signed 64-bit offset can express.
    case length(UInt64)
    case chunked

    init(_ fields: Fields, version: HTTPVersion) throws(RequestError) {
        let lengths = fields.values(of: .contentLength)
        let codings = fields.values(of: .transferEncoding)
        guard codings.isEmpty else {
            guard lengths.isEmpty else { throw .lengthWithTransferCoding }
            guard version == .http11 else { throw .transferCodingBeforeHTTP11 }
            try Self.requireChunked(codings)
            self = .chunked
            return
        }
        guard lengths.count <= 1 else { throw .repeatedField(.contentLength) }
        self = if let length = lengths.first { .length(try Self.length(length)) } else { .none }
    }

    private static func length(_ value: FieldValue) throws(RequestError) -> UInt64 {
        guard !value.bytes.isEmpty, value.bytes.allSatisfy(isDigit) else { throw .malformedLength }
        // It has none but digits: what fails is too large.
        guard let length = Int64(value.text) else { throw .bodyTooLarge }
        return UInt64(length)
    }

    /// - Parameter values: of the lines, which count as one list.
    private static func requireChunked(_ values: [FieldValue]) throws(RequestError) {
        let names = values.flatMap { $0.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) }
            .map { lowercasedText(trimmed($0)) }
        guard names.last == "chunked", names.filter({ $0 == "chunked" }).count == 1, !names.contains("") else {
            throw .malformedTransferCoding
        }
        guard names.count == 1 else { throw .unknownTransferCoding }
    }
}
