internal import CSystemShims
internal import Glibc

/// A socket that accepts connections.
package final class Listener: Sendable {
    private let descriptor: FileDescriptor
    private let options: SocketOptions
    package let address: SocketAddress
    /// Of a socket in the file system.
    private let file: SocketFile?

    /// Listens on an address.
    ///
    /// - Parameters:
    ///   - address: with port 0 the system chooses one; `address` of the result tells which.
    ///   - backlog: how many connections may wait to be accepted; the system caps it (net.core.somaxconn).
    ///   - options: of the connections that are accepted.
    /// - Throws: `SystemError` with EADDRINUSE, EACCES (a port below 1024 without the right), …; EEXIST when the path is that of
    ///   something else than a socket.
    package init(
        on address: SocketAddress, backlog: CInt = 4096, options: SocketOptions = SocketOptions()
    ) throws(SystemError) {
        self.options = options
        let subject = address.description
        file = try address.path.map { path throws(SystemError) in try SocketFile(path: path) }
        let raw = try systemCall("make a socket for", subject) { shim_stream_socket(address.family) }
        descriptor = FileDescriptor(owning: raw)
        var on: CInt = 1
        unsafe setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<CInt>.size))
        // IPv4 has a socket of its own, so that each address is logged as what it is.
        if address.isIPv6 {
            unsafe setsockopt(raw, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, socklen_t(MemoryLayout<CInt>.size))
        }
        if let file { try file.bind(descriptor, to: address) } else { try descriptor.bind(to: address) }
        try systemCall("listen on", subject) { listen(raw, backlog) }
        self.address = try unsafe SocketAddress { bound, length throws(SystemError) in
            try systemCall("find the port of", subject) { unsafe getsockname(raw, bound, length) }
        }
    }

    /// Waits for a connection.
    ///
    /// - Returns: nil when the time was over, or when the connection was gone before it could be accepted.
    /// - Throws: `SystemError` with EMFILE, ENFILE, ENOBUFS or ENOMEM when there is no room for another.
    package func accept(until deadline: Deadline) throws(SystemError) -> Socket? {
        guard try descriptor.wait(for: .readable, until: deadline) else { return nil }
        var accepted: CInt = -1
        do throws(SystemError) {
            let peer = try unsafe SocketAddress { address, length throws(SystemError) in
                accepted = try systemCall("accept a connection") {
                    unsafe shim_accept(descriptor.rawValue, address, length)
                }
            }
            let socket = Socket(owning: FileDescriptor(owning: accepted), peer: peer)
            socket.set(options)
            return socket
        } catch {
            if Self.passing.contains(error.errno) { return nil }
            throw error
        }
    }

    /// Turns away who still wants to connect, and wakes who waits in `accept`, from any thread.
    package func stop() {
        file?.remove()
        // On Linux, shutdown(2) ends a socket's listening at once; the others that wait in the queue get a reset.
        Socket.end(rawDescriptor: descriptor.rawValue)
    }

    /// Errors of accept(2) that concern that one connection only; see its section on Linux.
    private static let passing: Set<Errno> = [
        .tryAgain, .connectionAborted, Errno(rawValue: EPROTO), Errno(rawValue: ENETDOWN), Errno(rawValue: ENOPROTOOPT),
        Errno(rawValue: EHOSTDOWN), Errno(rawValue: ENONET), Errno(rawValue: EHOSTUNREACH),
        Errno(rawValue: EOPNOTSUPP), Errno(rawValue: ENETUNREACH), .notPermitted,
    ]
}
