import Platform
import TestSupport
import Testing
import Transport

/// The server's side of one connection on loopback, on a thread of its own.
final class LoopbackPeer<Value: Sendable>: Sendable {
    private let listener: Listener
    private let outcome = Monitor<Result<Value, any Error>?>(nil)

    /// - Parameter body: is given the first connection that comes, within half a minute.
    init(_ body: @escaping @Sendable (consuming Socket) throws -> Value) throws {
        Signals.ignoreNuisances()
        let listener = try Listener(on: #require(resolve(host: "127.0.0.1", port: 0, passive: true).first))
        self.listener = listener
        let outcome = outcome
        try Thread.detach {
            let result = Result {
                guard let socket = try listener.accept(until: .after(seconds: 30)) else { throw Failure("nobody came") }
                return try body(socket)
            }
            outcome.change { $0 = result }
        }
    }

    var port: UInt16 { listener.address.port }

    /// Waits for what the body came to. Every wait in it has to have an end.
    func value() throws -> Value {
        try outcome.wait { $0 }.get()
    }

    /// A connection to it, without TLS.
    func connect() throws -> Socket {
        try Socket.connect(
            to: resolve(host: "127.0.0.1", port: port, passive: false), deadline: .after(seconds: 30))
    }
}

extension LoopbackPeer {
    /// A peer that completes the handshake first.
    static func secure(
        _ context: TLSContext, seconds: Double = 30, _ body: @escaping @Sendable (consuming TLSSession) throws -> Value
    ) throws -> LoopbackPeer {
        try LoopbackPeer { socket in
            let session = try TLSSession(accepting: socket, context: context)
            try session.handshake(until: .after(seconds: seconds))
            return try body(session)
        }
    }

    /// A client's session with it, after the handshake.
    func session(
        to host: String = "127.0.0.1", _ context: TLSContext? = nil, seconds: Double = 30, validAt time: Int64? = nil
    ) throws -> TLSSession {
        let context = try context ?? .testClient()
        let session = try TLSSession(connecting: connect(), to: host, context: context, validAt: time)
        try session.handshake(until: .after(seconds: seconds))
        return session
    }
}

extension TLSContext {
    static func testServer(
        _ certificates: ExampleCertificates? = nil, minimum: TLSVersion = .tls13
    ) throws -> TLSContext {
        let certificates = try certificates ?? ExampleCertificates.loopback.get()
        return try TLSContext(
            certificateChain: certificates.chain, privateKey: certificates.key, minimum: minimum)
    }

    static func testClient(_ certificates: ExampleCertificates? = nil) throws -> TLSContext {
        let certificates = try certificates ?? ExampleCertificates.loopback.get()
        return try TLSContext(authorities: certificates.authority, minimum: .tls13)
    }
}

/// Why a test can't go on.
struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

extension TLSSession {
    /// Sends all bytes, in pieces of at most so many.
    func send(_ bytes: [UInt8], pieces: Int = .max) throws {
        var sent = 0
        while sent < bytes.count {
            let end = sent + min(pieces, bytes.count - sent)
            let span = unsafe bytes.span.bytes
            let count = try writeAvailable(span.extracting(sent..<end))
            sent += count
            if count == 0 { try wait(for: .writable, until: .after(seconds: 30)) }
        }
    }

    /// Reads until so many bytes have come, or the peer has ended.
    func receive(_ count: Int) throws -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        while received.count < count {
            let read = try buffer.withUnsafeMutableBytesTyped { memory throws(TLSError) in
                try readAvailable(into: memory)
            }
            if read == 0 { break }
            if let read {
                received += buffer[..<read]
            } else {
                try wait(for: .readable, until: .after(seconds: 30))
            }
        }
        return received
    }
}
