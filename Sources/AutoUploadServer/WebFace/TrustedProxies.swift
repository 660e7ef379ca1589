import HTTP
package import Platform

/// The reverse proxies whose word counts for who their clients are; from anybody else it counts for nothing.
package struct TrustedProxies: Sendable {
    private let hosts: Set<HostAddress>

    package init(_ hosts: Set<HostAddress> = []) {
        self.hosts = hosts
    }

    /// Who sends a request.
    ///
    /// Each proxy writes whom it has received it from behind what stands there already, which anybody may have written. So what
    /// counts is read from the end: the last one that isn't a proxy of ours.
    ///
    /// - Parameter peer: at the other end of the connection.
    func client(of fields: Fields, from peer: SocketAddress, isProtected: Bool) throws(WebRefusal) -> WebClient {
        let own = WebClient(address: peer, isProtected: isProtected)
        guard hosts.contains(peer.hostAddress) else { return own }
        let (standard, usual) = (last(fields.forwarded, own), last(fields.forwardedFor, own))
        let scheme = standard?.scheme ?? fields.forwardedScheme
        // A proxy that writes one of the fields passes the other on as a client has sent it.
        if let standard, let usual, standard.address.hostAddress != usual.address.hostAddress {
            throw .contradiction
        }
        return WebClient(
            address: (standard ?? usual)?.address ?? peer, isProtected: scheme.map { $0 == "https" } ?? isProtected)
    }

    /// - Returns: nil where there are no hops.
    private func last(_ hops: [ForwardedHop], _ own: WebClient) -> (address: SocketAddress, scheme: String?)? {
        var found: (address: SocketAddress, scheme: String?)?
        for hop in hops.reversed() {
            let node = hop.node.flatMap { SocketAddress(numeric: $0.host, port: $0.port ?? 0) }
            // Who isn't named is somebody behind the last one that is.
            guard let node else { return found ?? (own.address, hop.scheme) }
            found = (node, hop.scheme)
            if !hosts.contains(node.hostAddress) { break }
        }
        return found
    }
}

/// Who sends a request, and how.
struct WebClient {
    let address: SocketAddress
    /// Whether by TLS, as far as the server or a trusted proxy sees.
    let isProtected: Bool

    var scheme: String { isProtected ? "https" : "http" }
}

extension WebRefusal {
    fileprivate static let contradiction = WebRefusal(
        .badRequest,
        "Forwarded and X-Forwarded-For name two different clients: the proxy must write, or remove, both of them")

    /// The client's address has as many connections as it may.
    static let crowded = WebRefusal(
        .serviceUnavailable, "too many connections from your address: come again", retryAfter: 60)
}
