package import Domain
import Encodings

/// A part of a frame or message, named as in `docs/PROTOCOL.md`.
package enum WireField: String, Hashable, Sendable {
    case header
    case magic
    case oldestVersion = "oldest version"
    case newestVersion = "newest version"
    case version
    case software
    case user
    case password
    case oneTimeCode = "one-time code"
    case token
    case tokenLifetime = "token lifetime"
    case quotaRemaining = "quota remaining"
    case uploadID = "upload id"
    case size
    case modificationSeconds = "modification seconds"
    case modificationNanoseconds = "modification nanoseconds"
    case path
    case digest
    case opaque
    case maxPayload
    case maxOpenUploads
    case maxPath
    case serverTime = "server time"
    case receiptKey = "receipt key"
    case predecessors
    case status
    case retryAfter = "retry after"
    case text
    case durableOffset = "durable offset"
    case fileTag = "file tag"
    case receipt
    case nonce
}

/// Why bytes are not a frame or message of this protocol, or why a value can't become one.
///
/// When it comes from decoding, the peer that sent the bytes is at fault and the connection can't be used any more.
/// When it comes from making a message, the caller is.
package enum WireError: Error, Hashable, Sendable {
    /// The frame's type is none that this version knows.
    case unknownType(UInt8)
    /// The frame's type is known, but no message of the kind that was asked for.
    case unexpectedType(FrameType)
    /// Flag bits are set that the type doesn't define.
    case undefinedFlags(FrameType, UInt8)
    /// The header's reserved bytes are not zero.
    case reservedNotZero(UInt16)
    /// A message about an upload names none.
    case uploadMissing(FrameType)
    /// A message that isn't about an upload names one.
    case uploadUnexpected(FrameType, UInt32)
    /// The payload is shorter or longer than any message of that type.
    case lengthOutOfRange(FrameType, UInt32)
    /// The payload handed over doesn't have the length that the header declares.
    case lengthMismatch(FrameType)
    /// The bytes end inside a field.
    case truncated(WireField)
    /// Bytes are left after the last field.
    case trailingBytes(FrameType)
    /// The first bytes of `hello` are not `AUP1`.
    case wrongMagic
    /// A number, or the length of a text, is outside the range of its field.
    case outOfRange(WireField)
    /// A text has bytes that its field forbids (not UTF-8, or not printable ASCII).
    case malformedText(WireField)
    /// A confirmation names a path that can't be one.
    case invalidPath(RemotePath.Flaw)
}

extension WireError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownType(let type): "unknown frame type \(hexadecimal(type))"
        case .unexpectedType(let type): "unexpected frame type \(type)"
        case .undefinedFlags(let type, let flags): "undefined flags \(hexadecimal(flags)) in \(type)"
        case .reservedNotZero: "reserved header bytes are not zero"
        case .uploadMissing(let type): "\(type) names no upload"
        case .uploadUnexpected(let type, let upload): "\(type) names an upload (\(upload)), but is about none"
        case .lengthOutOfRange(let type, let length): "payload length \(length) is out of range for \(type)"
        case .lengthMismatch(let type): "payload of \(type) has not the length that its header declares"
        case .truncated(let field): "ends inside the field “\(field.rawValue)”"
        case .trailingBytes(let type): "bytes after the last field of \(type)"
        case .wrongMagic: "hello doesn't begin with AUP1"
        case .outOfRange(let field): "field “\(field.rawValue)” is out of range"
        case .malformedText(let field): "field “\(field.rawValue)” has forbidden bytes"
        case .invalidPath(let flaw): "field “path”: \(flaw)"
        }
    }
}
