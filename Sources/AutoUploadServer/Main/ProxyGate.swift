import Platform
import ProxyProtocol

/// Finds out whose a connection is, where a proxy may pass it on: before TLS, and before anything is said of it.
enum ProxyGate {
    /// - Parameters:
    ///   - socket: is the client's from then on.
    ///   - proxies: who has to send a header of the PROXY protocol; anybody else mustn't.
    /// - Throws: `Closed` when nobody is to be served.
    static func findClient(
        of socket: inout Socket, _ proxies: [AddressRange], until deadline: Deadline
    ) throws(Closed) {
        guard proxies.contains(where: { [host = socket.peer.hostAddress] in $0.contains(host) }) else {
            return try refuseHeader(socket, until: deadline)
        }
        do throws(ProxyTrouble) {
            switch try socket.proxyHeader(until: deadline) {
            case .client(let host, let port):
                if let client = SocketAddress(host: host, port: port) { socket.isPassedOn(for: client) }
            case .unnamed: break
            case .local:
                guard waitForFirstByte(socket, until: deadline) else { throw .leftAtOnce }
            }
        } catch {
            if case .leftAtOnce = error { throw .onlyLooked }
            throw .refused(error.description)
        }
    }

    /// Why a connection isn't served.
    enum Closed: Error {
        /// A proxy has looked whether somebody is there, as it may every second.
        case onlyLooked
        case refused(String)
    }

    /// TLS would refuse it as well, but couldn't say what it is.
    private static func refuseHeader(_ socket: borrowing Socket, until deadline: Deadline) throws(Closed) {
        guard waitForFirstByte(socket, until: deadline),
            ProxyHeaderReader.isHeader(socket.peek(ProxyHeaderReader.telling))
        else { return }
        throw .refused("it sends a PROXY protocol header, and no --proxy-protocol-from has its address")
    }

    /// - Returns: false where none came.
    private static func waitForFirstByte(_ socket: borrowing Socket, until deadline: Deadline) -> Bool {
        guard (try? socket.wait(for: .readable, until: deadline)) == true else { return false }
        return !socket.peek(1).isEmpty
    }
}
