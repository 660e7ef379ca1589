import Connections
import Domain
import Logins
import Platform
import Storage
import Transport
import Wire

/// How a connection reads from its client.
extension Connection {
    /// - Returns: nil when the client has ended between two frames.
    mutating func nextHeader() throws(LinkError) -> FrameHeader? {
        if !hasUnfinished { patience.beginAnew() }
        let seconds = patience.forNextFrame(hasUnfinished: hasUnfinished)
        return try receive(size: FrameHeader.encodedSize, within: seconds) { link, deadline throws(LinkError) in
            try link.nextHeader(until: deadline)
        }
    }

    /// The message whose header has come; not for `data`.
    mutating func receive(_ header: FrameHeader) throws(LinkError) -> ClientMessage {
        try receive(size: Int(header.length), within: services.limits.frame) { link, deadline throws(LinkError) in
            try link.withPayload(of: header, until: deadline) { payload throws(WireError) in
                try ClientMessage(header: header, payload: payload)
            }
        }
    }

    /// Reads something of so many bytes. What waits to be answered is answered when that takes long: a client whose link has
    /// become slow, or has died in the middle of a frame, isn't kept waiting for what it has finished.
    private mutating func receive<R>(
        size: Int, within seconds: Double, _ read: (inout MessageLink, Deadline) throws(LinkError) -> R
    ) throws(LinkError) -> R {
        var begun = Instant.now
        var result: R?
        if hasAnswers {
            do throws(LinkError) {
                result = try read(&link, .after(seconds: services.limits.commitDelay))
            } catch {
                guard case .timedOut = error else { throw error }
                try answer()
                begun = .now
            }
        }
        let received = if let result { result } else { try read(&link, patience.bounded(seconds)) }
        if hasUnfinished { try patience.note(size, since: begun) }
        return received
    }

    private var hasUnfinished: Bool { uploads.count > commits.count }
}

// MARK: - Data

extension Connection {
    mutating func takeData(_ header: FrameHeader) throws(LinkError) {
        let (decision, actions) = state.receiveData(upload: header.upload, length: header.length)
        perform(actions)
        var partial: PartialUpload?
        switch decision {
        case .append:
            partial = uploads.partial(header.upload)
            if let partial, try !readPrefix(of: partial) { return endOfInput() }
        case .drop: break
        case .close(let refusal): return perform([.close(refusal)])
        }
        var remaining = Int(header.length)
        while remaining > 0, !isEnding {
            try takePiece(&remaining, into: partial)
            try answerWhileReading()
            if membership.isToEnd { return endOfInput() }
        }
        receivedBytes += UInt64(header.length)
        if let partial, let failure = partial.failure { refuse(header.upload, partial.path.bytes, Declined(failure)) }
    }

    /// Takes what comes of a payload within a moment, if anything does.
    private mutating func takePiece(_ remaining: inout Int, into partial: PartialUpload?) throws(LinkError) {
        let (begun, before) = (Instant.now, remaining)
        // The time that writing takes isn't the client's.
        var arrived: Instant?
        let moment = min(hasAnswers ? services.limits.commitDelay : Self.moment, patience.forPiece)
        do throws(LinkError) {
            try link.withDataChunk(remaining: &remaining, until: .after(seconds: moment)) { piece in
                arrived = .now
                partial?.append(piece)
            }
        } catch {
            guard case .timedOut = error else { throw error }
        }
        try patience.note(before - remaining, since: begun, until: arrived ?? .now)
        if hasAnswers { answerDelay.begin() }
    }

    /// Seconds after which what has come of a piece is written: a slow link's bytes become durable too.
    private static let moment = 1.0

    /// Reads again what an earlier connection has sent, before the first byte that follows it, or the end. Others aren't
    /// kept waiting.
    ///
    /// - Returns: false when it wasn't read, as the connection is to end.
    mutating func readPrefix(of partial: PartialUpload) throws(LinkError) -> Bool {
        guard partial.hasUnreadPrefix, let home else { return true }
        if hasAnswers { try answer() }
        return diskReading.readPrefix(of: partial, of: home.user)
    }

    var diskReading: DiskReading {
        DiskReading(
            vault: services.vault, gate: services.reading, allowance: services.readings, membership: membership)
    }
}
