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
        let verdict = turns.enter(before: .after(seconds: patience)) {
            accounts.verify(user: login.user, password: SecretBytes(login.password.bytes))
        }
        guard let verdict else {
            return .failure(
                LoginRefusal(refusal: Refusal(status: .busy, retryAfterSeconds: 60, text: "too many logins at once")))
        }
        guard let user = verdict else {
            return .failure(LoginRefusal(refusal: Refusal(status: .credentialsWrong, text: "wrong user or password")))
        }
        return .success(user)
    }
}
