import Accounts
import Platform
import Wire

/// Decides about logins. Checking a password takes tens of MiB and all of a core: only so many threads do it at a time, the
/// others queue. Who was let in a moment ago needn't.
final class LoginGate: Sendable {
    private let accounts: AccountDirectory
    private let verified: VerifiedLogins
    private let turns: Gate
    private let patience: Double

    /// - Parameters:
    ///   - simultaneous: passwords that are checked at a time.
    ///   - patience: seconds that a login waits for its turn.
    init(accounts: AccountDirectory, verified: VerifiedLogins, simultaneous: Int, patience: Double) {
        self.accounts = accounts
        self.verified = verified
        turns = Gate(permits: simultaneous)
        self.patience = patience
    }

    /// - Returns: the user's name, which is that of the folder.
    func decide(_ login: Authenticate) -> Result<UserName, LoginRefusal> {
        if let user = userVerifiedBefore(login) { return .success(user) }
        let decision = turns.enter(before: .after(seconds: patience)) {
            // While this one queued, the same login may have been found right.
            userVerifiedBefore(login).map(Result.success) ?? check(login)
        }
        return decision ?? Self.refuse(.busy, retryAfter: 60, "too many logins at once")
    }

    private func userVerifiedBefore(_ login: Authenticate) -> UserName? {
        guard let entry = accounts.entry(named: login.user.utf8) else { return nil }
        guard let mark = verified.mark(entry.name, entry.hash, login.password) else { return nil }
        return verified.contains(mark) ? entry.name : nil
    }

    private func check(_ login: Authenticate) -> Result<UserName, LoginRefusal> {
        // Taken before the check: if the line changes meanwhile, what is remembered is the old line's.
        let entry = accounts.entry(named: login.user.utf8)
        do throws(HashingError) {
            let verdict = try SecretBytes(login.password.bytes).withBytes { password throws(HashingError) in
                try accounts.verify(user: login.user.utf8, password: password)
            }
            guard case .accepted(let user) = verdict else {
                return Self.refuse(.credentialsWrong, "wrong user or password")
            }
            if let entry, let mark = verified.mark(entry.name, entry.hash, login.password) { verified.remember(mark) }
            return .success(user)
        } catch {
            return Self.refuse(.busy, retryAfter: 60, "no memory to check the password just now")
        }
    }

    private static func refuse(
        _ status: Status, retryAfter: UInt32 = 0, _ text: String
    ) -> Result<UserName, LoginRefusal> {
        .failure(LoginRefusal(refusal: Refusal(status: status, retryAfterSeconds: retryAfter, text: text)))
    }
}
