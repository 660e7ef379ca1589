import CommandLine
import Domain
import Platform
import Transport
import Wire

/// A connection to a server that is trusted, speaks our protocol and has let us in.
struct ServerConnection: ~Copyable {
    var link: MessageLink
    let welcome: Welcome
    /// What the server's receipts are signed over in this connection; nil where it can't do that.
    let nonce: ReceiptNonce?
    /// When its certificate stops being valid.
    private let certificateEnd: Int64
    /// The addresses at which our server didn't answer, each with the reason.
    private(set) var passedOver: [String] = []

    /// Connects and logs in. Each address of the server's name is tried until our server has answered at one.
    ///
    /// - Throws: `SyncFailure` saying which step failed and who must act.
    ///
    /// - Parameter tokens: keeps the token by which the next connection logs in.
    static func open(
        _ target: ServerTarget, _ transfer: TransferGuard, _ tokens: TokenFile
    ) throws(SyncFailure) -> ServerConnection {
        try transfer.checkBeforeConnecting()
        var connection = try find(target, transfer)
        do throws(SyncFailure) {
            if let nonce = connection.nonce { connection.link.queue(.challenge(Challenge(nonce: nonce))) }
            // What is said to it isn't said again at another address.
            try logIn(target, tokens, connection.welcome, &connection.link)
            target.time.learn(connection.welcome.serverTime, until: connection.certificateEnd)
            target.follow(.loggedIn)
            return connection
        } catch {
            // What made a wait be given up is known to the guard only.
            throw transfer.reason ?? error
        }
    }

    private init(link: consuming MessageLink, welcome: Welcome, nonce: ReceiptNonce?, certificateEnd: Int64) {
        self.link = link
        self.welcome = welcome
        self.nonce = nonce
        self.certificateEnd = certificateEnd
    }

    /// The server checks the passwords of thousands of devices one after the other.
    fileprivate static let loginSeconds = 180.0
}

// MARK: - Addresses

extension ServerConnection {
    private static func find(_ target: ServerTarget, _ transfer: TransferGuard) throws(SyncFailure) -> ServerConnection
    {
        var failures = AddressFailures()
        for address in try addresses(of: target) {
            do throws(SyncFailure) {
                var connection = try greeted(at: address, target, transfer)
                target.addresses.hasWorked(address)
                connection.passedOver = failures.texts
                return connection
            } catch {
                if let reason = transfer.reason { throw reason }
                guard error.isOfAddress else { throw error }
                failures.add(address, error)
            }
        }
        throw failures.summary
    }

    private static func addresses(of target: ServerTarget) throws(SyncFailure) -> [SocketAddress] {
        do throws(ResolveError) {
            let addresses = try target.addresses.inOrder(of: target.server)
            target.follow(.found(addresses))
            return addresses
        } catch {
            throw .unreachable("\(error); is -s right, and the network up?")
        }
    }

    /// Whoever accepts a connection may still be silent, speak something else, or be somebody else.
    private static func greeted(
        at address: SocketAddress, _ target: ServerTarget, _ transfer: TransferGuard
    ) throws(SyncFailure) -> ServerConnection {
        let session = try protectedSession(address, target, transfer)
        // Without a certificate nobody is trusted.
        let end = session.peerCertificate?.end ?? .min
        var link = MessageLink(session, dataLimit: 0)
        link.giveUpWaits { transfer.reason != nil }
        link.endWaits(unacknowledgedFor: target.patience.unacknowledgedSeconds)
        let welcome = try greet(&link, target.patience.answerSeconds)
        target.follow(.greeted(welcome))
        let nonce = try welcome.version >= ProtocolLimits.firstWithChallenge ? makeNonce() : nil
        return ServerConnection(link: link, welcome: welcome, nonce: nonce, certificateEnd: end)
    }
}

extension SyncFailure {
    /// Whether another address may do better.
    fileprivate var isOfAddress: Bool {
        switch self {
        case .unreachable, .untrusted, .notOurServer, .closed, .broken: true
        case .stopped, .interfaceDown, .loginDenied, .local: false
        }
    }
}

// MARK: - Transport

extension ServerConnection {
    /// Certificates that a server may send one after the other: each may be one that isn't valid yet.
    private static let longestChain = 10

    private static func protectedSession(
        _ address: SocketAddress, _ target: ServerTarget, _ transfer: TransferGuard
    ) throws(SyncFailure) -> TLSSession {
        var (time, tries) = (target.time.now, 1)
        while true {
            let session = try session(address, target, transfer, at: time)
            let deadline = Deadline.after(seconds: target.patience.answerSeconds)
            guard let distrust = try handshake(session, with: target.server, transfer, until: deadline) else {
                target.follow(
                    .trusted(session.peerCertificate, at: time, protection: "\(session.version) \(session.cipher)"))
                guard session.applicationProtocol == ProtocolLimits.applicationProtocol else {
                    throw .notOurServer(SyncFailure.noServerOfOurs)
                }
                return session
            }
            guard tries < longestChain, let later = target.time.later(for: distrust) else {
                throw SyncFailure(ofHandshake: .untrusted(distrust), with: target.server)
            }
            (time, tries) = (later, tries + 1)
        }
    }

    private static func session(
        _ address: SocketAddress, _ target: ServerTarget, _ transfer: TransferGuard, at time: Int64
    ) throws(SyncFailure) -> TLSSession {
        let socket = try connect(to: address, target, transfer)
        target.follow(.reached(address))
        do throws(TLSError) {
            return try TLSSession(
                connecting: socket, to: target.server.certificateName, context: target.context, validAt: time)
        } catch {
            throw .local(error.description)
        }
    }

    private static func connect(
        to address: SocketAddress, _ target: ServerTarget, _ transfer: TransferGuard
    ) throws(SyncFailure) -> Socket {
        // The kernel's own time for unacknowledged bytes would also end the connection of a server that is busy.
        var options = SocketOptions(keepAlive: target.patience.keepAlive, userTimeout: 0)
        options.interface = transfer.interface
        do throws(SystemError) {
            return try Socket.connect(
                to: [address], deadline: .after(seconds: target.patience.connectSeconds), options: options)
        } catch {
            if let interface = options.interface {
                if error.errno == .noDevice { throw .interfaceDown }
                if error.errno == .notPermitted { throw .local(unbound(interface, error)) }
            }
            throw .unreachable(error.errno.description)
        }
    }

    private static func unbound(_ interface: String, _ error: SystemError) -> String {
        "\(error): no connection is made that might leave by another interface than \(interface); before Linux 5.7 that takes "
            + "CAP_NET_RAW, and a firewall may forbid it"
    }

    /// - Returns: why the server isn't trusted; nil when it is.
    private static func handshake(
        _ session: borrowing TLSSession, with server: ServerName, _ transfer: TransferGuard, until deadline: Deadline
    ) throws(SyncFailure) -> Distrust? {
        while true {
            do throws(TLSError) {
                try session.handshake(until: min(deadline, .after(seconds: 0.5)))
                return nil
            } catch {
                try transfer.check()
                if case .untrusted(let distrust) = error { return distrust }
                guard case .timedOut = error, !deadline.hasPassed else {
                    throw SyncFailure(ofHandshake: error, with: server)
                }
            }
        }
    }
}

// MARK: - Greeting and login

extension ServerConnection {
    private static func greet(_ link: inout MessageLink, _ seconds: Double) throws(SyncFailure) -> Welcome {
        link.queue(try hello())
        try flush(&link, secret: false, seconds)
        switch try link.receive(until: .after(seconds: seconds)) {
        case .welcome(let welcome) where ProtocolLimits.versions.contains(welcome.version): return welcome
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

    /// Nobody could know it before: what is signed over it is signed now.
    private static func makeNonce() throws(SyncFailure) -> ReceiptNonce {
        do throws(SystemError) {
            guard let nonce = ReceiptNonce(try randomBytes(ReceiptNonce.byteCount)) else {
                throw SystemError("get random bytes", errno: .inputOutput)
            }
            return nonce
        } catch {
            throw .local(error.description)
        }
    }

    fileprivate static func flush(_ link: inout MessageLink, secret: Bool, _ seconds: Double) throws(SyncFailure) {
        do throws(LinkError) {
            try link.flush(secret: secret, until: .after(seconds: seconds))
        } catch {
            throw SyncFailure(error)
        }
    }
}

// MARK: - Login

extension ServerConnection {
    private static func logIn(
        _ target: ServerTarget, _ tokens: TokenFile, _ welcome: Welcome, _ link: inout MessageLink
    ) throws(SyncFailure) {
        if try logIn(by: tokens, target, welcome, &link) { return }
        try target.withLogin(welcome) { message throws(SyncFailure) in
            link.queue(message)
            try flush(&link, secret: true, target.patience.answerSeconds)
        }
        switch try link.receive(until: .after(seconds: loginSeconds)) {
        case .granted(let granted): tokens.write(LoginToken(granted, at: welcome.serverTime))
        case .denied(let refusal): throw .loginDenied(refusal)
        case .closing(let refusal): throw .closed(refusal)
        default: throw .notOurServer("the server answered the login with something else")
        }
    }

    /// - Returns: false when there is no token, or it doesn't count any more: then the password may follow.
    private static func logIn(
        by tokens: TokenFile, _ target: ServerTarget, _ welcome: Welcome, _ link: inout MessageLink
    ) throws(SyncFailure) -> Bool {
        // A server of the first version would hang up after one that is denied.
        guard welcome.version >= ProtocolLimits.firstWithChallenge, let token = tokens.read(),
            welcome.serverTime < token.end, let message = try? Reauthenticate(token: token.bytes)
        else { return false }
        link.queue(.reauthenticate(message))
        try flush(&link, secret: true, target.patience.answerSeconds)
        switch try link.receive(until: .after(seconds: loginSeconds)) {
        case .granted: return true
        case .denied(let refusal):
            // What is for now only, as that the server is full, says nothing about the token.
            guard refusal.status.statusClass == .fix else { throw .loginDenied(refusal) }
            tokens.write(nil)
            return false
        case .closing(let refusal): throw .closed(refusal)
        default: throw .notOurServer("the server answered the login with something else")
        }
    }
}

extension LoginToken {
    /// - Parameter time: by the server's clock, at which it was granted.
    fileprivate init?(_ granted: Granted, at time: Int64) {
        guard !granted.token.bytes.isEmpty else { return nil }
        let end = time.addingReportingOverflow(Int64(granted.tokenLifetime))
        self.init(bytes: granted.token, end: end.overflow ? .max : end.partialValue)
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
