package import Domain

/// What a server says.
package enum ServerMessage: Hashable, Sendable {
    case welcome(Welcome)
    case granted(Granted)
    case denied(Refusal)
    case proceed(upload: UInt32, Proceed)
    case present(upload: UInt32, Confirmation)
    case refused(upload: UInt32, Refusal)
    case stored(upload: UInt32, Confirmation, alreadyThere: Bool)
    case pong(Ping)
    case closing(Refusal)
}

extension ServerMessage {
    /// Decodes the payload that followed a decoded header.
    ///
    /// - Throws: `WireError`; the server is at fault.
    package init(header: FrameHeader, payload: Span<UInt8>) throws(WireError) {
        let type = header.type
        let upload = header.upload
        guard payload.count == header.length else { throw .lengthMismatch(type) }
        switch type {
        case .welcome: self = .welcome(try Welcome(payload: payload, of: type))
        case .granted: self = .granted(try Granted(payload: payload, of: type))
        case .denied: self = .denied(try Refusal(payload: payload, of: type))
        case .proceed: self = .proceed(upload: upload, try Proceed(payload: payload, of: type))
        case .present: self = .present(upload: upload, try Confirmation(payload: payload, of: type))
        case .refused: self = .refused(upload: upload, try Refusal(payload: payload, of: type))
        case .stored:
            let alreadyThere = header.flags & FrameFlags.alreadyThere != 0
            let confirmation = try Confirmation(payload: payload, of: type)
            self = .stored(upload: upload, confirmation, alreadyThere: alreadyThere)
        case .pong: self = .pong(try Ping(payload: payload, of: type))
        case .closing: self = .closing(try Refusal(payload: payload, of: type))
        case .hello, .challenge, .authenticate, .reauthenticate, .offer, .data, .finish, .abandon, .query, .ping,
            .goodbye:
            throw .unexpectedType(type)
        }
    }

    /// As `init(header:payload:)` over a span of bytes, for callers that hold raw memory.
    package init(header: FrameHeader, payload: RawSpan) throws(WireError) {
        try self.init(header: header, payload: Span<UInt8>(_bytes: payload))
    }

    /// Appends the whole frame, header and payload.
    package func encode(into bytes: inout [UInt8]) {
        switch self {
        case .welcome(let welcome): encodeFrame(.welcome, into: &bytes, write: welcome.write)
        case .granted(let granted): encodeFrame(.granted, into: &bytes, write: granted.write)
        case .denied(let refusal): encodeFrame(.denied, into: &bytes, write: refusal.write)
        case .proceed(let upload, let proceed):
            encodeFrame(.proceed, upload: upload, into: &bytes, write: proceed.write)
        case .present(let upload, let confirmation):
            encodeFrame(.present, upload: upload, into: &bytes, write: confirmation.write)
        case .refused(let upload, let refusal):
            encodeFrame(.refused, upload: upload, into: &bytes, write: refusal.write)
        case .stored(let upload, let confirmation, let alreadyThere):
            let flags = alreadyThere ? FrameFlags.alreadyThere : 0
            encodeFrame(.stored, flags: flags, upload: upload, into: &bytes, write: confirmation.write)
        case .pong(let ping): encodeFrame(.pong, into: &bytes, write: ping.write)
        case .closing(let refusal): encodeFrame(.closing, into: &bytes, write: refusal.write)
        }
    }
}
