package import Platform
package import Wire

/// Frames over a TLS session, owned by one thread.
///
/// Reading: `nextHeader`, then the payload, whole (`withPayload`) or in pieces (`withDataChunk`). Writing: `queue` messages
/// and `flush` them together. While a flush waits for room, what the peer has sent is read, so that two sides that both
/// write never wait for each other.
package struct MessageLink: ~Copyable {
    private var stream: ByteStream
    private var output: [UInt8] = []
    private let dataLimit: Int

    /// - Parameter dataLimit: bytes that one incoming `data` payload may have.
    package init(_ session: consuming TLSSession, dataLimit: Int) {
        stream = ByteStream(session)
        self.dataLimit = dataLimit
    }

    package var peer: SocketAddress { stream.peer }

    /// How the session is protected, for the log: "TLSv1.3 TLS_AES_128_GCM_SHA256".
    package var protection: String { stream.protection }

    /// Ends the TLS session politely.
    package func close() {
        stream.close()
    }

    /// Lets every wait from here on be given up: `condition` is asked about twice a second while one lasts, and when it
    /// says so, the call throws `LinkError.givenUp`. A write that was given up can't be gone on with.
    package mutating func giveUpWaits(when condition: @escaping () -> Bool) {
        stream.giveUpWaits(when: condition)
    }

    /// Lets every wait from here on end once the peer's system hasn't acknowledged what was sent for so many seconds: the link
    /// is dead. A peer that is only slow may take its time.
    package mutating func endWaits(unacknowledgedFor seconds: Double) {
        stream.endWaits(unacknowledgedFor: seconds)
    }

    /// Bytes that a piece of `data` has at most.
    private static let chunk = 256 * 1024
}

// MARK: - Reading

extension MessageLink {
    /// The next frame's header, checked against the limits before any payload is taken.
    ///
    /// - Returns: nil when the peer said goodbye between two frames.
    package mutating func nextHeader(until deadline: Deadline) throws(LinkError) -> FrameHeader? {
        try stream.awaitNext(until: deadline)
        guard try stream.fill(FrameHeader.encodedSize, until: deadline) else {
            if stream.count == 0 { return nil }
            throw .truncated
        }
        return try takeHeader()
    }

    /// The next frame's header if it has come, without waiting.
    ///
    /// - Parameter whole: with the whole payload at hand, so that `withPayload` won't wait either.
    /// - Returns: nil when it hasn't come yet, or the peer has ended.
    package mutating func nextHeaderIfAvailable() throws(LinkError) -> FrameHeader? {
        try stream.readAvailable(FrameHeader.encodedSize)
        guard stream.count >= FrameHeader.encodedSize else { return nil }
        let header = try peekHeader()
        let size = FrameHeader.encodedSize + Int(header.length)
        try stream.readAvailable(size)
        if stream.count < size { return nil }
        return try takeHeader()
    }

    /// Whether the peer has ended its side and everything before that was taken.
    package var hasEnded: Bool { stream.hasEnded && stream.count < FrameHeader.encodedSize }

    /// Whether something of the next frame is here already, so that it is worth reading on before answering.
    ///
    /// - Parameter deadline: how long to wait for it; by default not at all.
    package func hasInput(until deadline: Deadline = Deadline(at: Instant(nanoseconds: 0))) throws(LinkError) -> Bool {
        try stream.hasInput(until: deadline)
    }

    /// Waits until something of the next frame is here, or the other thing has happened.
    ///
    /// - Returns: whether something is here.
    package func awaitInput(or wakeUp: WakeUp) throws(LinkError) -> Bool {
        try stream.awaitInput(or: wakeUp)
    }

    /// Lends the whole payload of a frame whose header was just read; not for `data`.
    package mutating func withPayload<R>(
        of header: FrameHeader, until deadline: Deadline, _ body: (RawSpan) throws(WireError) -> R
    ) throws(LinkError) -> R {
        guard try stream.fill(Int(header.length), until: deadline) else { throw .truncated }
        do throws(WireError) {
            return try stream.take(Int(header.length), body)
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
            if try !stream.fill(wanted, until: deadline), stream.count == 0 { throw .truncated }
        } catch {
            if stream.count == 0 { throw error }
        }
        let size = min(wanted, stream.count)
        remaining -= size
        stream.take(size, body)
    }

    private mutating func takeHeader() throws(LinkError) -> FrameHeader {
        let header = try peekHeader()
        stream.take(FrameHeader.encodedSize) { _ in }
        return header
    }

    private func peekHeader() throws(LinkError) -> FrameHeader {
        let limit = dataLimit
        do throws(WireError) {
            return try stream.peek(FrameHeader.encodedSize) { bytes throws(WireError) in
                try FrameHeader(decoding: bytes, dataLimit: limit)
            }
        } catch {
            throw .wire(error)
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
        try stream.send(unsafe pending.span.bytes, until: deadline)
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
        try frame.withBytes { bytes throws(LinkError) in try stream.send(bytes, until: deadline) }
    }
}
