import Accounts
import Platform
import Wire

/// Decides about logins. Checking a password takes tens of MiB and all of a core: only so many threads do it at a time, the
/// others queue.
final class LoginGate: Sendable {
    private let accounts: AccountDirectory
    private let turns: Gate
    private let patience: Double

    /// - Parameters:
    ///   - simultaneous: passwords that are checked at a time.
    ///   - patience: seconds that a login waits for its turn.
    init(accounts: AccountDirectory, simultaneous: Int, patience: Double) {
        self.accounts = accounts
        turns = Gate(permits: simultaneous)
        self.patience = patience
    }

    /// - Returns: the user's name, which is that of the folder.
    func decide(_ login: Authenticate) -> Result<UserName, LoginRefusal> {
        let decision = turns.enter(before: .after(seconds: patience)) { check(login) }
        return decision ?? Self.refuse(.busy, retryAfter: 60, "too many logins at once")
    }

    private func check(_ login: Authenticate) -> Result<UserName, LoginRefusal> {
        do throws(HashingError) {
            let verdict = try SecretBytes(login.password.bytes).withBytes { password throws(HashingError) in
                try accounts.verify(user: login.user.utf8, password: password)
            }
            switch verdict {
            case .accepted(let user): return .success(user)
            case .wrongPassword, .unknownUser, .unusablePassword:
                return Self.refuse(.credentialsWrong, "wrong user or password")
            }
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
