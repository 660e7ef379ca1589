import Domain
import Glibc
import Transport
import Wire

@testable import Platform

/// A peer that says exactly what it is told to, right or wrong, over a real TLS connection. Used by one thread.
final class ProtocolClient {
    private let link: PeerLink
    private var nextUpload: UInt32 = 1

    init(port: UInt16, authority: String, context: TLSContext? = nil, from source: String? = nil) throws {
        let context = try context ?? TLSContext(authorities: authority, minimum: .tls13)
        link = try PeerLink(port: port, context: context, from: source)
    }

    /// Its own address, as the server's log tells it.
    var address: String { link.address }

    /// The connection below TLS: for what a real client never does to it.
    var rawDescriptor: CInt { link.rawDescriptor }

    /// Whether the server has ended the connection, as far as is known without waiting.
    var isOver: Bool { link.isOver }

    /// Ends the connection with TLS's goodbye.
    func close() {
        link.close()
    }
}

// MARK: - Sending

extension ProtocolClient {
    func send(_ messages: ClientMessage...) throws {
        var bytes: [UInt8] = []
        for message in messages { message.encode(into: &bytes) }
        try send(bytes: bytes)
    }

    /// Sends bytes as they are. What the server says meanwhile is kept for `receive`.
    func send(bytes: [UInt8], seconds: Double = 120) throws {
        try link.send(bytes, seconds: seconds)
    }

    /// Sends what goes without taking anything from the server.
    ///
    /// - Parameter patience: seconds without progress after which it gives up.
    /// - Returns: bytes sent.
    func sendWithoutReading(_ bytes: [UInt8], patience: Double) throws -> Int {
        try link.sendWithoutReading(bytes, patience: patience)
    }

    func send(data: [UInt8], upload: UInt32) throws {
        var bytes: [UInt8] = []
        for start in stride(from: 0, to: data.count, by: Self.payload) {
            let part = data[start..<min(start + Self.payload, data.count)]
            FrameHeader(type: .data, upload: upload, length: UInt32(part.count)).encode(into: &bytes)
            bytes += part
        }
        try send(bytes: bytes)
    }

    private static let payload = 256 * 1024
}

// MARK: - Receiving

extension ProtocolClient {
    /// The server's next message.
    ///
    /// - Returns: nil when the connection has ended.
    /// - Throws: `Failure` when nothing came in time, `WireError` when it isn't the protocol.
    func receive(seconds: Double = 120) throws -> ServerMessage? {
        let deadline = Deadline.after(seconds: seconds)
        guard try fill(FrameHeader.encodedSize, deadline) else { return nil }
        let header = try FrameHeader(decoding: Array(link.received[..<FrameHeader.encodedSize]).span)
        let size = FrameHeader.encodedSize + Int(header.length)
        guard try fill(size, deadline) else { throw Failure("the server ended in the middle of a message") }
        let payload = Array(link.received[FrameHeader.encodedSize..<size])
        link.received.removeFirst(size)
        return try ServerMessage(header: header, payload: payload.span)
    }

    /// The server's next message, which must come.
    func answer(seconds: Double = 120) throws -> ServerMessage {
        guard let message = try receive(seconds: seconds) else { throw Failure("the server ended the connection") }
        return message
    }

    /// What the server says until it ends the connection.
    func remainder(seconds: Double = 120) throws -> [ServerMessage] {
        var messages: [ServerMessage] = []
        while let message = try receive(seconds: seconds) { messages.append(message) }
        return messages
    }

    private func fill(_ size: Int, _ deadline: Deadline) throws -> Bool {
        try link.fill(deadline) { $0.count >= size }
    }
}

// MARK: - The protocol, said right

extension ProtocolClient {
    func greet() throws -> Welcome {
        try send(.hello(Hello(software: "test/1")))
        guard case .welcome(let welcome) = try answer() else { throw Failure("no welcome") }
        return welcome
    }

    /// Greets and logs in.
    func logIn(_ user: String, _ password: String) throws {
        guard case .granted = try tryToLogIn(user, password) else { throw Failure("the login wasn't granted") }
    }

    /// - Returns: the answer to the login, or what came instead of a welcome.
    func tryToLogIn(_ user: String, _ password: String, code: String = "") throws -> ServerMessage {
        try send(.hello(Hello(software: "test/1")))
        let greeting = try answer()
        guard case .welcome = greeting else { return greeting }
        try sendLogin(user, password, code)
        return try answer(seconds: 180)
    }

    /// Sends a login, and leaves it at that.
    func beginLogin(_ user: String, _ password: String) throws {
        _ = try greet()
        try sendLogin(user, password)
    }

    func sendLogin(_ user: String, _ password: String, _ code: String = "") throws {
        let (password, code) = (Credential(Array(password.utf8)), Credential(Array(code.utf8)))
        try send(.authenticate(Authenticate(user: user, password: password, oneTimeCode: code)))
    }

    /// Takes the next number.
    func newUpload() -> UInt32 {
        defer { nextUpload += 1 }
        return nextUpload
    }

    /// - Returns: the upload's number.
    @discardableResult
    func offer(_ path: String, size: Int, upload: UInt32? = nil) throws -> UInt32 {
        try offer(path: Array(path.utf8), size: UInt64(size), upload: upload)
    }

    @discardableResult
    func offer(path: [UInt8], size: UInt64, upload: UInt32? = nil) throws -> UInt32 {
        let upload = upload ?? newUpload()
        try send(.offer(upload: upload, try Self.makeOffer(path: path, size: size)))
        return upload
    }

    static func makeOffer(path: [UInt8], size: UInt64) throws -> Offer {
        let modified = try ModificationTime(seconds: 1_700_000_000, nanoseconds: 123_456_789)
        let uploadID = UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max))
        return try Offer(uploadID: uploadID, size: size, modified: modified, path: path, isFresh: true)
    }

    func finish(_ upload: UInt32, _ content: [UInt8]) throws {
        guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
        try send(.finish(upload: upload, Finish(digest: digest)))
    }

    /// Sends a whole file.
    ///
    /// - Returns: the final answer.
    func upload(_ content: [UInt8], to path: String) throws -> ServerMessage {
        try upload(content, to: Array(path.utf8))
    }

    func upload(_ content: [UInt8], to path: [UInt8]) throws -> ServerMessage {
        let upload = try offer(path: path, size: UInt64(content.count))
        try send(data: content, upload: upload)
        try finish(upload, content)
        return try finalAnswer(to: upload)
    }

    /// Asks whether a file is stored.
    ///
    /// - Returns: nil when the content is present, else why not.
    func ask(_ path: String, _ content: [UInt8]) throws -> Status? {
        guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
        let number = newUpload()
        try send(.query(upload: number, Query(size: UInt64(content.count), digest: digest, path: Array(path.utf8))))
        switch try answer() {
        case .present(number, let confirmation):
            guard confirmation.digest == digest else { throw Failure("another digest") }
            return nil
        case .refused(number, let refusal): return refusal.status
        case let other: throw Failure("\(other)")
        }
    }

    /// The next message that isn't `proceed`.
    func finalAnswer(to upload: UInt32) throws -> ServerMessage {
        while true {
            let message = try answer(seconds: 180)
            if case .proceed = message { continue }
            return message
        }
    }
}

/// A TCP connection without TLS.
enum PlainClient {
    static func connect(_ port: UInt16) throws -> Socket {
        // A server that hangs up mustn't end the tests. Programs that are started inherit it, and set it themselves.
        Signals.ignoreNuisances()
        let addresses = try resolve(host: "127.0.0.1", port: port, passive: false)
        return try Socket.connect(to: addresses, deadline: .after(seconds: 30))
    }

    /// - Parameter source: an address of 127.0.0.0/8, for the client's own.
    static func connect(_ port: UInt16, from source: String) throws -> Socket {
        Signals.ignoreNuisances()
        let raw = socket(AF_INET, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        let descriptor = FileDescriptor(owning: raw)
        guard let own = try resolve(host: source, port: 0, passive: true).first,
            let peer = try resolve(host: "127.0.0.1", port: port, passive: true).first,
            unsafe own.withAddress({ unsafe bind(raw, $0, $1) }) == 0,
            unsafe peer.withAddress({ unsafe Glibc.connect(raw, $0, $1) }) == 0, fcntl(raw, F_SETFL, O_NONBLOCK) == 0
        else { throw Failure("can't connect from \(source): \(Errno.current)") }
        return Socket(owning: descriptor, peer: peer)
    }

    /// The socket's own address: "127.0.0.1:54321".
    static func address(of socket: borrowing Socket) -> String {
        let descriptor = socket.rawDescriptor
        let address = try? unsafe SocketAddress { address, length throws(SystemError) in
            guard unsafe getsockname(descriptor, address, length) == 0 else {
                throw SystemError("look", errno: .current)
            }
        }
        return address?.description ?? "?"
    }
}
