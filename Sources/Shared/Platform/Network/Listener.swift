internal import CSystemShims
internal import Glibc
import Synchronization

/// A socket that accepts connections.
package final class Listener: Sendable {
    private let descriptor: FileDescriptor
    private let options: SocketOptions
    package let address: SocketAddress
    /// Of a socket in the file system.
    private let file: SocketFile?
    /// Whether it is the service manager's, too, which listens on when this process has ended.
    private let isShared: Bool
    private let takesNobody = Atomic(false)

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
        (self.options, isShared) = (options, false)
        let subject = address.description
        file = try address.path.map { path throws(SystemError) in try SocketFile(path: path) }
        let raw = try systemCall("make a socket for", subject) { shim_stream_socket(address.family) }
        descriptor = FileDescriptor(owning: raw)
        Self.prepare(descriptor, for: address)
        if let file { try file.bind(descriptor, to: address) } else { try descriptor.bind(to: address) }
        try systemCall("listen on", subject) { listen(raw, backlog) }
        self.address = try unsafe SocketAddress { bound, length throws(SystemError) in
            try systemCall("find the port of", subject) { unsafe getsockname(raw, bound, length) }
        }
    }

    /// Takes a socket over that listens already, as systemd hands it over; see sd_listen_fds(3).
    ///
    /// - Parameter number: the descriptor's; it is owned from here on.
    /// - Throws: `SystemError` with ENOTSOCK, or EINVAL for a socket that doesn't listen, or isn't for TCP or the file system.
    init(takingOver number: CInt, options: SocketOptions) throws(SystemError) {
        (self.options, isShared, file) = (options, true, nil)
        let descriptor = FileDescriptor(owning: number)
        let subject = "descriptor \(number)"
        for (option, expected) in [(SO_ACCEPTCONN, 1), (SO_TYPE, CInt(SOCK_STREAM.rawValue))] {
            var (value, length) = (CInt(0), socklen_t(MemoryLayout<CInt>.size))
            try systemCall("take over", subject) { unsafe getsockopt(number, SOL_SOCKET, option, &value, &length) }
            guard value == expected else { throw SystemError("listen on", subject, errno: .invalid) }
        }
        address = try unsafe SocketAddress { bound, length throws(SystemError) in
            try systemCall("find the address of", subject) { unsafe getsockname(number, bound, length) }
        }
        guard address.isUnix || address.isInternet else { throw SystemError("listen on", subject, errno: .invalid) }
        try systemCall("take over", subject) { fcntl(number, F_SETFD, FD_CLOEXEC) }
        let flags = try systemCall("take over", subject) { fcntl(number, F_GETFL) }
        try systemCall("take over", subject) { fcntl(number, F_SETFL, flags | O_NONBLOCK) }
        self.descriptor = descriptor
    }

    /// Finds out whether `init` could listen on an address of TCP now, without listening there.
    package static func tryOut(_ address: SocketAddress) throws(SystemError) {
        let raw = try systemCall("make a socket for", address.description) { shim_stream_socket(address.family) }
        let descriptor = FileDescriptor(owning: raw)
        prepare(descriptor, for: address)
        try descriptor.bind(to: address)
    }

    private static func prepare(_ descriptor: borrowing FileDescriptor, for address: SocketAddress) {
        var on: CInt = 1
        let (raw, length) = (descriptor.rawValue, socklen_t(MemoryLayout<CInt>.size))
        unsafe setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &on, length)
        // IPv4 has a socket of its own, so that each address is logged as what it is.
        if address.isIPv6 { unsafe setsockopt(raw, CInt(IPPROTO_IPV6), IPV6_V6ONLY, &on, length) }
    }

    /// Waits for a connection.
    ///
    /// - Returns: nil when the time was over, or when the connection was gone before it could be accepted.
    /// - Throws: `SystemError` with EMFILE, ENFILE, ENOBUFS or ENOMEM when there is no room for another.
    package func accept(until deadline: Deadline) throws(SystemError) -> Socket? {
        guard try descriptor.wait(for: .readable, until: deadline), !takesNobody.load(ordering: .acquiring) else {
            return nil
        }
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

    /// Accepts nobody any more. Who comes to a socket that was handed over waits for the process that is started next; call it before
    /// anything that would turn them away.
    package func leaveToNext() {
        if isShared { takesNobody.store(true, ordering: .releasing) }
    }

    /// Turns away who still wants to connect, and wakes who waits in `accept`, from any thread; not at a socket that was handed over.
    package func stop() {
        if isShared { return }
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
