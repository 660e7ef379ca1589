/// What a client says, `data` excepted: its payload is file content, which stays a span and never becomes a value.
package enum ClientMessage: Hashable, Sendable {
    case hello(Hello)
    case authenticate(Authenticate)
    case reauthenticate(Reauthenticate)
    case offer(upload: UInt32, Offer)
    case finish(upload: UInt32, Finish)
    case abandon(upload: UInt32)
    case query(upload: UInt32, Query)
    case ping(Ping)
    case goodbye
    case challenge(Challenge)
}

extension ClientMessage {
    /// Decodes the payload that followed a decoded header.
    ///
    /// - Throws: `WireError`; `unexpectedType` also for `data`, which the caller handles by its header alone.
    package init(header: FrameHeader, payload: Span<UInt8>) throws(WireError) {
        let type = header.type
        guard payload.count == header.length else { throw .lengthMismatch(type) }
        switch type {
        case .hello: self = .hello(try Hello(payload: payload, of: type))
        case .authenticate: self = .authenticate(try Authenticate(payload: payload, of: type))
        case .reauthenticate: self = .reauthenticate(try Reauthenticate(payload: payload, of: type))
        case .offer:
            var offer = try Offer(payload: payload, of: type)
            offer.isFresh = header.flags & FrameFlags.fresh != 0
            self = .offer(upload: header.upload, offer)
        case .finish: self = .finish(upload: header.upload, try Finish(payload: payload, of: type))
        case .abandon:
            try requireEmpty(payload, type)
            self = .abandon(upload: header.upload)
        case .query: self = .query(upload: header.upload, try Query(payload: payload, of: type))
        case .ping: self = .ping(try Ping(payload: payload, of: type))
        case .goodbye:
            try requireEmpty(payload, type)
            self = .goodbye
        case .challenge: self = .challenge(try Challenge(payload: payload, of: type))
        case .data, .welcome, .granted, .denied, .proceed, .present, .refused, .stored, .pong, .closing:
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
        case .hello(let hello): encodeFrame(.hello, into: &bytes, write: hello.write)
        case .authenticate(let login): encodeFrame(.authenticate, into: &bytes, write: login.write)
        case .reauthenticate(let login): encodeFrame(.reauthenticate, into: &bytes, write: login.write)
        case .offer(let upload, let offer):
            let flags = offer.isFresh ? FrameFlags.fresh : 0
            encodeFrame(.offer, flags: flags, upload: upload, into: &bytes, write: offer.write)
        case .finish(let upload, let finish): encodeFrame(.finish, upload: upload, into: &bytes, write: finish.write)
        case .abandon(let upload): encodeFrame(.abandon, upload: upload, into: &bytes)
        case .query(let upload, let query): encodeFrame(.query, upload: upload, into: &bytes, write: query.write)
        case .ping(let ping): encodeFrame(.ping, into: &bytes, write: ping.write)
        case .goodbye: encodeFrame(.goodbye, into: &bytes)
        case .challenge(let challenge): encodeFrame(.challenge, into: &bytes, write: challenge.write)
        }
    }
}
