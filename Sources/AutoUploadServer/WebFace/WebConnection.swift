package import Connections
import Events
import HTTP
import Logins
package import Platform
package import Transport

/// One web client's connection, served by one thread from handshake to end: reads requests, has them answered one after the other.
package struct WebConnection: ~Copyable {
    let services: Services
    let membership: Membership
    let rules: WebRules
    var requests: RequestStream
    var peer: ServerEvent.Peer
    /// Of the request that is being answered.
    var pass: UploadPass?
    /// Who sends the request that is being answered.
    private(set) var client: WebClient
    private var pace: Pace
    /// Bytes of bodies.
    private var received: UInt64 = 0
    /// Of the request that is being answered.
    private var body = Body.over

    private enum Body {
        /// The client waits to be told that it is wanted.
        case expected
        case coming
        case over
    }

    package init(
        _ stream: consuming ByteStream, _ services: Services, _ membership: Membership, rules: WebRules
    ) {
        self.services = services
        self.membership = membership
        self.rules = rules
        requests = RequestStream(stream)
        client = WebClient(address: requests.peer, isProtected: requests.isProtected)
        peer = ServerEvent.Peer(address: requests.peer, by: .web)
        pace = Pace(services.limits)
    }
}

// MARK: - To whom it is open

extension WebConnection {
    /// As ALPN calls HTTP/1.1 (RFC 7301, section 6).
    package static let applicationProtocol = "http/1.1"

    /// For who speaks HTTP without TLS.
    package static let answerWithoutTLS =
        WebRefusal(.badRequest, "this port speaks TLS: the address begins with https://").encoded
}

// MARK: - Life

extension WebConnection {
    /// Serves until the client or the server ends it.
    package consuming func run(since begun: Instant) {
        var reason: String?
        while reason == nil {
            do throws(WebTrouble) {
                reason = try serveRequest()
            } catch {
                reason = end(error)
            }
        }
        let (services, peer, received) = (services, peer, received)
        requests.close(lingering: Self.linger)
        services.report(
            .closed(peer, reason: reason ?? "", received: received, seconds: Instant.now.seconds(since: begun)))
    }

    /// Seconds in which a client that still sends may read why it needn't.
    private static let linger = 2.0
    /// Bytes of a body that nobody wants, up to which the connection stays open for another request.
    private static let mostUnwanted: UInt64 = 64 << 10

    /// - Returns: why the connection is to end, if so.
    private mutating func serveRequest() throws(WebTrouble) -> String? {
        if let reason = reasonToEnd { return reason }
        membership.standing.rests(false)
        try requests.awaitNext(until: .after(seconds: patienceForRequest))
        guard let head = try nextHead() else { return reasonToEnd ?? "the client has gone" }
        membership.standing.worked()
        membership.standing.rests(true)
        body = head.expectsContinue ? .expected : .coming
        pace.beginAnew()
        var answer: WebAnswer
        do throws(WebTrouble) {
            leavePass()
            try findClient(head)
            answer = try Router.answer(head, on: &self)
        } catch {
            guard case .refused(let refusal) = error else { throw error }
            answer = WebAnswer(refusal)
        }
        rules.crossOrigin.allow(&answer, to: head)
        let stays = try send(answer, to: head)
        return stays ? nil : (reasonToEnd ?? "\(answer.status.code) \(answer.status.reason)")
    }

    /// Nothing of what let an earlier request in counts for another.
    private mutating func leavePass() {
        if pass != nil { (pass, peer.user, peer.account) = (nil, nil, nil) }
    }

    mutating func enter(_ pass: UploadPass) {
        (self.pass, peer.user, peer.account) = (pass, pass.name, pass.home.user)
    }

    /// Behind a proxy one connection may carry the requests of many.
    private mutating func findClient(_ head: RequestHead) throws(WebTrouble) {
        do throws(WebRefusal) {
            client = try rules.proxies.client(
                of: head.fields, from: requests.peer, isProtected: requests.isProtected)
            if client.address.hostAddress == peer.address.hostAddress { return }
            peer = ServerEvent.Peer(address: client.address, by: .web)
            guard membership.registry.move(membership.number, to: client.address.group) else { throw .crowded }
        } catch {
            throw .refused(error)
        }
    }

    private var reasonToEnd: String? { membership.ending?.reason }

    /// Seconds that the next request may take to begin.
    private var patienceForRequest: Double { peer.account == nil ? services.limits.login : services.limits.idle }

    /// - Returns: nil when the client says no more.
    private mutating func nextHead() throws(WebTrouble) -> RequestHead? {
        let deadline = Deadline.after(seconds: services.limits.frame)
        while true {
            switch try requests.next(until: deadline) {
            case .head(let head): return head
            case .closed: return nil
            case .piece, .end: throw .broken(.truncated)
            }
        }
    }

    /// - Returns: whether the connection stays open.
    private mutating func send(_ answer: WebAnswer, to head: RequestHead) throws(WebTrouble) -> Bool {
        let start = answer.start(answering: head, keepsAlive: canPassOverBody(of: head) && reasonToEnd == nil)
        switch answer.content {
        case .bytes(let bytes):
            let content = start.content == .nothing ? [] : bytes
            try requests.send(start.bytes + content, until: .after(seconds: services.limits.send))
        case .file(let file):
            try requests.send(start.bytes, until: .after(seconds: services.limits.send))
            if start.content != .nothing { try send(file) }
        case .made(let maker):
            try requests.send(start.bytes, until: .after(seconds: services.limits.send))
            if start.content != .nothing { try send(maker, inChunks: start.content == .chunks) }
        case .measured(let maker, _):
            try requests.send(start.bytes, until: .after(seconds: services.limits.send))
            if start.content != .nothing { try send(maker, inChunks: false) }
        }
        return start.keepsAlive && passOverBody()
    }

    /// Whether what nobody wanted of a body is so little that it is read, so that the next request can follow.
    private func canPassOverBody(of head: RequestHead) -> Bool {
        switch (body, head.framing) {
        case (.over, _), (_, .none): true
        case (.expected, _), (_, .chunked): false
        case (.coming, .length(let length)): length <= Self.mostUnwanted
        }
    }

    /// Only behind the answer: a client may wait for that before it sends its content, as it does for 104.
    ///
    /// - Returns: whether the request is over.
    private mutating func passOverBody() -> Bool {
        do throws(WebTrouble) {
            try receiveBody { _ in }
            return true
        } catch {
            return false
        }
    }

    private mutating func end(_ trouble: WebTrouble) -> String {
        switch trouble {
        case .broken(let error) where requests.isAnswerBroken: return reasonToEnd ?? error.description
        case .broken(let error):
            // What the client still sends isn't read any more; the answer reaches it all the same.
            if membership.isStopping || membership.hasLostUpload { return tell(membership.refusalToGoOn) }
            if case .timedOut = error { return tell(.tooSlow) }
            return reasonToEnd ?? error.description
        case .refused(let refusal): return tell(refusal)
        case .malformed(let error): return tell(WebRefusal(error.status, "the request can't be read: \(error)"))
        }
    }

    private mutating func tell(_ refusal: WebRefusal) -> String {
        try? requests.send(refusal.encoded, until: .after(seconds: services.limits.send))
        return "\(refusal.status.code): \(refusal.text)"
    }
}

// MARK: - Bodies

extension WebConnection {
    /// Takes the request's body to its end, having told a client that waits for it that it is wanted.
    ///
    /// - Parameter take: is given each piece where it lies; what it throws ends the reception.
    mutating func receiveBody(_ take: (RawSpan) throws(WebRefusal) -> Void) throws(WebTrouble) {
        try receiveBody(answering: { bytes throws(WebRefusal) in
            try take(bytes)
            return []
        })
    }

    /// Takes the request's body to its end, as above.
    ///
    /// - Parameter take: what it returns, such as an interim answer, is sent to the client before the next piece is taken.
    mutating func receiveBody(answering take: (RawSpan) throws(WebRefusal) -> [UInt8]) throws(WebTrouble) {
        if body == .over { return }
        if body == .expected {
            try send(.proceed, to: .http11)
            body = .coming
        }
        while let count = try nextPiece() {
            received += UInt64(count)
            var interim: [UInt8] = []
            do throws(WebRefusal) {
                try requests.take(count) { bytes throws(WebRefusal) in interim = try take(bytes) }
            } catch {
                throw .refused(error)
            }
            if membership.isToEnd { throw .refused(membership.refusalToGoOn) }
            if !interim.isEmpty { try requests.send(interim, until: .after(seconds: services.limits.send)) }
        }
        body = .over
    }

    /// Sends an answer that another one follows.
    mutating func send(_ interim: InterimResponse, to version: HTTPVersion) throws(WebTrouble) {
        try requests.send(interim.encoded(for: version), until: .after(seconds: services.limits.send))
    }

    /// - Returns: nil at the body's end.
    private mutating func nextPiece() throws(WebTrouble) -> Int? {
        let begun = Instant.now
        let event: RequestStream.Event
        do throws(WebTrouble) {
            event = try requests.next(until: .after(seconds: pace.patience))
        } catch {
            if case .broken(.timedOut) = error { throw .refused(.tooSlow) }
            throw error
        }
        guard case .piece(let count) = event else {
            guard case .end = event else { throw .broken(.truncated) }
            return nil
        }
        let verdict = pace.note(count, after: Instant.now.seconds(since: begun))
        if verdict != .fine { throw .refused(.tooSlow) }
        return count
    }
}
