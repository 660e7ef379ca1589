package import Wire

/// Why a link carries no more messages.
package enum LinkError: Error {
    case transport(TLSError)
    /// The peer's bytes aren't the protocol.
    case wire(WireError)
    /// The peer was silent, or took nothing, for too long.
    case timedOut
    /// The peer's system doesn't acknowledge any more what is sent: see `MessageLink.endWaits`.
    case unreachable
    /// The peer ended in the middle of a frame.
    case truncated
    /// The link's own side gave up waiting: see `MessageLink.giveUpWaits`.
    case givenUp

    init(_ error: TLSError) {
        if case .timedOut = error { self = .timedOut } else { self = .transport(error) }
    }
}

extension LinkError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .transport(let error): error.description
        case .wire(let error): "the peer broke the protocol: \(error)"
        case .timedOut: "no answer in time"
        case .unreachable: "the link is dead: nothing that was sent has been acknowledged for too long"
        case .truncated: "the connection ended in the middle of a message"
        case .givenUp: "waiting was given up"
        }
    }
}
