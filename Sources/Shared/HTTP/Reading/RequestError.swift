/// Why bytes are no request that can be answered in its own terms. Where the next one would begin is anybody's guess: the connection
/// is closed behind the answer.
package enum RequestError: Error, Hashable, Sendable {
    /// A part of a request, where it is read line by line.
    package enum Place: String, Hashable, Sendable {
        case requestLine = "request line"
        case field
        case chunkLine = "line with a chunk's size"
        case trailer
    }

    case bareCarriageReturn(Place)
    case bareLineFeed(Place)
    case controlCharacter(Place, UInt8)
    case tooLong(Place, limit: Int)
    /// The head, or the trailers, as a whole.
    case tooMuch(Place, limit: Int)
    case tooMany(Place, limit: Int)

    case malformedRequestLine
    /// As HTTP/0.9 had it.
    case versionMissing
    case malformedVersion
    case unsupportedVersion
    case malformedMethod
    /// It is longer than any that we know, or CONNECT.
    case unsupportedMethod
    case malformedTarget(RequestTarget.Flaw)

    /// A line that begins with a blank, as continued ones did once.
    case foldedLine(Place)
    case colonMissing(Place)
    case blankBeforeColon(Place)
    case malformedName(Place)
    case repeatedField(FieldName)
    case forbiddenTrailer(FieldName)
    case hostMissing
    case malformedHost
    case unknownExpectation

    case malformedLength
    case lengthWithTransferCoding
    case transferCodingBeforeHTTP11
    case malformedTransferCoding
    case unknownTransferCoding
    /// More than a signed 64-bit offset can express.
    case bodyTooLarge
    case malformedChunkSize
    case malformedChunkExtension
    case chunkExtensionsTooLong(limit: Int)
    /// No line end follows a chunk's bytes.
    case chunkEndMissing

    /// The peer has ended in the midst of a request.
    case truncated
}

extension RequestError {
    /// The status that tells the peer.
    package var status: Status {
        switch self {
        case .bodyTooLarge: .contentTooLarge
        case .tooLong(.requestLine, _): .targetTooLong
        case .tooLong(.field, _), .tooLong(.trailer, _), .tooMuch, .tooMany: .fieldsTooLarge
        case .unknownExpectation: .expectationFailed
        case .unsupportedMethod, .unknownTransferCoding: .notImplemented
        case .unsupportedVersion: .versionNotSupported
        default: .badRequest
        }
    }
}

extension RequestError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .bareCarriageReturn(let place): "a CR without LF in a \(place.rawValue)"
        case .bareLineFeed(let place): "an LF without CR in a \(place.rawValue)"
        case .controlCharacter(let place, let byte): "the control character \(hexadecimal(byte)) in a \(place.rawValue)"
        case .tooLong(let place, let limit): "a \(place.rawValue) of more than \(limit) bytes"
        case .tooMuch(.trailer, let limit): "trailers of more than \(limit) bytes"
        case .tooMuch(_, let limit): "a head of more than \(limit) bytes"
        case .tooMany(let place, let limit): "more than \(limit) \(place.rawValue)s"
        case .malformedTarget(let flaw): flaw.description
        case .foldedLine(let place): "a \(place.rawValue) that begins with a blank"
        case .colonMissing(let place): "a \(place.rawValue) without a colon"
        case .blankBeforeColon(let place): "a \(place.rawValue) with a blank before its colon"
        case .malformedName(let place): "a \(place.rawValue) whose name isn't a token"
        case .repeatedField(let name): "more than one \(name)"
        case .forbiddenTrailer(let name): "\(name) among the trailers"
        case .chunkExtensionsTooLong(let limit): "chunk extensions of more than \(limit) bytes in all"
        default: fixedDescription
        }
    }

    private var fixedDescription: String {
        switch self {
        case .malformedRequestLine: "a request line that isn't METHOD TARGET VERSION with one space between"
        case .versionMissing: "a request line without a version"
        case .malformedVersion: "a version that isn't HTTP/DIGIT.DIGIT"
        case .unsupportedVersion: "another version than HTTP/1"
        case .malformedMethod: "a method that isn't a token"
        case .unsupportedMethod: "a method that isn't known here"
        case .hostMissing: "no Host"
        case .malformedHost: "a Host that isn't HOST or HOST:PORT"
        case .unknownExpectation: "another expectation than 100-continue"
        case .malformedLength: "a Content-Length that isn't a number"
        case .lengthWithTransferCoding: "Content-Length with Transfer-Encoding"
        case .transferCodingBeforeHTTP11: "Transfer-Encoding in HTTP/1.0"
        case .malformedTransferCoding: "a Transfer-Encoding that doesn't end with one “chunked”"
        case .unknownTransferCoding: "another transfer coding than “chunked”"
        case .bodyTooLarge: "a body of 2^63 bytes or more"
        case .malformedChunkSize: "a chunk's size that isn't hexadecimal digits"
        case .malformedChunkExtension: "a chunk's extension that isn't ;NAME or ;NAME=VALUE"
        case .chunkEndMissing: "no line end behind a chunk"
        default: "the connection ended in the midst of a request"
        }
    }
}
