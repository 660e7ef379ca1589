import Accounts
package import Domain
import Encodings
package import Platform
import Transport

/// Sessions of those who have logged in to the admin site. Kept are hashes of what their browsers show, in memory; what is to outlive
/// the process is told (`takeChanges`). A session is bound to the user's line of the password file as it was, and ends by itself when it isn't used, and in any
/// case after its lifetime.
package final class SiteSessions: Sendable {
    private struct Session {
        let login: Login
        let end: Instant
        var lastUse: Instant
        /// When its use was told last.
        var told: Instant
    }

    private struct State {
        var sessions: [ContentDigest: Session] = [:]
        var changes: [Change] = []
        /// That were ended lately, whatever somebody else may remember of them.
        var ended: Set<ContentDigest> = []

        mutating func end(_ key: ContentDigest) {
            sessions[key] = nil
            if ended.count >= SiteSessions.most { ended = [] }
            ended.insert(key)
            changes.append(.ended(key))
        }
    }

    /// What somebody has to know who keeps sessions over a restart: by the hash of what the browser shows.
    package enum Change: Sendable {
        case began(ContentDigest, Login)
        case used(ContentDigest)
        case ended(ContentDigest)
    }

    private let state = Monitor(State())
    /// Seconds.
    private let idle, lifetime: Double

    /// Of one user, and in all. The one that was used least lately makes room.
    static let perUser = 50
    static let most = 10_000
    /// Seconds between two times that the use of one is told.
    private static let pause = 60.0

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
        state.withLock { state in
            for (old, session) in state.sessions where !isAlive(session, now) { state.end(old) }
            Self.makeRoom(for: login, &state)
            state.sessions[key] = Session(
                login: login, end: now.advanced(bySeconds: lifetime), lastUse: now, told: now)
            state.changes.append(.began(key, login))
        }
        return id
    }

    /// Goes on with one of an earlier process.
    ///
    /// - Parameters:
    ///   - age: seconds since it began.
    ///   - idle: seconds since it was used.
    /// - Returns: whether it still counts.
    package func resume(_ id: SessionID, _ login: Login, age: Double, idle: Double, now: Instant = .now) -> Bool {
        guard age >= 0, age < lifetime, idle >= 0, idle < self.idle, let key = id.hash else { return false }
        return state.withLock { state in
            if state.ended.contains(key) { return false }
            Self.makeRoom(for: login, &state)
            state.sessions[key] = Session(
                login: login, end: now.advanced(bySeconds: lifetime - age), lastUse: now,
                told: Instant(nanoseconds: 0))
            return true
        }
    }

    /// Whether this process hasn't ended it.
    package func mayBeKept(_ id: SessionID) -> Bool {
        id.hash.map { key in state.withLock { !$0.ended.contains(key) } } ?? false
    }

    /// What has become of sessions since this was asked last.
    package func takeChanges() -> [Change] {
        state.withLock { state in
            defer { state.changes = [] }
            return state.changes
        }
    }

    /// Whose session it is, which is used by this. Whether the user's line is still the same is the caller's to find out.
    package func login(with id: SessionID, now: Instant = .now) -> Login? {
        guard let key = id.hash else { return nil }
        return state.withLock { state in
            guard let session = state.sessions[key] else { return nil }
            guard isAlive(session, now) else {
                state.end(key)
                return nil
            }
            state.sessions[key]?.lastUse = now
            if now.seconds(since: session.told) >= Self.pause {
                state.sessions[key]?.told = now
                state.changes.append(.used(key))
            }
            return session.login
        }
    }

    /// Whether it goes on, without its being used by this.
    package func isAlive(_ id: SessionID, now: Instant = .now) -> Bool {
        guard let key = id.hash else { return false }
        return state.withLock { state in state.sessions[key].map { isAlive($0, now) } ?? false }
    }

    package func end(_ id: SessionID) {
        guard let key = id.hash else { return }
        state.withLock { $0.end(key) }
    }

    private func isAlive(_ session: Session, _ now: Instant) -> Bool {
        now < session.end && now.seconds(since: session.lastUse) < idle
    }

    private static func makeRoom(for login: Login, _ state: inout State) {
        let own = state.sessions.filter { $0.value.login.user == login.user }
        let crowded = own.count >= perUser ? own : state.sessions.count >= most ? state.sessions : [:]
        guard let oldest = crowded.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
        state.end(oldest.key)
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

    package var hash: ContentDigest? { ContentHasher.digest(of: bytes) }

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
