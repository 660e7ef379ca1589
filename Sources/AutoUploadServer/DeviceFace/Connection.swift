package import Connections
import Domain
import Events
import Logins
package import Platform
package import Transport
import Wire

/// One client's connection, served by one thread from handshake to end: reads messages, asks the state machine what
/// follows, and has it done.
package struct Connection: ~Copyable {
    let services: Services
    let membership: Membership
    var link: MessageLink
    var state: SessionState
    var peer: ServerEvent.Peer
    /// The user's; nil before the login.
    var home: Home?
    var uploads: OpenUploads
    var commits: CommitQueue
    var answerDelay: AnswerDelay
    var patience: Patience
    /// What the client is told, and held to.
    private let maxOpenUploads: UInt16
    var receivedBytes: UInt64 = 0
    private var ending: Ending?

    private init(_ session: consuming TLSSession, _ services: Services, _ membership: Membership) {
        self.services = services
        self.membership = membership
        uploads = OpenUploads(services.vault, services.slots)
        commits = CommitQueue(services.vault, batch: services.limits.commitBatch)
        answerDelay = AnswerDelay(services.limits)
        patience = Patience(services.limits)
        peer = ServerEvent.Peer(address: session.peer)
        maxOpenUploads = services.limits.openUploads(among: services.registry.count)
        state = SessionState(maxOpenUploads: maxOpenUploads)
        link = MessageLink(session, dataLimit: Int(Services.maxPayload))
    }
}

// MARK: - Life

extension Connection {
    /// As ALPN calls this protocol.
    package static let applicationProtocol = ProtocolLimits.applicationProtocol
}

extension Connection {
    /// Serves until the client or the server ends it.
    package static func serve(
        _ session: consuming TLSSession, _ services: Services, _ membership: Membership, since begun: Instant
    ) {
        var connection = Connection(session, services, membership)
        connection.run(since: begun)
    }

    private mutating func run(since begun: Instant) {
        while !isEnding { step() }
        // What is finished has been sent whole: it is made durable even if its answer finds no one.
        commitFinished()
        let (services, peer) = (services, peer)
        uploads.leaveAll { services.report(.parked(peer, path: $0, offset: $1)) }
        if let words = ending?.words { link.queue(.closing(words)) }
        try? link.flush(until: patience.bounded(services.limits.send))
        link.close()
        let seconds = Instant.now.seconds(since: begun)
        services.report(
            .closed(peer, reason: ending?.reason ?? "", received: receivedBytes, seconds: seconds))
    }

    /// Takes one frame. While more have come already, answers and flushes wait for them.
    private mutating func step() {
        do throws(LinkError) {
            try answerBeforeReading()
            if isEnding { return }
            membership.standing.rests(!uploads.isEmpty)
            // A stream that never pauses has no end of input to notice.
            if membership.isToEnd { return endOfInput() }
            guard let header = try nextHeader() else { return endOfInput() }
            try take(header)
            if header.type != .ping { membership.standing.worked() }
            if hasAnswers { answerDelay.begin() }
        } catch {
            fail(error)
        }
    }

    private mutating func take(_ header: FrameHeader) throws(LinkError) {
        guard state.allows(header.type) else {
            return perform(state.violation("\(header.type) isn't allowed now"))
        }
        if header.type == .data { return try takeData(header) }
        let message = try receive(header)
        guard let welcome = try? services.welcome(maxOpenUploads: maxOpenUploads) else { return close(nil) }
        if case .finish(let upload, _) = message, let partial = uploads.partial(upload) {
            guard try readPrefix(of: partial) else { return endOfInput() }
        }
        perform(state.receive(message, welcome: welcome))
    }
}

// MARK: - End

extension Connection {
    var isEnding: Bool { ending != nil }

    /// The server or the client has nothing more to say.
    mutating func endOfInput() {
        ending = membership.ending ?? .clientGone
    }

    /// - Parameter refusal: why, which the client is told; nil when it wanted to go.
    mutating func close(_ refusal: Refusal?) {
        let politely = home == nil ? "left without a login" : "goodbye"
        ending = refusal.map { Ending($0) } ?? Ending(reason: politely)
    }

    private mutating func fail(_ error: LinkError) {
        switch error {
        case .wire(let wire): perform(state.violation(wire.description))
        case .timedOut: close(patience.refusal)
        case .truncated where membership.isStopping: endOfInput()
        case .transport, .unreachable, .truncated, .givenUp:
            if membership.isEvicted { return endOfInput() }
            ending = Ending(reason: error.description)
        }
    }
}
