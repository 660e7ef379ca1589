import Platform

/// The addresses of the server's name, in the order in which they are tried.
final class ServerAddresses {
    /// Asks the system for the addresses of a name.
    typealias Resolver = (ServerName) throws(ResolveError) -> [SocketAddress]

    private let resolver: Resolver
    /// Where our server has answered last, as text.
    private var proven: String?

    init(resolver: @escaping Resolver = ServerAddresses.ofSystem) {
        self.resolver = resolver
    }

    /// Those that a person named, so that nobody is asked for them.
    convenience init(named addresses: [SocketAddress]) {
        self.init { _ in addresses }
    }

    /// The one that has worked comes first; then IPv6 and IPv4 take turns, the system's favourite first (RFC 8305, 4), so that
    /// one of the two that leads nowhere costs the time of a single try.
    func inOrder(of server: ServerName) throws(ResolveError) -> [SocketAddress] {
        let addresses = Self.takingTurns(try resolver(server))
        return addresses.filter { $0.description == proven } + addresses.filter { $0.description != proven }
    }

    /// Our server has answered there.
    func hasWorked(_ address: SocketAddress) {
        proven = address.description
    }

    static func takingTurns(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard let first = addresses.first else { return [] }
        let favoured = addresses.filter { $0.isIPv6 == first.isIPv6 }
        let others = addresses.filter { $0.isIPv6 != first.isIPv6 }
        let length = max(favoured.count, others.count)
        return (0..<length).flatMap { favoured.dropFirst($0).prefix(1) + others.dropFirst($0).prefix(1) }
    }

    static func ofSystem(_ server: ServerName) throws(ResolveError) -> [SocketAddress] {
        try resolve(host: server.lookupName, port: server.port, passive: false)
    }
}

/// What came of addresses at which our server didn't answer.
struct AddressFailures {
    private var entries: [(address: String, failure: SyncFailure)] = []

    mutating func add(_ address: SocketAddress, _ failure: SyncFailure) {
        entries.append((address.description, failure))
    }

    var isEmpty: Bool { entries.isEmpty }

    /// Each address with its own reason, always in the same order: the resolver's may change from one time to the next.
    var texts: [String] { entries.map { "\($0.address): \($0.failure.reason)" }.sorted() }

    /// All of them as one: who answers tells more than who doesn't, and most of all a server that is ours.
    var summary: SyncFailure {
        let failures = entries.map(\.failure)
        let text = texts.joined(separator: "; ")
        for failure in failures { if case .closed = failure { return failure } }
        if failures.contains(where: { if case .untrusted = $0 { true } else { false } }) { return .untrusted(text) }
        if failures.contains(where: { if case .notOurServer = $0 { true } else { false } }) {
            return .notOurServer(text)
        }
        return .unreachable(text.isEmpty ? "its name has no address" : text)
    }
}
