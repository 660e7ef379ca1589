import CommandLine
import Platform
import Transport
import Wire

/// A connection to a server that is trusted, speaks our protocol and has let us in.
struct ServerConnection: ~Copyable {
    var link: MessageLink
    let welcome: Welcome

    /// Connects and logs in.
    ///
    /// - Throws: `SyncFailure` saying which step failed and who must act.
    static func open(_ target: ServerTarget, _ transfer: TransferGuard) throws(SyncFailure) -> ServerConnection {
        try transfer.checkBeforeBeginning()
        let session = try protectedSession(target, transfer)
        var link = MessageLink(session, dataLimit: 0)
        link.giveUpWaits { transfer.reason != nil }
        link.endWaits(unacknowledgedFor: target.patience.unacknowledgedSeconds)
        do throws(SyncFailure) {
            let welcome = try greet(&link)
            try logIn(target, &link)
            return ServerConnection(link: link, welcome: welcome)
        } catch {
            // What made a wait be given up is known to the guard only.
            throw transfer.reason ?? error
        }
    }

    private init(link: consuming MessageLink, welcome: Welcome) {
        self.link = link
        self.welcome = welcome
    }

    private static let connectSeconds = 15.0
    private static let answerSeconds = 30.0
    /// The server checks the passwords of thousands of devices one after the other.
    private static let loginSeconds = 180.0
}

// MARK: - Transport

extension ServerConnection {
    private static func protectedSession(
        _ target: ServerTarget, _ transfer: TransferGuard
    ) throws(SyncFailure) -> TLSSession {
        let socket = try connect(target, transfer)
        let session: TLSSession
        do throws(TLSError) {
            session = try TLSSession(connecting: socket, to: target.server.host, context: target.context)
        } catch {
            throw .local(error.description)
        }
        try handshake(session, transfer)
        guard session.applicationProtocol == ProtocolLimits.applicationProtocol else {
            throw .notOurServer("what answers at \(target.server) is no auto-upload server")
        }
        return session
    }

    /// Tries each address for a while: one that answers nothing must not use up the time of the next.
    private static func connect(_ target: ServerTarget, _ transfer: TransferGuard) throws(SyncFailure) -> Socket {
        // The kernel's own time for unacknowledged bytes would also end the connection of a server that is busy.
        let options = SocketOptions(keepAlive: target.patience.keepAlive, userTimeout: 0)
        var reason = "it has no address"
        for address in try addresses(of: target.server) {
            try transfer.check()
            do throws(SystemError) {
                return try Socket.connect(
                    to: [address], deadline: .after(seconds: connectSeconds), options: options)
            } catch {
                reason = error.description
            }
        }
        throw .unreachable(reason)
    }

    private static func addresses(of server: ServerName) throws(SyncFailure) -> [SocketAddress] {
        do throws(ResolveError) {
            return try resolve(host: server.host, port: server.port, passive: false)
        } catch {
            throw .unreachable(error.description)
        }
    }

    private static func handshake(_ session: borrowing TLSSession, _ transfer: TransferGuard) throws(SyncFailure) {
        let deadline = Deadline.after(seconds: answerSeconds)
        while true {
            do throws(TLSError) {
                return try session.handshake(until: min(deadline, .after(seconds: 0.5)))
            } catch {
                try transfer.check()
                guard case .timedOut = error, !deadline.hasPassed else { throw failure(ofHandshake: error) }
            }
        }
    }

    private static func failure(ofHandshake error: TLSError) -> SyncFailure {
        switch error {
        case .untrusted(let reason): .untrusted(reason)
        case .handshake(let reason): .notOurServer("what answers can't agree with us on TLS: \(reason)")
        case .configuration(let reason): .local(reason)
        case .disconnected, .timedOut, .system: .unreachable(error.description)
        }
    }
}

// MARK: - Greeting and login

extension ServerConnection {
    private static func greet(_ link: inout MessageLink) throws(SyncFailure) -> Welcome {
        try send(try hello(), on: &link)
        switch try link.receive(until: .after(seconds: answerSeconds)) {
        case .welcome(let welcome) where welcome.version == ProtocolLimits.version: return welcome
        case .welcome(let welcome):
            throw .notOurServer("the server chose version \(welcome.version), which we don't speak")
        case .closing(let refusal): throw .closed(refusal)
        default: throw .notOurServer("the server's first message isn't its welcome")
        }
    }

    private static func hello() throws(SyncFailure) -> ClientMessage {
        do throws(WireError) {
            return .hello(try Hello(software: "auto-upload-client/\(Version.current)"))
        } catch {
            throw .local("our own greeting is wrong: \(error)")
        }
    }

    private static func logIn(_ target: ServerTarget, _ link: inout MessageLink) throws(SyncFailure) {
        try target.withLogin { message throws(SyncFailure) in
            link.queue(message)
            try flush(&link, secret: true)
        }
        switch try link.receive(until: .after(seconds: loginSeconds)) {
        case .granted: return
        case .denied(let refusal): throw .loginDenied(refusal)
        case .closing(let refusal): throw .closed(refusal)
        default: throw .notOurServer("the server answered the login with something else")
        }
    }

    private static func send(_ message: ClientMessage, on link: inout MessageLink) throws(SyncFailure) {
        link.queue(message)
        try flush(&link, secret: false)
    }

    private static func flush(_ link: inout MessageLink, secret: Bool) throws(SyncFailure) {
        do throws(LinkError) {
            try link.flush(secret: secret, until: .after(seconds: answerSeconds))
        } catch {
            throw SyncFailure(error)
        }
    }
}

extension MessageLink {
    /// Waits for the next message.
    fileprivate mutating func receive(until deadline: Deadline) throws(SyncFailure) -> ServerMessage {
        let header: FrameHeader?
        do throws(LinkError) {
            header = try nextHeader(until: deadline)
        } catch {
            throw SyncFailure(error)
        }
        guard let header else { throw .broken("the server hung up") }
        return try receive(header, until: deadline)
    }

    /// Takes the rest of a message whose header has come.
    mutating func receive(_ header: FrameHeader, until deadline: Deadline) throws(SyncFailure) -> ServerMessage {
        do throws(LinkError) {
            return try withPayload(of: header, until: deadline) { payload throws(WireError) in
                try ServerMessage(header: header, payload: payload)
            }
        } catch {
            throw SyncFailure(error)
        }
    }
}
