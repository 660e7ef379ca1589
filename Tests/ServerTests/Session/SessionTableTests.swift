import Domain
import Testing
import Wire

@testable import DeviceFace

/// Every message in every phase: docs/PROTOCOL.md, section 7.
@Suite struct SessionTableTests {
    /// What a message may lead to, without its details.
    enum Outcome: Equatable, Sendable {
        case welcome, verify, verifyToken, pong, begin, look, violation, goodbye, nothing
    }

    /// The messages, one of each kind, by name; a number that they carry was never offered.
    enum Kind: String, CaseIterable, Sendable {
        case hello, challenge, authenticate, reauthenticate, offer, finish, abandon, query, ping, goodbye

        func message() throws -> ClientMessage {
            switch self {
            case .hello: .hello(try Hello(software: "test"))
            case .challenge: .challenge(Challenge(nonce: try Fixture.nonce))
            case .authenticate: .authenticate(try Fixture.login)
            case .reauthenticate: .reauthenticate(try Reauthenticate(token: Credential([1])))
            case .offer: .offer(upload: 1, try Fixture.offer())
            case .finish: .finish(upload: 1, Finish(digest: try Fixture.digest))
            case .abandon: .abandon(upload: 1)
            case .query: .query(upload: 1, try Fixture.query())
            case .ping: .ping(Ping(opaque: 7))
            case .goodbye: .goodbye
            }
        }
    }

    static let table: [SessionPhase: [Kind: Outcome]] = [
        .greeting: [.hello: .welcome, .goodbye: .goodbye],
        .anonymous: [
            .challenge: .nothing, .authenticate: .verify, .reauthenticate: .verifyToken, .ping: .pong,
            .goodbye: .goodbye,
        ],
        .verifying: [.goodbye: .goodbye],
        .ready: [.offer: .begin, .query: .look, .ping: .pong, .goodbye: .goodbye],
        .closed: [
            .hello: .nothing, .challenge: .nothing, .authenticate: .nothing, .reauthenticate: .nothing,
            .offer: .nothing,
            .finish: .nothing, .abandon: .nothing, .query: .nothing, .ping: .nothing, .goodbye: .nothing,
        ],
    ]

    @Test("a message leads to what the table says", arguments: SessionPhase.allCases, Kind.allCases)
    func message(_ phase: SessionPhase, _ kind: Kind) throws {
        var state = try phase.make()
        let actions = try state.hear(kind.message())
        #expect(try Self.outcome(actions) == Self.table[phase]?[kind] ?? .violation)
    }

    @Test("whatever closes lets nothing more happen", arguments: SessionPhase.allCases, Kind.allCases)
    func closed(_ phase: SessionPhase, _ kind: Kind) throws {
        var state = try phase.make()
        guard try state.hear(kind.message()).closes else { return }
        for next in Kind.allCases {
            #expect(try state.hear(next.message()).isEmpty)
        }
        for type in FrameType.allCases { #expect(!state.allows(type)) }
        #expect(state.loginDecided(.success(try Granted())).isEmpty)
    }

    private static func outcome(_ actions: [SessionAction]) throws -> Outcome {
        if actions.isEmpty { return .nothing }
        switch actions[0] {
        case .send(.welcome(let welcome)) where actions.count == 1:
            #expect(try welcome == Fixture.welcome)
            return .welcome
        case .send(.pong(let ping)) where actions.count == 1:
            #expect(ping.opaque == 7)
            return .pong
        case .verifyToken(let login) where actions.count == 1:
            #expect(login.token.bytes == [1])
            return .verifyToken
        case .verify(let login) where actions.count == 1:
            #expect(try login == Fixture.login)
            return .verify
        case .begin(upload: 1, _, let path) where actions.count == 1:
            #expect(path.bytes == Array("clip.mp4".utf8))
            return .begin
        case .look(upload: 1, _, let path) where actions.count == 1:
            #expect(path.bytes == Array("clip.mp4".utf8))
            return .look
        case .close(nil) where actions.count == 1: return .goodbye
        case .close(let refusal?) where actions.count == 1:
            #expect(refusal.status == .protocolViolation)
            return .violation
        default:
            Issue.record("unexpected actions: \(actions)")
            return .nothing
        }
    }

    // MARK: Frame types

    static let allowed: [SessionPhase: Set<FrameType>] = [
        .greeting: [.hello, .goodbye],
        .anonymous: [.challenge, .authenticate, .reauthenticate, .ping, .goodbye],
        .verifying: [], .closed: [],
        .ready: [.offer, .data, .finish, .abandon, .query, .ping, .goodbye],
    ]

    @Test("a frame's payload is taken only where its type is allowed", arguments: SessionPhase.allCases)
    func allows(_ phase: SessionPhase) throws {
        let state = try phase.make()
        #expect(Set(FrameType.allCases.filter(state.allows)) == Self.allowed[phase])
    }

    @Test("data before the login is a violation, not a matter of numbers", arguments: SessionPhase.allCases)
    func data(_ phase: SessionPhase) throws {
        var state = try phase.make()
        let (decision, actions) = state.receiveData(upload: 1, length: 1)
        guard case .close(let refusal) = decision else {
            Issue.record("data was not turned away: \(decision)")
            return
        }
        #expect(refusal.status == .protocolViolation)
        #expect(actions.isEmpty)
    }
}
