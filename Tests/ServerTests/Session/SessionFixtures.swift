import Domain
import Testing
import Wire

@testable import DeviceFace

/// A session brought to each of its phases, and values to talk to it with.
enum SessionPhase: String, CaseIterable, Sendable {
    case greeting, anonymous, verifying, ready, closed

    /// A session in this phase.
    func make(maxOpenUploads: UInt16 = 4) throws -> SessionState {
        var state = SessionState(maxOpenUploads: maxOpenUploads)
        if self == .greeting { return state }
        if self == .closed {
            _ = try state.hear(.goodbye)
            return state
        }
        _ = try state.hear(.hello(Hello(software: "test")))
        if self == .anonymous { return state }
        _ = try state.hear(.authenticate(Fixture.login))
        if self == .verifying { return state }
        _ = state.loginDecided(.success(try Granted()))
        return state
    }
}

enum Fixture {
    static var digest: ContentDigest {
        get throws { try #require(ContentDigest([UInt8](repeating: 0xab, count: 32))) }
    }

    static var nonce: ReceiptNonce {
        get throws { try #require(ReceiptNonce([UInt8](repeating: 0xcd, count: 32))) }
    }

    static var login: Authenticate {
        get throws { try Authenticate(user: "camera", password: Credential(Array("secret".utf8))) }
    }

    static var welcome: Welcome {
        get throws { try Welcome(software: "test", maxOpenUploads: 4, serverTime: 0) }
    }

    private static var newID: UploadID { UploadID(high: .random(in: 0 ... .max), low: .random(in: 0 ... .max)) }

    static func offer(size: UInt64 = 10, path: String = "clip.mp4", fresh: Bool = true) throws -> Offer {
        try Offer(
            uploadID: newID, size: size, modified: ModificationTime(seconds: 1, nanoseconds: 2),
            path: Array(path.utf8), isFresh: fresh)
    }

    static func offer(bytes path: [UInt8]) throws -> Offer {
        try Offer(
            uploadID: newID, size: 1, modified: ModificationTime(seconds: 1, nanoseconds: 2),
            path: path, isFresh: true)
    }

    static func query(size: UInt64 = 10, path: String = "clip.mp4") throws -> Query {
        try Query(size: size, digest: digest, path: Array(path.utf8))
    }
}

extension SessionState {
    mutating func hear(_ message: ClientMessage) throws -> [SessionAction] {
        receive(message, welcome: try Fixture.welcome)
    }
}

extension [SessionAction] {
    /// The statuses of uploads that are refused.
    var refusals: [Status] {
        compactMap { if case .refuse(_, _, let refusal) = $0 { refusal.status } else { nil } }
    }

    /// The status that the connection is closed for; nil when it isn't, or without a reason.
    var closing: Status? {
        compactMap { if case .close(let refusal) = $0 { refusal?.status } else { nil } }.first
    }

    var closes: Bool {
        contains { if case .close = $0 { true } else { false } }
    }
}
