import Domain
import Encodings
import Platform
import Transport
import Wire

/// Where to connect to, and as whom.
final class ServerTarget {
    let server: ServerName
    let user: String
    private let password: Password
    private let codes: OneTimeCodeSource
    let context: TLSContext
    let addresses: ServerAddresses
    let time: KnownTime
    var patience = LinkPatience()
    /// Told of each step towards the server that is done.
    var follow: (ConnectionStep) -> Void = { _ in }

    init(
        server: ServerName, user: String, password: Password, codes: OneTimeCodeSource = .none, context: TLSContext,
        addresses: ServerAddresses = ServerAddresses(), time: KnownTime = KnownTime()
    ) {
        self.server = server
        self.addresses = addresses
        self.time = time
        self.user = user
        self.password = password
        self.codes = codes
        self.context = context
    }

    /// Lends the login message. No copy of the password that is made here outlives the call.
    ///
    /// - Parameter welcome: of the server that it is for.
    func withLogin<R>(
        _ welcome: Welcome, _ body: (ClientMessage) throws(SyncFailure) -> R
    ) throws(SyncFailure) -> R {
        let code = try codes.code(at: welcome.serverTime)
        var bytes = password.bytes.withBytes { [UInt8](Span<UInt8>(_bytes: $0)) }
        defer { overwrite(&bytes) }
        return try body(message(Credential(bytes), code))
    }

    private func message(_ password: Credential, _ code: Credential) throws(SyncFailure) -> ClientMessage {
        do throws(WireError) {
            return .authenticate(try Authenticate(user: user, password: password, oneTimeCode: code))
        } catch {
            throw .local("the login can't be sent: \(error)")
        }
    }
}

/// What has to go well, in this order, until the server lets us in.
enum ConnectionStep {
    /// Its name has these addresses.
    case found([SocketAddress])
    /// One of them has accepted a connection.
    case reached(SocketAddress)
    /// Its certificate is trusted.
    case trusted(CertificateSummary?, at: Int64, protection: String)
    case greeted(Welcome)
    case loggedIn
}

/// After how long a server counts as gone. One that is there, and has greeted us, may take its time.
struct LinkPatience {
    /// Seconds for an address to accept a connection: one that is silent must not use up the time of the next.
    var connectSeconds = 15.0
    /// Seconds for the TLS handshake, and for the server's greeting.
    var answerSeconds = 30.0
    /// Seconds of silence until TCP asks whether the server is there; three questions within as long again go unanswered then.
    var keepAlive: CInt = 30
    /// Seconds that what was sent may stay unacknowledged.
    var unacknowledgedSeconds = 90.0
}
