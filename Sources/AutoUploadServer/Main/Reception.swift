import Connections
import DeviceFace
import Events
import Platform
import Transport
import WebFace

/// Receives a client, by the thread that will serve it: agrees on keys, and finds out which face it came for.
enum Reception {
    /// Serves a socket until the client or the server ends it.
    ///
    /// - Parameters:
    ///   - door: by which it came.
    ///   - number: under which the registry knows the socket.
    static func serve(
        _ socket: consuming Socket, by door: Door, _ services: Services, registered number: UInt64, web: WebRules?
    ) {
        let membership = Membership(number, in: services.registry)
        if door.isPlain {
            services.report(.connected(socket.peer))
            // Without TLS there is the web's face only.
            guard let web else { return }
            WebConnection(ByteStream(plain: socket), services, membership, rules: web).run(since: .now)
        } else {
            serveProtected(socket, by: door, services, membership, web)
        }
    }

    private static func serveProtected(
        _ socket: consuming Socket, by door: Door, _ services: Services, _ membership: Membership, _ web: WebRules?
    ) {
        let begun = Instant.now
        let deadline = Deadline.after(seconds: services.limits.handshake)
        let proxy = socket.peer
        do throws(ProxyGate.Closed) {
            try ProxyGate.findClient(of: &socket, door.proxies, until: deadline)
        } catch {
            guard case .refused(let reason) = error else { return }
            services.report(.connected(proxy))
            return turnAway(proxy, reason, services, membership)
        }
        let address = socket.peer
        if address.group != proxy.group { services.registry.arrive(membership.number, from: address) }
        services.report(.connected(address))
        do throws(TLSError) {
            let session = try TLSSession(accepting: socket, context: services.certificate.context)
            do throws(TLSError) {
                try session.handshake(until: deadline)
            } catch {
                refuse(session, error)
                throw error
            }
            if let certificate = session.clientCertificate { note(certificate, services, membership) }
            choose(session, services, membership, web, since: begun)
        } catch {
            turnAway(address, error.description, services, membership)
        }
    }

    /// Has the peer read why there is no connection, if it can be told.
    private static func refuse(_ session: borrowing TLSSession, _ error: TLSError) {
        guard case .handshake = error else { return }
        if error.isPlainHTTP { session.answerInPlain(WebConnection.answerWithoutTLS) }
        session.endLingering(until: .after(seconds: linger))
    }

    /// Seconds for a refused peer to read why and to end.
    private static let linger = 2.0

    private static func turnAway(
        _ address: SocketAddress, _ reason: String, _ services: Services, _ membership: Membership
    ) {
        guard let eviction = membership.standing.eviction else {
            return services.report(.stranger(address, reason: reason))
        }
        if let reason = services.displaced.withLock({ $0.add(eviction.reason) }) {
            services.report(.stranger(address, reason: reason))
        }
    }

    private static func note(_ certificate: ClientCertificate, _ services: Services, _ membership: Membership) {
        services.registry.hasShown(membership.number, certificate)
        // It may have been revoked before the registry knew of it.
        if services.certificate.context.revokes(certificate) { services.registry.end { $0 === certificate } }
    }

    private static func choose(
        _ session: consuming TLSSession, _ services: Services, _ membership: Membership, _ web: WebRules?,
        since begun: Instant
    ) {
        switch session.applicationProtocol {
        case WebConnection.applicationProtocol?:
            guard let web else { return session.close() }
            WebConnection(ByteStream(session), services, membership, rules: web).run(since: begun)
        case nil:
            var stream = ByteStream(session)
            let stranger = Stranger(stream: &stream)
            guard let web, stranger == .web else {
                services.report(.stranger(stream.peer, reason: stranger.description))
                return stream.close()
            }
            WebConnection(stream, services, membership, rules: web).run(since: begun)
        default:
            Connection.serve(session, services, membership, since: begun)
        }
    }
}
