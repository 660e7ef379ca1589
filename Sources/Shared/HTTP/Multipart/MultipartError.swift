/// Why a body isn't a form (RFC 7578), or one that is taken. The sender is at fault. Parts are counted from 1.
package enum MultipartError: Error, Hashable, Sendable {
    /// No delimiter within so many bytes: most likely Content-Type names another boundary than the body has.
    case preambleTooLong(limit: Int)
    /// So many bytes are behind the last part.
    case epilogueTooLong(limit: Int)
    /// Another part begins behind the delimiter that says it is the last.
    case partAfterEnd
    /// A delimiter is followed by something other than blanks and a line end. To take it for content could be wrong as
    /// well: the sender may have meant it.
    case malformedDelimiter(afterPart: Int)
    case paddingTooLong(afterPart: Int, limit: Int)
    case tooManyParts(limit: Int)
    case headTooLong(part: Int, limit: Int)
    case malformedHead(part: Int, PartHead.Flaw)
    /// The body ends before the delimiter that says a part is the last: bytes are missing.
    case endMissing(afterPart: Int)
}

extension MultipartError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .preambleTooLong(let limit):
            "no part begins within the first \(limit) bytes: is the boundary the one that Content-Type names?"
        case .epilogueTooLong(let limit): "more than \(limit) bytes follow the last part"
        case .partAfterEnd: "a part follows the one that is marked as the last"
        case .malformedDelimiter(0): "the first delimiter isn't followed by a line end (CR LF)"
        case .malformedDelimiter(let part): "the delimiter after part \(part) isn't followed by a line end (CR LF)"
        case .paddingTooLong(let part, let limit): "more than \(limit) blanks follow the delimiter after part \(part)"
        case .tooManyParts(let limit): "there are more than \(limit) parts"
        case .headTooLong(let part, let limit): "the head of part \(part) is longer than \(limit) bytes"
        case .malformedHead(let part, let flaw): "the head of part \(part): \(flaw)"
        case .endMissing(0): "the body ends before a part has begun"
        case .endMissing(let part): "the body ends in part \(part), without the last delimiter"
        }
    }
}
