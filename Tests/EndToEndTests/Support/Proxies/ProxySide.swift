import Glibc
import Platform
import Transport

/// A proxy's TLS connection to one of its two peers.
struct ProxySide: ~Copyable {
    private let session: TLSSession
    private let descriptor: CInt
    private var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    /// What is still to be written to the peer.
    var output: [UInt8] = []
    private(set) var hasEnded = false
    private(set) var saidGoodbye = false
    private var isShut = false
    private var isGone = false

    private static let handshakeSeconds = 60.0
    private static let mostOutput = 1 << 20

    private init(_ session: consuming TLSSession, _ descriptor: CInt) {
        self.session = session
        self.descriptor = descriptor
    }

    /// The side of a client that has connected.
    static func accept(_ socket: consuming Socket, _ context: TLSContext) throws -> ProxySide {
        let descriptor = socket.rawDescriptor
        let session = try TLSSession(accepting: socket, context: context)
        try session.handshake(until: .after(seconds: handshakeSeconds))
        return ProxySide(session, descriptor)
    }

    /// The side of the server.
    static func connect(_ socket: consuming Socket, _ context: TLSContext) throws -> ProxySide {
        let descriptor = socket.rawDescriptor
        let session = try TLSSession(connecting: socket, to: "127.0.0.1", context: context)
        try session.handshake(until: .after(seconds: handshakeSeconds))
        return ProxySide(session, descriptor)
    }

    /// Whether nothing more comes from the peer, nor goes to it.
    var isOver: Bool { hasEnded && (output.isEmpty || isGone) }

    /// Whether to read: what is read must find room at the other side.
    func mayRead(for other: borrowing ProxySide) -> Bool {
        !hasEnded && other.output.count < Self.mostOutput
    }

    /// What has come.
    ///
    /// - Returns: nil when there is nothing, or the peer has ended.
    mutating func read() -> ArraySlice<UInt8>? {
        do throws(TLSError) {
            let count = try buffer.withUnsafeMutableBytesTyped { memory throws(TLSError) in
                try session.readAvailable(into: memory)
            }
            guard let count else { return nil }
            hasEnded = count == 0
            saidGoodbye = count == 0
            return hasEnded ? nil : buffer[..<count]
        } catch {
            hasEnded = true
            return nil
        }
    }

    /// Takes what has come and drops it.
    mutating func swallow() {
        while !hasEnded, read() != nil {}
    }

    /// Writes what can be written without waiting. A peer that is gone takes everything.
    ///
    /// - Returns: whether anything was written.
    mutating func write() -> Bool {
        if output.isEmpty { return false }
        do throws(TLSError) {
            let count = isGone ? output.count : try session.writeAvailable(unsafe output.span.bytes)
            output.removeFirst(count)
            return count > 0
        } catch {
            isGone = true
            output.removeAll()
            return true
        }
    }

    /// Ends this direction: with TLS's goodbye, or without.
    mutating func end(politely: Bool) {
        if isShut { return }
        isShut = true
        if politely { session.close() }
        _ = shutdown(descriptor, CInt(SHUT_WR))
    }

    /// Lets the close of the socket be a reset (SO_LINGER of socket(7)).
    func resetAtClose() {
        var linger = linger(l_onoff: 1, l_linger: 0)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }

    /// Drops what still comes until the peer ends, for half a minute at most.
    mutating func drain() {
        let deadline = Deadline.after(seconds: 30)
        var ends = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while !deadline.hasPassed {
            let count = unsafe recv(descriptor, &buffer, buffer.count, CInt(MSG_DONTWAIT))
            if count == 0 || (count < 0 && errno != EAGAIN) { return }
            if count < 0 { _ = unsafe Glibc.poll(&ends, 1, 100) }
        }
    }

    func poll(isReading: Bool) -> pollfd {
        let events = (isReading ? POLLIN : 0) | (output.isEmpty ? 0 : POLLOUT)
        // One that nothing is awaited from would still tell of its end, again and again.
        return pollfd(fd: events == 0 ? -1 : descriptor, events: Int16(events), revents: 0)
    }
}
