import Domain
import TestSupport
import Testing
import Wire

/// Every type of frame in every state, and every length that a header can claim, over real TLS.
@Suite("Hostile order")
struct HostileOrderTests {
    /// A state of the session, and what may be sent in it (docs/PROTOCOL.md, section 7).
    enum Stage: CaseIterable, CustomTestStringConvertible {
        case greeting, login, ready, uploading, asked

        var testDescription: String { "\(self)" }

        var allowed: Set<FrameType> {
            switch self {
            case .greeting: [.hello, .goodbye]
            case .login: [.challenge, .authenticate, .reauthenticate, .ping, .goodbye]
            // Data, finish and abandon are about a number that was never offered.
            case .ready, .asked: [.offer, .query, .ping, .goodbye]
            case .uploading: [.offer, .data, .finish, .abandon, .query, .ping, .goodbye]
            }
        }

        func client(of server: TestServer) throws -> ProtocolClient {
            let client = try server.connect()
            if self == .greeting { return client }
            _ = try client.greet()
            if self == .login { return client }
            try client.send(HostileFrameTests.login(Fixtures.user, Fixtures.password))
            guard case .granted = try client.answer() else { throw Failure("no login") }
            switch self {
            case .uploading: try client.offer("open", size: 5, upload: 8)
            case .asked: try client.send(HostileFrameTests.query(7))
            default: return client
            }
            _ = try client.answer()
            return client
        }
    }

    @Test(
        "a frame that isn't allowed ends the connection as a violation, one that is doesn't", arguments: Stage.allCases)
    func everyFrame(_ stage: Stage) throws {
        let server = try TestServer()
        try server.unharmed {
            for type in FrameType.allCases {
                let client = try stage.client(of: server)
                try? client.send(bytes: Self.frame(type, in: stage))
                // Another frame that is allowed: what is no violation is answered, and then ends by this.
                try? client.send(.goodbye)
                let last = try client.remainder().last
                #expect(Self.isViolation(last) != stage.allowed.contains(type), "\(type) in \(stage): \(last as Any)")
                try server.end(of: client)
            }
        }
    }

    @Test(
        "a length that the type can't have ends the connection before a byte of it is awaited",
        arguments: FrameType.allCases)
    func everyLength(_ type: FrameType) throws {
        let server = try TestServer()
        let range = type.rules.lengths
        let wrong = Set([range.lowerBound &- 1, range.upperBound + 1, 1 << 24, 1 << 31, .max]).filter {
            !range.contains($0)
        }
        try server.unharmed {
            for length in wrong {
                for stage in [Stage.greeting, .login, .uploading] {
                    let client = try stage.client(of: server)
                    let upload: UInt32 = type.rules.namesUpload ? 8 : 0
                    try client.send(bytes: HostileFrameTests.header(type.rawValue, upload: upload, length: length))
                    #expect(Self.isViolation(try client.remainder().last), "\(type) of \(length) in \(stage)")
                    try server.end(of: client)
                }
            }
        }
    }

    @Test("a header's other fields are checked in every state", arguments: Stage.allCases)
    func everyHeader(_ stage: Stage) throws {
        let server = try TestServer()
        try server.unharmed {
            for type in FrameType.allCases where type.isFromClient {
                for attack in Self.wrongHeaders(type) {
                    let client = try stage.client(of: server)
                    try client.send(bytes: attack)
                    #expect(Self.isViolation(try client.remainder().last), "\(type) in \(stage): \(attack)")
                    try server.end(of: client)
                }
            }
        }
    }

    /// A number where there must be none or none where there must be one, an undefined flag, a reserved byte.
    private static func wrongHeaders(_ type: FrameType) -> [[UInt8]] {
        let (upload, length): (UInt32, UInt32) = (type.rules.namesUpload ? 8 : 0, type.rules.lengths.lowerBound)
        return [
            HostileFrameTests.header(type.rawValue, upload: 8 - upload, length: length),
            HostileFrameTests.header(type.rawValue, flags: 0x80, upload: upload, length: length),
            HostileFrameTests.header(type.rawValue, reserved: 1, upload: upload, length: length),
        ]
    }

    private static func isViolation(_ message: ServerMessage?) -> Bool {
        if case .closing(let refusal)? = message { refusal.status == .protocolViolation } else { false }
    }

    /// A frame of the type that has nothing wrong but its place.
    private static func frame(_ type: FrameType, in stage: Stage) throws -> [UInt8] {
        switch type {
        case .hello: HostileFrameTests.encoded(try HostileFrameTests.hello())
        case .authenticate: HostileFrameTests.encoded(try HostileFrameTests.login("nobody", "x"))
        case .reauthenticate: HostileFrameTests.encoded(.reauthenticate(try Reauthenticate(token: Credential([1]))))
        case .offer: HostileFrameTests.encoded(try HostileFrameTests.offer(9))
        case .data: HostileFrameTests.header(0x05, upload: 8, length: 5) + Array("hello".utf8)
        case .finish: HostileFrameTests.encoded(try HostileFrameTests.finish(8))
        case .abandon: HostileFrameTests.encoded(.abandon(upload: 8))
        case .query: HostileFrameTests.encoded(try HostileFrameTests.query(9))
        case .ping: HostileFrameTests.encoded(.ping(Ping(opaque: 1)))
        case .goodbye: HostileFrameTests.encoded(.goodbye)
        default:
            HostileFrameTests.header(
                type.rawValue, upload: type.rules.namesUpload ? 8 : 0, length: type.rules.lengths.lowerBound)
                + [UInt8](repeating: 0, count: Int(type.rules.lengths.lowerBound))
        }
    }
}
