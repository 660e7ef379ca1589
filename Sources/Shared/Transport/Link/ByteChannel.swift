internal import Platform

/// What carries a stream's bytes: TLS, or a socket of this machine alone, which needs none.
enum ByteChannel: ~Copyable {
    case protected(TLSSession)
    case plain(Socket)

    var peer: SocketAddress {
        switch self {
        case .protected(let session): session.peer
        case .plain(let socket): socket.peer
        }
    }

    /// For the log: "TLSv1.3 TLS_AES_128_GCM_SHA256".
    var protection: String {
        switch self {
        case .protected(let session): "\(session.version) \(session.cipher)"
        case .plain: "none"
        }
    }

    var isProtected: Bool {
        switch self {
        case .protected: true
        case .plain: false
        }
    }

    /// Plain ones are accepted only.
    var isServer: Bool {
        switch self {
        case .protected(let session): session.isServer
        case .plain: true
        }
    }

    /// What the peer's system has acknowledged; nil where nobody asks.
    var acknowledgement: Acknowledgement? {
        switch self {
        case .protected(let session): session.acknowledgement
        case .plain: nil
        }
    }

    /// Whether bytes have come of which the socket knows nothing any more.
    var hasBufferedInput: Bool {
        switch self {
        case .protected(let session): session.hasBufferedInput
        case .plain: false
        }
    }

    /// Says goodbye, where there are words for it.
    func close() {
        switch self {
        case .protected(let session): session.close()
        case .plain: break
        }
    }

    /// Ends the connection in this direction only.
    func endWriting() {
        switch self {
        case .protected(let session): session.endWriting()
        case .plain(let socket): Socket.endWriting(rawDescriptor: socket.rawDescriptor)
        }
    }
}

// MARK: - Bytes

extension ByteChannel {
    /// Reads what has come, at most `buffer.count` bytes, without waiting.
    ///
    /// - Returns: nil when nothing has come yet; 0 at the peer's end.
    @safe func readAvailable(into buffer: UnsafeMutableRawBufferPointer) throws(LinkError) -> Int? {
        do throws(TLSError) {
            switch self {
            case .protected(let session): return try session.readAvailable(into: buffer)
            case .plain(let socket):
                return try Self.translate { () throws(SystemError) in try socket.readAvailable(into: buffer) }
            }
        } catch {
            throw LinkError(error)
        }
    }

    /// Writes what can be written of `bytes` without waiting.
    ///
    /// - Returns: bytes taken; after 0 the next call must begin with the same bytes.
    func writeAvailable(_ bytes: RawSpan) throws(LinkError) -> Int {
        do throws(TLSError) {
            switch self {
            case .protected(let session): return try session.writeAvailable(bytes)
            case .plain(let socket):
                return try Self.translate { () throws(SystemError) in try socket.writeAvailable(bytes) }
            }
        } catch {
            throw LinkError(error)
        }
    }

    /// Waits until there may be more to read, or room to write.
    ///
    /// - Throws: `LinkError.timedOut` when the time is over.
    func wait(for event: Socket.Event, until deadline: Deadline) throws(LinkError) {
        do throws(TLSError) {
            switch self {
            case .protected(let session): try session.wait(for: event, until: deadline)
            case .plain(let socket):
                let isReady = try Self.translate { () throws(SystemError) in
                    try socket.wait(for: event, until: deadline)
                }
                if !isReady { throw .timedOut }
            }
        } catch {
            throw LinkError(error)
        }
    }

    /// Waits until there may be more to read, or the other thing has happened.
    ///
    /// - Returns: whether there may be more to read.
    func waitForInput(or wakeUp: WakeUp) throws(LinkError) -> Bool {
        do throws(TLSError) {
            switch self {
            case .protected(let session): return try session.waitForInput(or: wakeUp)
            case .plain(let socket):
                return try Self.translate { () throws(SystemError) in try socket.waitForInput(or: wakeUp) }
            }
        } catch {
            throw LinkError(error)
        }
    }

    private static func translate<R>(_ call: () throws(SystemError) -> R) throws(TLSError) -> R {
        do throws(SystemError) {
            return try call()
        } catch {
            throw .disconnected(error.errno.description)
        }
    }
}
