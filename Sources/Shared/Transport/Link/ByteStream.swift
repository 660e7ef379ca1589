package import Platform

/// The bytes of a TLS session, or of a plain socket, in both directions, owned by one thread: every wait has a deadline, what was received and not yet
/// taken stands in a buffer.
///
/// While a client's write waits for room, what the server has sent is read, so that two sides that both write never wait for each
/// other.
package struct ByteStream: ~Copyable {
    private let channel: ByteChannel
    private var input = InputBuffer()
    private var inputEnded = false
    /// Why reading has failed: nothing more comes, but what had come before is still lent.
    private var inputFailure: LinkError?
    /// Why a write has failed. The stream may have ended inside a message: nothing may follow it.
    private var outputFailure: LinkError?
    private var mustGiveUp: (() -> Bool)?
    private var watch: AcknowledgementWatch?

    package init(_ session: consuming TLSSession) {
        channel = .protected(session)
    }

    /// Without any protection: for a socket that nobody else can hear.
    package init(plain socket: consuming Socket) {
        channel = .plain(socket)
    }

    package var peer: SocketAddress { channel.peer }

    /// How the session is protected, for the log: "TLSv1.3 TLS_AES_128_GCM_SHA256".
    package var protection: String { channel.protection }

    /// Whether it is TLS.
    package var isProtected: Bool { channel.isProtected }

    /// Ends the TLS session, if it is one, politely.
    package func close() {
        channel.close()
    }

    /// As `MessageLink.giveUpWaits`.
    package mutating func giveUpWaits(when condition: @escaping () -> Bool) {
        mustGiveUp = condition
    }

    /// As `MessageLink.endWaits`.
    package mutating func endWaits(unacknowledgedFor seconds: Double) {
        watch = AcknowledgementWatch(seconds: seconds)
    }

    private static let smallBuffer = 1024
    /// While a stream is silent for longer, its buffer's memory is given back.
    private static let idleSeconds = 1.0
    /// How long a wait goes on before it is asked whether it is to be given up.
    private static let sliceSeconds = 0.5
}

// MARK: - Reading

extension ByteStream {
    /// Bytes at hand.
    package var count: Int { input.count }

    /// The peer has ended its side: beyond what is at hand nothing comes.
    package var hasEnded: Bool { inputEnded }

    /// Lends the first `size` bytes at hand, and drops them.
    package mutating func take<R, E: Error>(_ size: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try input.take(size, body)
    }

    /// Lends the first `size` bytes at hand, which stay.
    package func peek<R, E: Error>(_ size: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
        try input.peek(size, body)
    }

    /// Waits for the next bytes, of which none are at hand; gives memory back where that takes long.
    package mutating func awaitNext(until deadline: Deadline) throws(LinkError) {
        guard input.isEmpty, !inputEnded, try !waitBriefly(until: deadline) else { return }
        input.release()
        if channel.isServer { Thread.releaseUnusedStack() }
        // Before any memory is taken again: of ten thousand connections nearly all wait here.
        try wait(for: .readable, until: deadline)
    }

    /// Reads until `size` bytes are at hand.
    ///
    /// - Returns: false when the peer ended first.
    package mutating func fill(_ size: Int, until deadline: Deadline) throws(LinkError) -> Bool {
        if input.count >= size { return true }
        input.makeRoom(for: max(size, Self.smallBuffer))
        while input.count < size {
            if inputEnded { return false }
            if try receive() == nil {
                try wait(for: .readable, until: deadline)
            } else if input.count < size, deadline.hasPassed {
                // A peer that always has one byte more to say never makes us wait.
                throw .timedOut
            }
        }
        return true
    }

    /// Waits for more than is at hand, and takes what has come, until `size` bytes are.
    ///
    /// - Returns: false when the peer has ended.
    package mutating func receiveSome(upTo size: Int, until deadline: Deadline) throws(LinkError) -> Bool {
        let before = input.count
        while true {
            try readAvailable(max(size, before + 1))
            if input.count > before { return true }
            if inputEnded { return false }
            try wait(for: .readable, until: deadline)
        }
    }

    /// Tells the peer's system that nothing more is sent; what it sends can still be read.
    package func endWriting() {
        channel.endWriting()
    }

    /// Takes what has come, until `size` bytes are at hand, without waiting.
    package mutating func readAvailable(_ size: Int) throws(LinkError) {
        if input.count >= size { return }
        input.makeRoom(for: max(size, Self.smallBuffer))
        while !inputEnded, input.count < size {
            guard let count = try receive(), count > 0 else { return }
        }
    }

    /// Whether something is here already.
    ///
    /// - Parameter deadline: how long to wait for it; by default not at all.
    package func hasInput(until deadline: Deadline = Deadline(at: Instant(nanoseconds: 0))) throws(LinkError) -> Bool {
        if !input.isEmpty || channel.hasBufferedInput { return true }
        if inputEnded { return false }
        return try isReadable(until: deadline)
    }

    /// Waits until something is here, or the other thing has happened.
    ///
    /// - Returns: whether something is here.
    package func awaitInput(or wakeUp: WakeUp) throws(LinkError) -> Bool {
        if try hasInput() { return true }
        // The peer has nothing more to say.
        if inputEnded { return false }
        return try channel.waitForInput(or: wakeUp)
    }

    /// - Returns: nil when nothing has come.
    private mutating func receive() throws(LinkError) -> Int? {
        if let inputFailure { throw inputFailure }
        do throws(LinkError) {
            let count = try input.receive(from: channel)
            if count == 0 { inputEnded = true }
            return count
        } catch {
            inputFailure = error
            throw error
        }
    }

    /// - Returns: false when nothing came for a while, though there is time left.
    private func waitBriefly(until deadline: Deadline) throws(LinkError) -> Bool {
        if channel.hasBufferedInput { return true }
        return try isReadable(until: .after(seconds: min(Self.idleSeconds, deadline.remainingSeconds)))
    }

    private func isReadable(until deadline: Deadline) throws(LinkError) -> Bool {
        do throws(LinkError) {
            try channel.wait(for: .readable, until: deadline)
            return true
        } catch {
            if case .timedOut = error { return false }
            throw error
        }
    }

    private mutating func wait(for event: Socket.Event, until deadline: Deadline) throws(LinkError) {
        // poll(2) looks even when the time is over: a peer that always has something to say would never be given up.
        if deadline.hasPassed { throw .timedOut }
        while true {
            let isLookedAfter = mustGiveUp != nil || watch != nil
            let slice = isLookedAfter ? min(deadline, .after(seconds: Self.sliceSeconds)) : deadline
            do throws(LinkError) {
                return try channel.wait(for: event, until: slice)
            } catch {
                guard case .timedOut = error, !deadline.hasPassed else { throw error }
                if mustGiveUp?() == true { throw .givenUp }
                if let acknowledgement = channel.acknowledgement, watch?.isOverdue(acknowledgement) == true {
                    throw .unreachable
                }
            }
        }
    }
}

// MARK: - Writing

extension ByteStream {
    /// Sends bytes. Once that has failed, whatever the reason, nothing more is sent.
    package mutating func send(_ bytes: RawSpan, until deadline: Deadline) throws(LinkError) {
        if let outputFailure { throw outputFailure }
        do throws(LinkError) {
            try sendAll(bytes, until: deadline)
        } catch {
            outputFailure = error
            throw error
        }
    }

    package mutating func send(_ bytes: [UInt8], until deadline: Deadline) throws(LinkError) {
        try send(unsafe bytes.span.bytes, until: deadline)
    }

    /// Sends the first bytes of a buffer.
    ///
    /// - Parameter count: 0 … the buffer's.
    package mutating func send(first count: Int, of buffer: [UInt8], until deadline: Deadline) throws(LinkError) {
        try send(unsafe buffer.span.bytes.extracting(first: count), until: deadline)
    }

    private mutating func sendAll(_ bytes: RawSpan, until deadline: Deadline) throws(LinkError) {
        var sent = 0
        while sent < bytes.byteCount {
            let count = try channel.writeAvailable(bytes.extracting(sent..<bytes.byteCount))
            sent += count
            if count == 0 { try waitForRoom(until: deadline) }
        }
    }

    /// Waits until more can be sent; meanwhile takes what the peer sends, as a peer that waits for us to read would never
    /// read what we write. A peer that sends without bound is left waiting.
    private mutating func waitForRoom(until deadline: Deadline) throws(LinkError) {
        let mayRead = !channel.isServer && !inputEnded && input.count < Self.mostInputWhileWriting
        try wait(for: mayRead ? .either : .writable, until: deadline)
        guard mayRead else { return }
        if input.count == input.capacity { input.makeRoom(for: max(2 * input.count, Self.smallBuffer)) }
        _ = try receive()
    }

    private static let mostInputWhileWriting = 1 << 20
}
