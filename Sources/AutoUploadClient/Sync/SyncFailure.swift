import Domain
import Platform
import Transport

/// Why a pass ended before its work was done. Whatever it is, the files stay.
enum SyncFailure: Error {
    /// A person stopped the program.
    case stopped
    /// The interface that it is bound to isn't usable.
    case interfaceDown
    case unreachable(String)
    case untrusted(String)
    /// What answers isn't a server of ours, or breaks the protocol.
    case notOurServer(String)
    case loginDenied(Refusal)
    /// The server ended the connection, and said why.
    case closed(Refusal)
    /// The connection broke, or was silent for too long.
    case broken(String)
    /// This machine failed: its folder, its state.
    case local(String)
}

extension SyncFailure {
    /// How a single pass ends with it.
    var exitCode: ExitCode {
        switch self {
        case .untrusted, .notOurServer: .protocolError
        case .loginDenied(let refusal): refusal.status.statusClass == .fix ? .noPermission : .temporaryFailure
        case .closed(let refusal): refusal.status.statusClass == .fix ? .protocolError : .temporaryFailure
        case .stopped, .interfaceDown, .unreachable, .broken, .local: .temporaryFailure
        }
    }

    /// Seconds that the server asks to stay away for.
    var retryAfterSeconds: Double {
        switch self {
        case .loginDenied(let refusal), .closed(let refusal): Double(refusal.retryAfterSeconds)
        default: 0
        }
    }

    /// Whether it can't get better by itself, so that trying again may take its time.
    var needsPerson: Bool {
        switch self {
        case .untrusted, .notOurServer: true
        case .loginDenied(let refusal), .closed(let refusal): refusal.status.statusClass == .fix
        case .stopped, .interfaceDown, .unreachable, .broken, .local: false
        }
    }
}

extension SyncFailure {
    /// What a link's failure means once the server is known to be ours.
    init(_ error: LinkError) {
        switch error {
        case .transport(.untrusted(let reason)): self = .untrusted(reason.description)
        case .transport(.disconnected(let reason)): self = .broken(reason)
        case .transport(.handshake(let reason)) where reason.contains("alert certificate required"):
            self = .notOurServer(
                "the server wants a client's certificate: name one by --client-certificate and --client-key")
        case .transport(.handshake(let reason)) where Self.isAboutOurCertificate(reason):
            self = .notOurServer("the server doesn't take the certificate of --client-certificate (\(reason))")
        case .transport(let error): self = .broken(error.description)
        case .wire(let error): self = .notOurServer("the server broke the protocol: \(error)")
        case .timedOut: self = .broken("the server was silent for too long")
        case .unreachable: self = .broken(error.description)
        case .truncated: self = .broken("the connection ended in the middle of a message")
        // Why it was given up is known to the transfer's guard.
        case .givenUp: self = .stopped
        }
    }
}

extension SyncFailure {
    /// TLS 1.3 tells it only once the client believes that all is agreed on.
    private static func isAboutOurCertificate(_ reason: String) -> Bool {
        let alerts = [
            "bad certificate", "certificate expired", "certificate revoked", "certificate unknown", "unknown ca",
            "unsupported certificate",
        ]
        return alerts.contains { reason.contains("alert \($0)") }
    }
}

extension SyncFailure: CustomStringConvertible {
    var description: String {
        switch self {
        case .stopped: "stopped"
        case .interfaceDown: "the network interface is down"
        case .unreachable(let reason): "the server can't be reached: \(reason)"
        case .untrusted(let reason): "the server can't be trusted: \(reason)"
        case .notOurServer(let reason): reason
        case .loginDenied(let refusal) where refusal.status == .credentialsWrong:
            "the login was denied (\(refusal.shown)): check --username, the password, which adduser --update sets there, and the one-time code"
        case .loginDenied(let refusal): "the login was denied (\(refusal.shown))"
        case .closed(let refusal): "the server ended the connection (\(refusal.shown))"
        case .broken(let reason): "the connection broke: \(reason)"
        case .local(let reason): reason
        }
    }
}

extension SyncFailure {
    /// Why, without what it means.
    var reason: String {
        switch self {
        case .unreachable(let reason), .untrusted(let reason), .broken(let reason): reason
        default: description
        }
    }
}

extension Refusal {
    /// For people, escaped.
    var shown: String {
        text.isEmpty ? status.name : "\(status.name): \(escaped(text))"
    }
}
