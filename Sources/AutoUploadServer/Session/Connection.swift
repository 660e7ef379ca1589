import Accounts
import Platform
import Transport
import Wire

/// One client's connection, served by one thread from handshake to end: reads messages, asks the state machine what
/// follows, and does it.
struct Connection: ~Copyable {
    let services: Services
    /// Under which the registry knows it.
    private let number: UInt64
    private let standing: Standing
    var link: MessageLink
    var state: SessionState
    var peer: ServerEvent.Peer
    var folder: FileName?
    var uploads: [UInt32: IncomingUpload] = [:]
    /// Finished and not yet durable: they wait a moment for others, to share flushes.
    var pending: [FinishedUpload] = []
    /// What another thread makes durable meanwhile.
    var aside: CommitAside?
    /// Since when something waits to be answered, or an answer to be sent.
    var waitingSince: Instant?
    let loginDeadline: Deadline
    /// What the client is told, and held to.
    private let maxOpenUploads: UInt16
    /// Of the client, while it has an upload unfinished.
    var pace: Pace
    var verdict = Pace.Verdict.fine
    private var receivedBytes: UInt64 = 0
    private var ending: Ending?

    struct IncomingUpload {
        let partial: PartialUpload
        let slot: UploadSlots.Slot
        let begun: Instant
    }

    private struct Ending {
        let reason: String
        /// What the client is told, last of all.
        var words: Refusal?
    }

    private init(_ session: consuming TLSSession, _ services: Services, _ number: UInt64) {
        self.services = services
        self.number = number
        standing = services.registry.standing(of: number)
        pace = Pace(services.limits)
        peer = ServerEvent.Peer(address: session.peer)
        loginDeadline = .after(seconds: services.limits.login)
        maxOpenUploads = services.limits.openUploads(among: services.registry.count)
        state = SessionState(maxOpenUploads: maxOpenUploads)
        link = MessageLink(session, dataLimit: Int(services.maxPayload))
    }
}

// MARK: - Life

extension Connection {
    /// Serves a socket until the client or the server ends it.
    ///
    /// - Parameter number: under which the registry knows the socket.
    static func serve(_ socket: consuming Socket, _ services: Services, registered number: UInt64) {
        let address = socket.peer
        let begun = Instant.now
        services.report(.connected(address))
        let standing = services.registry.standing(of: number)
        do throws(TLSError) {
            let session = try TLSSession(accepting: socket, context: services.certificate.context)
            try session.handshake(until: .after(seconds: services.limits.handshake))
            guard session.applicationProtocol != nil else {
                services.report(.stranger(address, reason: Stranger.describe(session)))
                return session.close()
            }
            var connection = Connection(session, services, number)
            connection.run(since: begun)
        } catch {
            guard let eviction = standing.eviction else {
                return services.report(.stranger(address, reason: error.description))
            }
            if let reason = services.displaced.withLock({ $0.add(eviction.reason) }) {
                services.report(.stranger(address, reason: reason))
            }
        }
    }

    private mutating func run(since begun: Instant) {
        while ending == nil { step() }
        // What is finished has been sent whole: it is made durable even if its answer finds no one.
        commitPending()
        leaveUploads()
        if let words = ending?.words { link.queue(.closing(words)) }
        try? link.flush(until: bounded(services.limits.send))
        link.close()
        let seconds = Instant.now.seconds(since: begun)
        services.report(
            .closed(peer, reason: ending?.reason ?? "", received: receivedBytes, seconds: seconds))
    }

    /// Takes one frame. While more have come already, answers and flushes wait for them.
    private mutating func step() {
        do throws(LinkError) {
            try answerBeforeReading()
            if ending != nil { return }
            standing.rests(!uploads.isEmpty)
            // A stream that never pauses has no end of input to notice.
            if isToEnd { return endOfInput() }
            if !hasUnfinished { pace = Pace(services.limits) }
            let next = try receive(size: FrameHeader.encodedSize, within: patience) {
                link, deadline throws(LinkError) in
                try link.nextHeader(until: deadline)
            }
            guard let header = next else { return endOfInput() }
            try take(header)
            if header.type != .ping { standing.worked() }
            if waitingSince == nil, hasAnswers { waitingSince = .now }
        } catch {
            fail(error)
        }
    }

    private mutating func take(_ header: FrameHeader) throws(LinkError) {
        guard state.allows(header.type) else {
            return perform(state.violation("\(header.type) isn't allowed now"))
        }
        if header.type == .data { return try takeData(header) }
        let message = try receive(size: Int(header.length), within: services.limits.frame) {
            link, deadline throws(LinkError) in
            try link.withPayload(of: header, until: deadline) { payload throws(WireError) in
                try ClientMessage(header: header, payload: payload)
            }
        }
        guard let welcome = try? services.welcome(maxOpenUploads: maxOpenUploads) else { return close(nil) }
        if case .finish(let upload, _) = message, let partial = uploads[upload]?.partial {
            guard try readPrefix(of: partial) else { return endOfInput() }
        }
        perform(state.receive(message, welcome: welcome))
    }

    private mutating func endOfInput() {
        if services.registry.isStopping {
            close(Refusal(status: .shuttingDown, retryAfterSeconds: 10, text: "the server is being stopped"))
        } else if let eviction = standing.eviction {
            ending = Ending(reason: eviction.reason, words: eviction.words)
        } else {
            ending = Ending(reason: "the client has gone")
        }
    }

    private var isToEnd: Bool { services.registry.isStopping || standing.eviction != nil }

    private mutating func fail(_ error: LinkError) {
        switch error {
        case .wire(let wire): perform(state.violation(wire.description))
        case .timedOut:
            let text = verdict == .slow ? "an upload came too slowly" : "nothing was heard for too long"
            close(Refusal(status: .timedOut, text: text))
        case .truncated where services.registry.isStopping: endOfInput()
        case .transport, .unreachable, .truncated, .givenUp:
            if standing.eviction != nil { return endOfInput() }
            ending = Ending(reason: error.description)
        }
    }

    private mutating func close(_ refusal: Refusal?) {
        let politely = folder == nil ? "left without a login" : "goodbye"
        ending = Ending(reason: refusal.map { "\($0.status): \($0.text)" } ?? politely, words: refusal)
    }
}

// MARK: - Data

extension Connection {
    private mutating func takeData(_ header: FrameHeader) throws(LinkError) {
        let (decision, actions) = state.receiveData(upload: header.upload, length: header.length)
        perform(actions)
        var partial: PartialUpload?
        switch decision {
        case .append:
            partial = uploads[header.upload]?.partial
            if let partial, try !readPrefix(of: partial) { return endOfInput() }
        case .drop: break
        case .close(let refusal): return perform([.close(refusal)])
        }
        var remaining = Int(header.length)
        while remaining > 0, ending == nil {
            try takePiece(&remaining, into: partial)
            try answerWhileReading()
            if isToEnd { return endOfInput() }
        }
        receivedBytes += UInt64(header.length)
        if let partial, let failure = partial.failure { refuse(header.upload, partial.path.bytes, failure) }
    }

    /// Reads again what an earlier connection has sent, before the first byte that follows it, or the end. Others aren't
    /// kept waiting.
    ///
    /// - Returns: false when it wasn't read, as the connection is to end.
    private mutating func readPrefix(of partial: PartialUpload) throws(LinkError) -> Bool {
        guard partial.hasUnreadPrefix else { return true }
        if hasAnswers { try answer() }
        // Who waits long enough reads in any case: what was sent isn't sent again for that.
        let turn = readingTurn()
        let (registry, number) = (services.registry, number)
        partial.readPrefix { turn?.goesOn { registry.isToEnd(number) } ?? !registry.isToEnd(number) }
        return !isToEnd
    }

    /// - Returns: nil when others read for too long, or the connection is to end.
    private func readingTurn() -> ReadingGate.Turn? {
        let registry = services.registry
        return folder.flatMap { services.reading.turn(of: $0, number) { registry.isToEnd(number) } }
    }
}

// MARK: - Actions

extension Connection {
    private mutating func perform(_ actions: [SessionAction]) {
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: SessionAction) {
        switch action {
        case .send(let message): link.queue(message)
        case .refuse(let upload, let path, let refusal): refuse(upload, path, refusal)
        case .verify(let login): verify(login)
        case .begin(let upload, let offer, let path): begin(upload, offer, path)
        case .commit(let upload, let digest):
            guard let incoming = uploads[upload] else { return }
            let commit = PendingCommit(partial: incoming.partial, digest: digest)
            pending.append(FinishedUpload(upload: upload, commit: commit))
        case .discard(let upload): uploads.removeValue(forKey: upload)?.partial.discard()
        case .look(let upload, let query, let path): look(upload, query, path)
        case .close(let refusal): close(refusal)
        }
    }

    private mutating func verify(_ login: Authenticate) {
        peer.user = login.user
        let (registry, number) = (services.registry, number)
        let applicant = LoginGate.Applicant(
            number: number, group: link.peer.group, isToEnd: { registry.isToEnd(number) },
            hasLeft: { registry.hasLeft(number) })
        guard let decision = services.gate.decide(login, of: applicant) else { return endOfInput() }
        switch decision {
        case .success(let login):
            guard let user = FileName(login.user.text) else { return endOfInput() }
            switch registry.loggedIn(number, login, as: user) {
            case .stays: break
            case .lost: return endOfInput()
            case .refused: return deny(.crowded)
            }
            // The password file may have changed before the registry knew of the login.
            if let objection = services.gate.objection(to: login) { standing.evict(objection) }
            if isToEnd { return endOfInput() }
            (folder, peer.account) = (user, user)
            services.report(.loggedIn(peer, protection: link.protection))
            perform(state.loginDecided(.success(services.granted(to: user))))
        case .failure(let failure): deny(failure.refusal)
        }
    }

    private mutating func deny(_ refusal: Refusal) {
        services.report(.loginDenied(peer, refusal))
        perform(state.loginDecided(.failure(LoginRefusal(refusal: refusal))))
    }

    private mutating func begin(_ upload: UInt32, _ offer: Offer, _ path: RemotePath) {
        guard let folder else { return }
        let slot: UploadSlots.Slot
        switch services.slots.take(for: folder) {
        case .success(let free): slot = free
        case .failure(let full): return refuse(upload, path.bytes, full.refusal)
        }
        do throws(VaultError) {
            let file = OfferedFile(user: folder, path: path, offer)
            let services = services
            let partial = try services.vault.begin(
                file, isFresh: offer.isFresh, tellsCommitted: state.speaksSecondVersion
            ) { file, offset in services.report(.reclaimed(file, offset: offset)) }
            guard let proceed = try? Proceed(durableOffset: partial.offset) else { return }
            uploads[upload] = IncomingUpload(partial: partial, slot: slot, begun: .now)
            if partial.offset > 0 { services.report(.resumed(peer, path: path, offset: partial.offset)) }
            pace.allowReading(partial.offset)
            state.resumed(upload: upload, at: partial.offset)
            link.queue(.proceed(upload: upload, proceed))
        } catch {
            refuse(upload, path.bytes, error)
        }
    }

    private mutating func look(_ upload: UInt32, _ query: Query, _ path: RemotePath) {
        guard let folder else { return }
        commitPending()
        // It waits for the server, not for its client.
        standing.rests(true)
        guard let turn = readingTurn() else { return refuse(upload, path.bytes, .readingBusy) }
        // Until the end: what is found is flushed, too.
        defer { withExtendedLifetime(turn) {} }
        let (services, number) = (services, number)
        do throws(VaultError) {
            let permit = ReadingPermit(
                mayRead: { services.readings.add($0, size: $1, of: folder) },
                goesOn: { turn.goesOn { services.registry.isToEnd(number) } })
            let found = try services.vault.find(
                user: folder, path: path, size: query.size, digest: query.digest, under: permit)
            guard let stored = found else {
                return refuse(upload, path.bytes, Refusal(status: .absent, text: "no such content under that path"))
            }
            guard let confirmation = signed([stored]).first else { return refuse(upload, path.bytes, .unsigned) }
            services.report(.found(peer, stored))
            state.uploadEnded(upload)
            link.queue(.present(upload: upload, confirmation))
        } catch {
            if isToEnd { return endOfInput() }
            refuse(upload, path.bytes, error)
        }
    }

    /// Everything is flushed by now: `Stored` says so.
    ///
    /// - Returns: in the order of the files; none when they can't be signed.
    func signed(_ files: [Stored]) -> [Confirmation] {
        guard let user = peer.user,
            let receipts = services.receipts.receipts(
                for: files, of: user, at: currentUnixTime(), over: state.nonce),
            let confirmations = try? zip(files, receipts).map({ try $0.confirmation($1) })
        else { return [] }
        return confirmations
    }

    /// The client is told what it can act on, the log why.
    mutating func refuse(_ upload: UInt32, _ path: [UInt8], _ error: VaultError) {
        refuse(upload, path, error.refusal, reason: error.description)
    }

    mutating func refuse(_ upload: UInt32, _ path: [UInt8], _ refusal: Refusal, reason: String? = nil) {
        services.report(.refused(peer, path: path, refusal, reason: reason))
        state.uploadEnded(upload)
        if let incoming = uploads.removeValue(forKey: upload) { leave(incoming.partial) }
        link.queue(.refused(upload: upload, refusal))
    }

    private mutating func leaveUploads() {
        for incoming in uploads.values { leave(incoming.partial) }
        uploads.removeAll()
    }

    /// Keeps what is durable of an upload for another connection.
    private func leave(_ partial: PartialUpload) {
        guard let offset = partial.leave() else { return }
        services.report(.parked(peer, path: partial.path, offset: offset))
    }
}
