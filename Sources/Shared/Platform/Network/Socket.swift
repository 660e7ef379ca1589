internal import CSystemShims
internal import Glibc

/// A connected TCP socket, non-blocking; every wait has a deadline.
package struct Socket: ~Copyable, Sendable {
    package let descriptor: FileDescriptor
    /// Who is at the other end, or behind the proxy that is.
    package private(set) var peer: SocketAddress
    private var beforeClose: (@Sendable () -> Void)?

    init(owning descriptor: consuming FileDescriptor, peer: SocketAddress) {
        self.descriptor = descriptor
        self.peer = peer
    }

    deinit {
        beforeClose?()
    }

    /// Has something done when the socket is about to be closed, wherever that happens: while its number can't be another's
    /// yet.
    package mutating func beforeClosing(_ body: @escaping @Sendable () -> Void) {
        beforeClose = body
    }

    /// A proxy that is believed has said whose connection it passes on.
    package mutating func isPassedOn(for client: SocketAddress) {
        peer = client
    }

    /// What has come, without taking it, `most` bytes at most; none when nothing has, or the peer is gone.
    package func peek(_ most: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: most)
        let count = unsafe recv(rawDescriptor, &bytes, most, CInt(MSG_PEEK))
        return Array(bytes.prefix(max(0, count)))
    }

    /// What a socket is waited for.
    package enum Event: Sendable {
        case readable, writable, either
    }

    /// For TLS, which works on the number itself; valid as long as this socket lives.
    package var rawDescriptor: CInt { descriptor.rawValue }

    /// Waits until bytes can be read or written, or the peer is gone.
    ///
    /// - Returns: false when the time was over first.
    package func wait(for event: Event, until deadline: Deadline) throws(SystemError) -> Bool {
        try descriptor.wait(for: event, until: deadline)
    }

    /// Sends what is written at once, rather than waiting for more (TCP_NODELAY), and finds out when the peer is gone.
    package func set(_ options: SocketOptions) {
        set(IPPROTO_TCP, TCP_NODELAY, 1)
        set(SOL_SOCKET, SO_KEEPALIVE, 1)
        set(IPPROTO_TCP, TCP_KEEPIDLE, options.keepAlive)
        set(IPPROTO_TCP, TCP_KEEPINTVL, max(1, options.keepAlive / SocketOptions.probes))
        set(IPPROTO_TCP, TCP_KEEPCNT, SocketOptions.probes)
        set(IPPROTO_TCP, TCP_USER_TIMEOUT, options.userTimeout.multipliedReportingOverflow(by: 1000).partialValue)
    }

    /// Ends what a socket can still receive, from any thread; who waits on it wakes up. The number must be one that is open.
    package static func endReading(rawDescriptor: CInt) {
        _ = shutdown(rawDescriptor, CInt(SHUT_RD))
    }

    /// Ends what a socket sends: the peer sees the end, and may go on sending. The number must be one that is open.
    package static func endWriting(rawDescriptor: CInt) {
        _ = shutdown(rawDescriptor, CInt(SHUT_WR))
    }

    /// Ends a connection in both directions, from any thread: every wait and every call on it comes to an end at once. The
    /// number must be one that is open.
    package static func end(rawDescriptor: CInt) {
        _ = shutdown(rawDescriptor, CInt(SHUT_RDWR))
    }

    /// Who is at the other end; nil when the connection is gone. From any thread; the number must be one that is open.
    package static func peer(rawDescriptor: CInt) -> SocketAddress? {
        try? unsafe SocketAddress { address, length throws(SystemError) in
            try systemCall("find the peer") { unsafe getpeername(rawDescriptor, address, length) }
        }
    }

    /// Whether the peer has ended its side, or the connection is broken, as far as is known. From any thread; the number must be
    /// one that is open.
    package static func hasPeerLeft(rawDescriptor: CInt) -> Bool { shim_peer_has_left(rawDescriptor) != 0 }

    /// Ends what this side sends, and drops what the peer still sends until it ends, too: a socket that is closed with bytes that
    /// nobody has read resets the connection (RFC 1122, 4.2.2.13), and the last words may be lost with it.
    package func endLingering(until deadline: Deadline) {
        Self.endWriting(rawDescriptor: descriptor.rawValue)
        // With this flag TCP drops bytes instead of copying them: tcp(7).
        let dropping = CInt(MSG_TRUNC) | CInt(MSG_DONTWAIT)
        while (try? wait(for: .readable, until: deadline)) == true {
            guard recv(descriptor.rawValue, nil, Self.mostDropped, dropping) > 0 else { return }
        }
    }

    private static let mostDropped = 1 << 20

    /// Closes with a reset: nothing of the connection stays behind, neither bytes on the way nor its state in the kernel.
    package consuming func abort() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(
            descriptor.rawValue, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    }

    private func set(_ level: some BinaryInteger, _ option: CInt, _ value: CInt) {
        var value = value
        unsafe setsockopt(descriptor.rawValue, CInt(level), option, &value, socklen_t(MemoryLayout<CInt>.size))
    }
}

/// When a silent peer counts as gone.
package struct SocketOptions: Sendable {
    /// Seconds of silence, 1 … 32767, until the kernel asks whether the peer is there (TCP_KEEPIDLE); it asks three times,
    /// within as long again.
    package var keepAlive: CInt
    /// Seconds, 1 … 86400, that sent bytes may stay unacknowledged, or that the peer may leave no room for more, until the
    /// connection is over (TCP_USER_TIMEOUT); 0 for what the system does by itself, after a quarter of an hour or so.
    package var userTimeout: CInt
    /// The only interface that the connection may use; nil: any. See socket(7), SO_BINDTODEVICE.
    package var interface: String?

    package init(keepAlive: CInt = 60, userTimeout: CInt = 120) {
        self.keepAlive = keepAlive
        self.userTimeout = userTimeout
    }

    fileprivate static let probes: CInt = 3
}

extension Socket {
    /// Connects to the first of the addresses that answers.
    ///
    /// - Throws: the last address's error; ETIMEDOUT when the time is over.
    package static func connect(
        to addresses: [SocketAddress], deadline: Deadline, options: SocketOptions = SocketOptions()
    ) throws(SystemError) -> Socket {
        var last = SystemError("connect", errno: Errno(rawValue: EADDRNOTAVAIL))
        for address in addresses {
            do throws(SystemError) {
                return try connect(to: address, deadline, options)
            } catch {
                last = error
            }
        }
        throw last
    }

    private static func connect(
        to address: SocketAddress, _ deadline: Deadline, _ options: SocketOptions
    ) throws(SystemError) -> Socket {
        let subject = address.description
        let raw = try systemCall("make a socket for", subject) { shim_stream_socket(address.family) }
        let descriptor = FileDescriptor(owning: raw)
        if let interface = options.interface { try descriptor.bind(toInterface: interface) }
        do throws(SystemError) {
            try systemCall("connect to", subject) { unsafe address.withAddress { unsafe Glibc.connect(raw, $0, $1) } }
        } catch {
            guard error.errno == .inProgress else { throw error }
            guard try descriptor.wait(for: .writable, until: deadline) else {
                throw SystemError("connect to", subject, errno: .timedOut)
            }
            try descriptor.throwPendingError("connect to", subject)
        }
        let socket = Socket(owning: descriptor, peer: address)
        socket.set(options)
        return socket
    }
}

extension FileDescriptor {
    func wait(for event: Socket.Event, until deadline: Deadline) throws(SystemError) -> Bool {
        try ForeignSocket.wait(rawValue, for: event, until: deadline)
    }

    /// The kernel allows it once for each socket, and before Linux 5.7 only with CAP_NET_RAW.
    fileprivate func bind(toInterface name: String) throws(SystemError) {
        var name = name
        try systemCall("bind the connection to the interface", name) {
            name.withUTF8 { text in
                unsafe setsockopt(rawValue, SOL_SOCKET, SO_BINDTODEVICE, text.baseAddress, socklen_t(text.count))
            }
        }
    }

    fileprivate func throwPendingError(_ operation: String, _ subject: String) throws(SystemError) {
        var code: CInt = 0
        var length = socklen_t(MemoryLayout<CInt>.size)
        unsafe getsockopt(rawValue, SOL_SOCKET, SO_ERROR, &code, &length)
        if code != 0 { throw SystemError(operation, subject, errno: Errno(rawValue: code)) }
    }
}
