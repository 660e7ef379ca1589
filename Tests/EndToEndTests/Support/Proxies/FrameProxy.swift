import Platform
import TestSupport
import Transport
import Wire

/// Stands between clients and a server, ends the TLS of both, follows their frames, and cuts connections at chosen ones.
final class FrameProxy: Sendable {
    private let door: ProxyDoor
    private let record = Monitor<[Int: Carried]>([:])

    /// What one connection carried so far.
    struct Carried: Sendable {
        /// The proxy's own address towards the server, as the server's log tells it; empty before it was connected.
        var address = ""
        var fromClient = Traffic()
        var fromServer = Traffic()
        var wasCut = false
    }

    /// - Parameters:
    ///   - server: its port on loopback; it may be another process after a while.
    ///   - certificates: those of the server: the proxy shows them to clients.
    ///   - cut: where to cut a connection, by its number, counted from 0; nil lets it live.
    init(
        to server: UInt16, _ certificates: ExampleCertificates, cutting cut: @escaping @Sendable (Int) -> Cut?
    ) throws {
        let shown = try TLSContext(
            certificateChain: certificates.chain, privateKey: certificates.key, minimum: .tls13)
        let trusted = try TLSContext(authorities: certificates.authority, minimum: .tls13)
        let record = record
        door = try ProxyDoor { socket, number, stop in
            var carried = Carried()
            do {
                let client = try ProxySide.accept(socket, shown)
                let upstream = try PlainClient.connect(server)
                carried.address = PlainClient.address(of: upstream)
                record.change { $0[number] = carried }
                var relay = FrameRelay(client, try ProxySide.connect(upstream, trusted), cut(number))
                relay.run(until: stop) { relay in
                    carried.fromClient = relay.fromClient
                    carried.fromServer = relay.fromServer
                    carried.wasCut = relay.isCut
                    record.change { $0[number] = carried }
                }
            } catch {
                // One of them doesn't speak TLS, or isn't there: the other notices.
            }
        }
    }

    convenience init(to server: TestServer, cutting cut: @escaping @Sendable (Int) -> Cut? = { _ in nil }) throws {
        try self.init(to: server.port, server.site.certificates, cutting: cut)
    }

    var port: UInt16 { door.port }

    /// The connections that both sides have agreed to, in their order.
    var connections: [Carried] {
        record.withLock { record in record.sorted { $0.key < $1.key }.map(\.value) }
    }

    /// Waits until some connection was cut, and tells what it had carried. A bound is set by whoever makes the connections.
    func waitForCut() -> Carried {
        record.wait { record in record.values.first(where: \.wasCut) }
    }
}
