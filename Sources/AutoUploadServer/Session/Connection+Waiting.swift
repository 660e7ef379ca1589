import Platform
import Transport
import Wire

/// How long a connection waits for its client, and what it does meanwhile.
extension Connection {
    /// Seconds that the next frame may take to come.
    var patience: Double {
        if folder == nil { return loginDeadline.remainingSeconds }
        return hasUnfinished ? pace.patience : services.limits.idle
    }

    var hasUnfinished: Bool { uploads.count > pending.count + (aside?.batch.count ?? 0) }

    /// What may last so long, but not beyond the login's time while there is none.
    func bounded(_ seconds: Double) -> Deadline {
        let deadline = Deadline.after(seconds: seconds)
        return folder == nil ? min(deadline, loginDeadline) : deadline
    }

    /// Reads something of so many bytes. What waits to be answered is answered when that takes long: a client whose link has
    /// become slow, or has died in the middle of a frame, isn't kept waiting for what it has finished.
    mutating func receive<R>(
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
        let received = if let result { result } else { try read(&link, bounded(seconds)) }
        if hasUnfinished { try keepPace(size, since: begun) }
        return received
    }

    /// Gives up on a client that has something unfinished and doesn't get on with it.
    private mutating func keepPace(_ bytes: Int, since begun: Instant, until end: Instant = .now) throws(LinkError) {
        verdict = pace.note(bytes, after: end.seconds(since: begun))
        if verdict != .fine { throw .timedOut }
    }

    var hasAnswers: Bool { !pending.isEmpty || aside != nil || link.queuedBytes > 0 }

    /// Whether what waits to be answered has waited long enough, or has become enough, though the client goes on sending:
    /// a small file isn't left unconfirmed behind a large one, who goes on sending what was refused is told, and a client
    /// that never reads fills no memory.
    var answersAreDue: Bool {
        let limits = services.limits
        if isCommitDue || link.queuedBytes >= limits.queuedBytes { return true }
        guard let waitingSince else { return false }
        return Instant.now.seconds(since: waitingSince) >= limits.commitDelay
    }

    /// Takes what comes of a payload within a moment, if anything does.
    mutating func takePiece(_ remaining: inout Int, into partial: PartialUpload?) throws(LinkError) {
        let (begun, before) = (Instant.now, remaining)
        // The time that writing takes isn't the client's.
        var arrived: Instant?
        let moment = hasAnswers ? services.limits.commitDelay : Self.moment
        do throws(LinkError) {
            try link.withDataChunk(remaining: &remaining, until: .after(seconds: min(moment, pace.patience))) { piece in
                arrived = .now
                partial?.append(piece)
            }
        } catch {
            guard case .timedOut = error else { throw error }
        }
        try keepPace(before - remaining, since: begun, until: arrived ?? .now)
        if waitingSince == nil, hasAnswers { waitingSince = .now }
    }

    /// Seconds after which what has come of a piece is written: a slow link's bytes become durable too.
    private static let moment = 1.0
}
