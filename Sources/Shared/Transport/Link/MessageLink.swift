package import Platform
package import Wire

/// Frames over a TLS session, owned by one thread.
///
/// Reading: `nextHeader`, then the payload, whole (`withPayload`) or in pieces (`withDataChunk`). Writing: `queue` messages
/// and `flush` them together. While a flush waits for room, what the peer has sent is read, so that two sides that both
/// write never wait for each other.
package struct MessageLink: ~Copyable {
    private let session: TLSSession
    private var input = InputBuffer()
    private var output: [UInt8] = []
    private let dataLimit: Int
    private var inputEnded = false
    /// Why reading has failed: nothing more comes, but what had come before is still lent.
    private var inputFailure: LinkError?
    /// Why a write has failed. The stream may have ended inside a frame: nothing may follow it.
    private var outputFailure: LinkError?
    private var mustGiveUp: (() -> Bool)?
    private var watch: AcknowledgementWatch?

    /// - Parameter dataLimit: bytes that one incoming `data` payload may have.
    package init(_ session: consuming TLSSession, dataLimit: Int) {
        self.session = session
        self.dataLimit = dataLimit
    }

    package var peer: SocketAddress { session.peer }

    /// How the session is protected, for the log: "TLSv1.3 TLS_AES_128_GCM_SHA256".
    package var protection: String { "\(session.version) \(session.cipher)" }

    /// Ends the TLS session politely.
    package func close() {
        session.close()
    }

    /// Lets every wait from here on be given up: `condition` is asked about twice a second while one lasts, and when it
    /// says so, the call throws `LinkError.givenUp`. A write that was given up can't be gone on with.
    package mutating func giveUpWaits(when condition: @escaping () -> Bool) {
        mustGiveUp = condition
    }

    /// Lets every wait from here on end once the peer's system hasn't acknowledged what was sent for so many seconds: the link
    /// is dead. A peer that is only slow may take its time.
    package mutating func endWaits(unacknowledgedFor seconds: Double) {
        watch = AcknowledgementWatch(seconds: seconds)
    }

    /// Bytes that a piece of `data` has at most.
    private static let chunk = 256 * 1024
    private static let smallBuffer = 1024
    /// While a link is silent for longer, its buffer's memory is given back.
    private static let idleSeconds = 1.0
    /// How long a wait goes on before it is asked whether it is to be given up.
    private static let sliceSeconds = 0.5
}

// MARK: - Reading

extension MessageLink {
    /// The next frame's header, checked against the limits before any payload is taken.
    ///
    /// - Returns: nil when the peer said goodbye between two frames.
    package mutating func nextHeader(until deadline: Deadline) throws(LinkError) -> FrameHeader? {
        if input.isEmpty, !inputEnded, try !waitBriefly(until: deadline) {
            input.release()
            if session.isServer { Thread.releaseUnusedStack() }
            // Before any memory is taken again: of ten thousand connections nearly all wait here.
            try wait(for: .readable, until: deadline)
        }
        guard try fill(FrameHeader.encodedSize, until: deadline) else {
            if input.isEmpty { return nil }
            throw .truncated
        }
        return try takeHeader()
    }

    /// The next frame's header if it has come, without waiting.
    ///
    /// - Parameter whole: with the whole payload at hand, so that `withPayload` won't wait either.
    /// - Returns: nil when it hasn't come yet, or the peer has ended.
    package mutating func nextHeaderIfAvailable() throws(LinkError) -> FrameHeader? {
        try readAvailable(FrameHeader.encodedSize)
        guard input.count >= FrameHeader.encodedSize else { return nil }
        let header = try peekHeader()
        let size = FrameHeader.encodedSize + Int(header.length)
        try readAvailable(size)
        if input.count < size { return nil }
        return try takeHeader()
    }

    /// Whether the peer has ended its side and everything before that was taken.
    package var hasEnded: Bool { inputEnded && input.count < FrameHeader.encodedSize }

    /// Whether something of the next frame is here already, so that it is worth reading on before answering.
    ///
    /// - Parameter deadline: how long to wait for it; by default not at all.
    package func hasInput(until deadline: Deadline = Deadline(at: Instant(nanoseconds: 0))) throws(LinkError) -> Bool {
        if !input.isEmpty || session.hasBufferedInput { return true }
        if inputEnded { return false }
        do throws(TLSError) {
            try session.wait(for: .readable, until: deadline)
            return true
        } catch {
            if case .timedOut = error { return false }
            throw LinkError(error)
        }
    }

    /// Waits until something of the next frame is here, or the other thing has happened.
    ///
    /// - Returns: whether something is here.
    package func awaitInput(or wakeUp: WakeUp) throws(LinkError) -> Bool {
        if try hasInput() { return true }
        // The peer has nothing more to say.
        if inputEnded { return false }
        do throws(TLSError) {
            return try session.waitForInput(or: wakeUp)
        } catch {
            throw LinkError(error)
        }
    }

    /// Lends the whole payload of a frame whose header was just read; not for `data`.
    package mutating func withPayload<R>(
        of header: FrameHeader, until deadline: Deadline, _ body: (RawSpan) throws(WireError) -> R
    ) throws(LinkError) -> R {
        guard try fill(Int(header.length), until: deadline) else { throw .truncated }
        do throws(WireError) {
            return try input.take(Int(header.length), body)
        } catch {
            throw .wire(error)
        }
    }

    /// Lends the next piece of a `data` payload: as large as the buffer allows, or what has come of it when the time is over
    /// or the peer has ended.
    ///
    /// - Parameter remaining: bytes of the payload not yet lent; reduced by what is.
    /// - Throws: `timedOut` when nothing has come; it can be called again then. Of a link that broke, what had come is lent
    ///   before that is told.
    package mutating func withDataChunk(
        remaining: inout Int, until deadline: Deadline, _ body: (RawSpan) -> Void
    ) throws(LinkError) {
        let wanted = min(remaining, Self.chunk)
        do throws(LinkError) {
            if try !fill(wanted, until: deadline), input.isEmpty { throw .truncated }
        } catch {
            if input.isEmpty { throw error }
        }
        let size = min(wanted, input.count)
        remaining -= size
        input.take(size, body)
    }

    private mutating func takeHeader() throws(LinkError) -> FrameHeader {
        let header = try peekHeader()
        input.take(FrameHeader.encodedSize) { _ in }
        return header
    }

    private func peekHeader() throws(LinkError) -> FrameHeader {
        let limit = dataLimit
        do throws(WireError) {
            return try input.peek(FrameHeader.encodedSize) { bytes throws(WireError) in
                try FrameHeader(decoding: bytes, dataLimit: limit)
            }
        } catch {
            throw .wire(error)
        }
    }

    /// Reads until `size` bytes are at hand.
    ///
    /// - Returns: false when the peer ended first.
    private mutating func fill(_ size: Int, until deadline: Deadline) throws(LinkError) -> Bool {
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

    /// Takes what has come, until `size` bytes are at hand.
    private mutating func readAvailable(_ size: Int) throws(LinkError) {
        if input.count >= size { return }
        input.makeRoom(for: max(size, Self.smallBuffer))
        while !inputEnded, input.count < size {
            guard let count = try receive(), count > 0 else { return }
        }
    }

    /// - Returns: nil when nothing has come.
    private mutating func receive() throws(LinkError) -> Int? {
        if let inputFailure { throw inputFailure }
        do throws(LinkError) {
            let count = try input.receive(from: session)
            if count == 0 { inputEnded = true }
            return count
        } catch {
            inputFailure = error
            throw error
        }
    }

    private mutating func wait(for event: Socket.Event, until deadline: Deadline) throws(LinkError) {
        // poll(2) looks even when the time is over: a peer that always has something to say would never be given up.
        if deadline.hasPassed { throw .timedOut }
        while true {
            let isLookedAfter = mustGiveUp != nil || watch != nil
            let slice = isLookedAfter ? min(deadline, .after(seconds: Self.sliceSeconds)) : deadline
            do throws(TLSError) {
                return try session.wait(for: event, until: slice)
            } catch {
                guard case .timedOut = error, !deadline.hasPassed else { throw LinkError(error) }
                if mustGiveUp?() == true { throw .givenUp }
                if watch?.isOverdue(session.acknowledgement) == true { throw .unreachable }
            }
        }
    }

    /// - Returns: false when nothing came for a while, though there is time left.
    private func waitBriefly(until deadline: Deadline) throws(LinkError) -> Bool {
        if session.hasBufferedInput { return true }
        let brief = Deadline.after(seconds: min(Self.idleSeconds, deadline.remainingSeconds))
        do throws(TLSError) {
            try session.wait(for: .readable, until: brief)
            return true
        } catch {
            if case .timedOut = error { return false }
            throw LinkError(error)
        }
    }
}

// MARK: - Writing

extension MessageLink {
    /// Bytes queued and not yet sent.
    package var queuedBytes: Int { output.count }

    /// Adds a message to what the next `flush` sends.
    package mutating func queue(_ message: ServerMessage) {
        message.encode(into: &output)
    }

    /// Adds a message to what the next `flush` sends.
    package mutating func queue(_ message: ClientMessage) {
        message.encode(into: &output)
    }

    /// Sends what is queued. Once that has failed, whatever the reason, nothing more is sent.
    ///
    /// - Parameter secret: overwrites the bytes where they stood, whether they could be sent or not.
    package mutating func flush(secret: Bool = false, until deadline: Deadline) throws(LinkError) {
        if output.isEmpty { return }
        var pending: [UInt8] = []
        swap(&pending, &output)
        defer { if secret { overwrite(&pending) } }
        try send(unsafe pending.span.bytes, until: deadline)
        pending.removeAll(keepingCapacity: pending.capacity <= Self.chunk)
        if output.isEmpty, !secret { swap(&pending, &output) }
    }

    /// Adds a frame that is encoded already to what the next `flush` sends: cheaper than a write of its own for a small one.
    package mutating func queue(_ frame: DataFrame) {
        frame.withBytes { bytes in unsafe bytes.withUnsafeBytes { unsafe output.append(contentsOf: $0) } }
    }

    /// Sends a frame that is encoded already, behind what is queued.
    package mutating func send(frame: DataFrame, until deadline: Deadline) throws(LinkError) {
        try flush(until: deadline)
        try frame.withBytes { bytes throws(LinkError) in try self.send(bytes, until: deadline) }
    }

    private mutating func send(_ bytes: RawSpan, until deadline: Deadline) throws(LinkError) {
        if let outputFailure { throw outputFailure }
        do throws(LinkError) {
            try sendAll(bytes, until: deadline)
        } catch {
            outputFailure = error
            throw error
        }
    }

    private mutating func sendAll(_ bytes: RawSpan, until deadline: Deadline) throws(LinkError) {
        var sent = 0
        while sent < bytes.byteCount {
            let count: Int
            do throws(TLSError) {
                count = try session.writeAvailable(bytes.extracting(sent..<bytes.byteCount))
            } catch {
                throw LinkError(error)
            }
            sent += count
            if count == 0 { try waitForRoom(until: deadline) }
        }
    }

    /// Waits until more can be sent; meanwhile takes what the peer sends, as a peer that waits for us to read would never
    /// read what we write. A peer that sends without bound is left waiting.
    private mutating func waitForRoom(until deadline: Deadline) throws(LinkError) {
        let mayRead = !session.isServer && !inputEnded && input.count < Self.mostInputWhileWriting
        try wait(for: mayRead ? .either : .writable, until: deadline)
        guard mayRead else { return }
        if input.count == input.capacity { input.makeRoom(for: max(2 * input.count, Self.smallBuffer)) }
        _ = try receive()
    }

    private static let mostInputWhileWriting = 1 << 20
}
