import Domain
import Encodings
import Platform
import Testing
import Wire

/// Bytes inside TLS that break the protocol.
@Suite("Hostile frames")
struct HostileFrameTests {
    struct Attack: CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]

        init(_ name: String, _ bytes: [UInt8]) {
            testDescription = name
            self.bytes = bytes
        }

        init(_ name: String, _ messages: ClientMessage...) {
            var bytes: [UInt8] = []
            for message in messages { message.encode(into: &bytes) }
            self.init(name, bytes)
        }
    }

    // MARK: - Before the login

    static func hello() throws -> ClientMessage { .hello(try Hello(software: "test/1")) }

    static func offer(_ upload: UInt32, size: UInt64 = 5, path: String = "a") throws -> ClientMessage {
        .offer(upload: upload, try ProtocolClient.makeOffer(path: Array(path.utf8), size: size))
    }

    static let early = Result {
        [
            Attack("only ones", [UInt8](repeating: 0xff, count: 64)),
            Attack("random bytes", sample(10_000)),
            Attack("HTTP inside TLS", Array("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".utf8)),
            Attack("JSON of the original", Array(#"{"username":"camera","password":"secret"}"#.utf8)),
            Attack("a hello of 4 GiB", header(0x01, length: .max)),
            Attack("a hello of 64 KiB", header(0x01, length: 65_536)),
            Attack("data of 1 MiB", header(0x05, upload: 1, length: 1 << 20) + sample(1 << 20)),
            Attack("an unknown type", header(0x7f, length: 0)),
            Attack("type 0", header(0x00, length: 0)),
            Attack("a type of the server", header(0x87, upload: 1, length: 61) + sample(61)),
            Attack("reserved bytes", header(0x0a, reserved: 1, length: 0)),
            Attack("an undefined flag", header(0x0a, flags: 1, length: 0)),
            Attack("an upload for goodbye", header(0x0a, upload: 1, length: 0)),
            Attack("another magic", header(0x01, length: 8) + Array("AUP2".utf8) + [1, 1, 1, 0x78]),
            Attack("versions in the wrong order", header(0x01, length: 8) + Array("AUP1".utf8) + [2, 1, 1, 0x78]),
            Attack("bytes after the last field", header(0x01, length: 9) + Array("AUP1".utf8) + [1, 1, 1, 0x78, 0]),
            Attack("an offer before hello", try offer(1)),
            Attack("a login before hello", try login("camera", "x")),
            Attack("an offer before the login", try hello(), try offer(1)),
            Attack("data before the login", encoded(try hello()) + header(0x05, upload: 1, length: 1) + [0]),
            Attack("a query before the login", try hello(), try query(1)),
            Attack("hello twice", try hello(), try hello()),
        ]
    }

    @Test("before the login it ends the connection and nothing else", arguments: try early.get())
    func beforeTheLogin(_ attack: Attack) throws {
        let server = try TestServer()
        let client = try server.connect()
        try? client.send(bytes: attack.bytes)
        try expectViolation(server, client)
    }

    @Test("a version that the server doesn't speak is told apart")
    func versions() throws {
        let server = try TestServer()
        let client = try server.connect()
        try client.send(.hello(Hello(oldestVersion: 3, newestVersion: 9, software: "future/2")))
        guard case .closing(let refusal)? = try client.remainder().last else { throw Failure("no closing") }
        #expect(refusal.status == .versionUnsupported)
        _ = try server.logLine(with: " closed ", client.address, "versionUnsupported")
        try server.expectServing()
    }

    // MARK: - After the login

    static let late = Result {
        [
            Attack("random bytes", sample(10_000)),
            Attack("a second login", try login("camera", "x")),
            Attack("a second hello", try hello()),
            Attack("a stored from the client", header(0x87, upload: 1, length: 61) + sample(61)),
            Attack("an offer of 64 KiB", header(0x04, upload: 1, length: 65_536) + sample(65_536)),
            Attack("an offer of 4 GiB", header(0x04, upload: 1, length: .max)),
            Attack("an offer with an empty path", header(0x04, upload: 1, length: 38) + sample(38)),
            Attack("an offer with a path beyond its end", offer(pathLength: 4096, path: 10)),
            Attack("an offer with bytes after its path", offer(pathLength: 5, path: 10)),
            Attack("an offer of 2^63 bytes", offer(size: 1 << 63, pathLength: 5, path: 5)),
            Attack("upload 0", header(0x05, upload: 0, length: 1) + [0]),
            Attack("no data", try encoded(offer(1)) + header(0x05, upload: 1, length: 0)),
            Attack("too much data in a frame", try encoded(offer(1)) + header(0x05, upload: 1, length: (1 << 20) + 1)),
            Attack("data that wasn't offered", header(0x05, upload: 1, length: 1) + [0]),
            Attack("a finish that wasn't offered", try finish(7)),
            Attack("an abandon that wasn't offered", .abandon(upload: 7)),
            Attack("a number used twice", try offer(1), try offer(1, path: "b")),
            Attack("a number that goes back", try offer(5), try offer(4, path: "b")),
            Attack("a query's number used again", try query(3), try offer(3)),
            Attack("finish twice", encoded(try offer(1)) + frame + encoded(try finish(1)) + encoded(try finish(1))),
            Attack("data after finish", encoded(try offer(1)) + frame + encoded(try finish(1)) + frame),
        ]
    }

    /// The upload stays unfinished beside what breaks the protocol, so that there is something to be left over.
    @Test("after the login it ends the connection, and takes unfinished uploads with it", arguments: try late.get())
    func afterTheLogin(_ attack: Attack) throws {
        let server = try TestServer()
        let client = try server.loggedIn()
        try? client.send(bytes: attack.bytes)
        try expectViolation(server, client)
    }

    /// Whatever was finished before may be stored: nothing else.
    private func expectViolation(_ server: TestServer, _ client: ProtocolClient) throws {
        guard case .closing(let refusal)? = try client.remainder().last else { throw Failure("no closing") }
        #expect(refusal.status == .protocolViolation, "\(refusal)")
        _ = try server.logLine(with: " closed ", client.address, "reason=\"protocolViolation: ")
        let finished = try server.site.stored().keys.filter { $0 == "a" }
        try server.expectOnly(Array(finished), afterTheEndOf: client)
    }

    @Test("half a frame holds up nobody, and leaves nothing behind when its sender goes")
    func halfAFrame() throws {
        let server = try TestServer()
        let header = Self.header(0x05, upload: 1, length: 50_000)
        let clients = try [Array(header.prefix(7)), header + sample(10_000)].map { part in
            let client = try server.loggedIn()
            try client.offer("half.mp4", size: 100_000)
            guard case .proceed = try client.answer() else { throw Failure("no proceed") }
            try client.send(bytes: part)
            return client
        }
        try server.expectServing()
        #expect(try server.site.partials().count == 2)
        for client in clients {
            client.close()
            _ = try server.logLine(with: " closed ", client.address)
        }
        try server.expectOnly([], afterTheEndOf: clients[0])
    }
}

// MARK: - Frames

extension HostileFrameTests {
    static func header(
        _ type: UInt8, flags: UInt8 = 0, reserved: UInt16 = 0, upload: UInt32 = 0, length: UInt32
    ) -> [UInt8] {
        var bytes: [UInt8] = [type, flags]
        bytes.writeInteger(reserved)
        bytes.writeInteger(upload)
        bytes.writeInteger(length)
        return bytes
    }

    /// Data for the offer of five bytes.
    static let frame = header(0x05, upload: 1, length: 5) + Array("hello".utf8)

    static func encoded(_ message: ClientMessage) -> [UInt8] {
        var bytes: [UInt8] = []
        message.encode(into: &bytes)
        return bytes
    }

    static func login(_ user: String, _ password: String) throws -> ClientMessage {
        .authenticate(try Authenticate(user: user, password: Credential(Array(password.utf8))))
    }

    static func query(_ upload: UInt32) throws -> ClientMessage {
        .query(upload: upload, try Query(size: 5, digest: helloDigest(), path: Array("a".utf8)))
    }

    static func finish(_ upload: UInt32) throws -> ClientMessage {
        .finish(upload: upload, Finish(digest: try helloDigest()))
    }

    /// An offer whose fields needn't be right: a path that claims one length and has another.
    static func offer(size: UInt64 = 5, pathLength: UInt16, path: Int) -> [UInt8] {
        var payload = sample(16)
        payload.writeInteger(size)
        payload.writeInteger(Int64(0))
        payload.writeInteger(UInt32(0))
        payload.writeInteger(pathLength)
        payload += [UInt8](repeating: 0x61, count: path)
        return header(0x04, upload: 1, length: UInt32(payload.count)) + payload
    }

    private static func helloDigest() throws -> ContentDigest {
        guard let digest = ContentDigest(hex: try digest(of: Array("hello".utf8))) else { throw Failure("no digest") }
        return digest
    }
}
