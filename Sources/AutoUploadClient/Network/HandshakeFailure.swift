import Platform
import Transport

extension SyncFailure {
    /// What a handshake with a server that hasn't proven yet to be ours has failed for, and what may help.
    init(ofHandshake error: TLSError, with server: ServerName) {
        switch error {
        case .untrusted(let distrust): self = .untrusted("\(distrust)\(Self.hint(distrust, server))")
        case .handshake(let reason): self = .notOurServer(Self.words(forTLS: reason))
        case .configuration(let reason): self = .local(reason)
        case .timedOut: self = .unreachable("it accepts connections, and is silent then")
        case .disconnected, .system: self = .unreachable(error.description)
        }
    }

    private static func hint(_ distrust: Distrust, _ server: ServerName) -> String {
        switch distrust.cause {
        case .name: ", not for \(server.certificateName); name the server by -s as its certificate does"
        case .time: clock(judgedAt: distrust.judgedAt)
        case .authority: "; if that authority is yours, name its certificate by --ca-file"
        case .pin, .other: ""
        }
    }

    private static func clock(judgedAt: Int64) -> String {
        let now = currentUnixTime()
        let text = "; this device's clock says \(utcText(now))"
        guard judgedAt > now else { return text }
        return text + ", but it was \(utcText(judgedAt)) already; if that is wrong: --forget-time"
    }

    /// OpenSSL says what it has stumbled over, not what that is.
    private static func words(forTLS reason: String) -> String {
        if ["wrong version number", "packet length too long", "http request"].contains(where: reason.contains) {
            return "what answers doesn't speak TLS (\(reason)); is the port right?"
        }
        if ["unsupported protocol", "protocol version"].contains(where: reason.contains) {
            return "what answers speaks no TLS that --tls-minimum allows (\(reason))"
        }
        if reason.contains("no application protocol") { return noServerOfOurs }
        return "what answers can't agree with us on TLS: \(reason)"
    }

    static let noServerOfOurs = "what answers is no auto-upload server; are name and port right?"
}
