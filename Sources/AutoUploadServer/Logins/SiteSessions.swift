import Accounts
import Domain
import Encodings
package import Platform
import Transport

/// Sessions of those who have logged in to the admin site. Kept are hashes of what their browsers show, in memory: a restart ends
/// them. A session is bound to the user's line of the password file as it was, and ends by itself when it isn't used, and in any
/// case after its lifetime.
package final class SiteSessions: Sendable {
    private struct Session {
        let login: Login
        let end: Instant
        var lastUse: Instant
    }

    private let sessions = Monitor<[ContentDigest: Session]>([:])
    /// Seconds.
    private let idle, lifetime: Double

    /// Of one user, and in all. The one that was used least lately makes room.
    static let perUser = 50
    static let most = 10_000

    /// - Parameters:
    ///   - idle: seconds without use after which a session ends.
    ///   - lifetime: seconds after which it ends in any case.
    package init(idle: Double, lifetime: Double) {
        (self.idle, self.lifetime) = (idle, lifetime)
    }

    /// Begins one, under an id that nobody has seen before.
    ///
    /// - Returns: nil when there is no randomness for it.
    package func begin(_ login: Login, now: Instant = .now) -> SessionID? {
        guard let id = SessionID.random(), let key = id.hash else { return nil }
        sessions.withLock { sessions in
            sessions = sessions.filter { isAlive($0.value, now) }
            Self.makeRoom(for: login, &sessions)
            sessions[key] = Session(login: login, end: now.advanced(bySeconds: lifetime), lastUse: now)
        }
        return id
    }

    /// Whose session it is, which is used by this. Whether the user's line is still the same is the caller's to find out.
    package func login(with id: SessionID, now: Instant = .now) -> Login? {
        guard let key = id.hash else { return nil }
        return sessions.withLock { sessions in
            guard let session = sessions[key] else { return nil }
            guard isAlive(session, now) else {
                sessions[key] = nil
                return nil
            }
            sessions[key]?.lastUse = now
            return session.login
        }
    }

    /// Whether it goes on, without its being used by this.
    package func isAlive(_ id: SessionID, now: Instant = .now) -> Bool {
        guard let key = id.hash else { return false }
        return sessions.withLock { sessions in sessions[key].map { isAlive($0, now) } ?? false }
    }

    package func end(_ id: SessionID) {
        guard let key = id.hash else { return }
        sessions.withLock { $0[key] = nil }
    }

    private func isAlive(_ session: Session, _ now: Instant) -> Bool {
        now < session.end && now.seconds(since: session.lastUse) < idle
    }

    private static func makeRoom(for login: Login, _ sessions: inout [ContentDigest: Session]) {
        let own = sessions.filter { $0.value.login.user == login.user }
        let crowded = own.count >= perUser ? own : sessions.count >= most ? sessions : [:]
        guard let oldest = crowded.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        sessions[oldest.key] = nil
    }
}

/// What a browser shows for its session: a random number of 256 bits, of which the server keeps only a hash.
package struct SessionID: Sendable {
    private let bytes: [UInt8]

    private static let length = 32

    static func random() -> SessionID? {
        (try? randomBytes(length)).map(SessionID.init(bytes:))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// - Parameter text: as it was given to the browser. Fails for anything else.
    package init?(_ text: [UInt8]) {
        guard text.count == 2 * Self.length,
            let bytes = Encodings.bytes(ofHexadecimal: String(decoding: text, as: UTF8.self))
        else { return nil }
        self.bytes = bytes
    }

    package var text: String { hexadecimal(bytes) }

    fileprivate var hash: ContentDigest? { ContentHasher.digest(of: bytes) }

    /// What a form of this session's pages shows: who doesn't know the id can't make it, and who sees it doesn't learn the id.
    ///
    /// - Returns: nil when OpenSSL has no memory.
    package var formToken: String? {
        KeyedHash(key: bytes).tag(of: Array("auto-upload: forms of this session".utf8)).map(hexadecimal)
    }

    package func isFormToken(_ text: String) -> Bool {
        guard let token = formToken else { return false }
        return SecretBytes(token.utf8).isEqual(to: SecretBytes(text.utf8))
    }
}
