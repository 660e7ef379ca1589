/// An answer that another one follows.
package enum InterimResponse: Hashable, Sendable {
    /// The body is wanted (RFC 9110, section 15.2.1).
    case proceed
    /// An upload can be gone on with, or has come so far (the IETF's draft of resumable uploads). Only for who has spoken of the
    /// draft: others take it for the final answer.
    case uploadResumption(Fields)

    /// - Returns: nothing for HTTP/1.0, which knows none (RFC 9110, section 15.2).
    package func encoded(for version: HTTPVersion) -> [UInt8] {
        guard version == .http11 else { return [] }
        switch self {
        case .proceed:
            return Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
        case .uploadResumption(let fields):
            var bytes = Array("HTTP/1.1 104 Upload Resumption Supported\r\n".utf8)
            fields.write(to: &bytes)
            return bytes + [carriageReturn, lineFeed]
        }
    }
}

extension Fields {
    /// Appends a line for each field.
    ///
    /// - Parameter omitted: names that are left out.
    func write(to bytes: inout [UInt8], except omitted: Set<FieldName> = []) {
        for line in lines where !omitted.contains(line.name) {
            bytes += line.name.description.utf8
            bytes += ": ".utf8
            bytes += line.value.bytes
            bytes += [carriageReturn, lineFeed]
        }
    }
}
