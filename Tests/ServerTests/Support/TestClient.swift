import Domain
import Platform
import TestSupport
import Testing
import Transport
import Wire

/// A peer that says what it is told to, right or wrong. Used by one thread at a time.
final class TestClient: @unchecked Sendable {
    // Sendable: a test hands it from one thread to another, never shares it.
    private let session: TLSSession
    private var received: [UInt8] = []
    private var hasEnded = false

    convenience init(_ server: TestServer) throws {
        try self.init(port: server.port)
    }

    init(port: UInt16) throws {
        Signals.ignoreNuisances()
        let addresses = try resolve(host: "127.0.0.1", port: port, passive: false)
        let socket = try Socket.connect(to: addresses, deadline: .after(seconds: 30))
        let context = try TLSContext(authorities: ExampleCertificates.loopback.get().authority, minimum: .tls13)
        session = try TLSSession(connecting: socket, to: "127.0.0.1", context: context)
        try session.handshake(until: .after(seconds: 30))
    }

    /// Greets and logs in.
    func logIn() throws {
        try send(.hello(Hello(software: "test")))
        guard case .welcome = try receive() else { throw Unexpected() }
        let password = Credential(Array(TestServer.password.utf8))
        try send(.authenticate(Authenticate(user: TestServer.user, password: password)))
        guard case .granted = try receive() else { throw Unexpected() }
    }

    struct Unexpected: Error {}

    // MARK: Sending

    func send(_ messages: ClientMessage...) throws {
        var bytes: [UInt8] = []
        for message in messages { message.encode(into: &bytes) }
        try send(bytes: bytes)
    }

    /// Sends bytes, and reads nothing meanwhile.
    func send(bytes: [UInt8], seconds: Double = 120) throws {
        var sent = 0
        while sent < bytes.count {
            sent += try write(bytes, from: sent)
            if sent < bytes.count { try session.wait(for: .writable, until: .after(seconds: seconds)) }
        }
    }

    /// - Returns: bytes that could be sent without waiting.
    func write(_ bytes: [UInt8], from start: Int) throws -> Int {
        let span = unsafe bytes.span.bytes
        return try session.writeAvailable(span.extracting(start..<bytes.count))
    }

    static func data(_ content: [UInt8], upload: UInt32) -> [UInt8] {
        var bytes: [UInt8] = []
        FrameHeader(type: .data, upload: upload, length: UInt32(content.count)).encode(into: &bytes)
        return bytes + content
    }

    /// Offer, data and finish of a file, in one piece.
    static func file(_ content: [UInt8], as path: String, upload: UInt32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        ClientMessage.offer(upload: upload, try Fixture.offer(size: UInt64(content.count), path: path))
            .encode(into: &bytes)
        if !content.isEmpty { bytes += data(content, upload: upload) }
        ClientMessage.finish(upload: upload, Finish(digest: try content.digest())).encode(into: &bytes)
        return bytes
    }

    // MARK: Receiving

    /// - Returns: nil when the connection has ended.
    func receive(seconds: Double = 120) throws -> ServerMessage? {
        let deadline = Deadline.after(seconds: seconds)
        guard try fill(FrameHeader.encodedSize, deadline) else { return nil }
        let header = try FrameHeader(decoding: Array(received[..<FrameHeader.encodedSize]).span)
        let size = FrameHeader.encodedSize + Int(header.length)
        guard try fill(size, deadline) else { throw Unexpected() }
        let payload = Array(received[FrameHeader.encodedSize..<size])
        received.removeFirst(size)
        return try ServerMessage(header: header, payload: payload.span)
    }

    /// All that comes until the connection ends.
    func remainder() throws -> [ServerMessage] {
        var messages: [ServerMessage] = []
        while let message = try receive() { messages.append(message) }
        return messages
    }

    /// Does something again and again, until a message comes that is waited for.
    ///
    /// - Returns: false when the connection ended first.
    func wait(while doing: () throws -> Void, for isIt: (ServerMessage) -> Bool) throws -> Bool {
        let deadline = Deadline.after(seconds: 30)
        while !hasEnded, !deadline.hasPassed {
            try doing()
            _ = try readAvailable()
            while received.count >= FrameHeader.encodedSize {
                guard let message = try receive() else { return false }
                if isIt(message) { return true }
            }
        }
        return false
    }

    private func fill(_ size: Int, _ deadline: Deadline) throws -> Bool {
        while received.count < size {
            if hasEnded { return false }
            if try !readAvailable() { try session.wait(for: .readable, until: deadline) }
        }
        return true
    }

    /// - Returns: whether something has come, the end included.
    private func readAvailable() throws(TLSError) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 64 * 1024)
        do throws(TLSError) {
            let count = try buffer.withUnsafeMutableBytesTyped { memory throws(TLSError) in
                try session.readAvailable(into: memory)
            }
            guard let count else { return false }
            hasEnded = count == 0
            received += buffer[..<count]
        } catch .disconnected {
            hasEnded = true
        }
        return true
    }
}
