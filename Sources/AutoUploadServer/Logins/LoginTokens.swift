import Accounts
package import Domain
import Platform
import Transport

/// Tokens with which who has logged in comes back, without another password hash and another one-time code.
///
/// Kept are their hashes only, in memory: a restart of the server ends them. A token is bound to the user's line of the
/// password file as it was, and ends after its lifetime however often it was used.
package final class LoginTokens: Sendable {
    private struct Grant {
        let login: Login
        let end: Instant
    }

    private struct State {
        var grants: [ContentDigest: Grant] = [:]
        /// The hashes of each user's tokens, the oldest first: all last equally long.
        var ofUser: [UserName: [ContentDigest]] = [:]
    }

    private let state = Monitor(State())
    /// Seconds; 0: none are granted.
    private let lifetime: UInt32

    /// Of one user: a fleet may share an account. The oldest makes room for one more.
    static let perUser = 10_000
    /// In all, some 15 MB.
    static let most = 50_000
    private static let length = 32

    package init(lifetime: UInt32) {
        self.lifetime = lifetime
    }

    /// A token, and how many seconds it is good for.
    package struct Token: Sendable {
        package let bytes: Credential
        package let lifetime: UInt32
    }

    /// Grants a token to who has just logged in with all that it takes.
    ///
    /// - Returns: nil where none are given, or there is no room: it goes on without.
    func grant(_ login: Login, now: Instant = .now) -> Token? {
        guard lifetime > 0, let bytes = try? randomBytes(Self.length), let hash = ContentHasher.digest(of: bytes) else {
            return nil
        }
        let isKept = state.withLock { state in
            Self.makeRoom(for: login.user, in: &state, now)
            guard state.grants.count < Self.most else { return false }
            state.grants[hash] = Grant(login: login, end: now.advanced(bySeconds: Double(lifetime)))
            state.ofUser[login.user, default: []].append(hash)
            return true
        }
        return isKept ? Token(bytes: Credential(bytes), lifetime: lifetime) : nil
    }

    /// Whose token it is, if it counts. Whether the user's line is still the same is the caller's to find out.
    func login(with token: Credential, now: Instant = .now) -> Login? {
        guard let hash = ContentHasher.digest(of: token.bytes) else { return nil }
        return state.withLock { state in state.grants[hash].flatMap { now < $0.end ? $0.login : nil } }
    }

    /// Ends the tokens of logins that don't count any more.
    func end(_ isOver: (Login) -> Bool) {
        // Who judges looks at a file: nobody waits for that.
        let logins = state.withLock { Set($0.grants.values.map(\.login)) }
        let over = logins.filter(isOver)
        if over.isEmpty { return }
        state.withLock { state in
            state.grants = state.grants.filter { !over.contains($0.value.login) }
            for user in Set(over.map(\.user)) { Self.tidy(user, in: &state) }
        }
    }

    private static func makeRoom(for user: UserName, in state: inout State, _ now: Instant) {
        if state.grants.count >= most {
            state.grants = state.grants.filter { now < $0.value.end }
            for user in state.ofUser.keys { tidy(user, in: &state) }
        }
        guard let hashes = state.ofUser[user], hashes.count >= perUser else { return }
        let superfluous = hashes.prefix(hashes.count - perUser + 1)
        for hash in superfluous { state.grants[hash] = nil }
        state.ofUser[user] = Array(hashes.dropFirst(superfluous.count))
    }

    private static func tidy(_ user: UserName, in state: inout State) {
        let hashes = state.ofUser[user, default: []].filter { state.grants[$0] != nil }
        state.ofUser[user] = hashes.isEmpty ? nil : hashes
    }
}
