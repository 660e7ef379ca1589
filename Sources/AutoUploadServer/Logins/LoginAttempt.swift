import Accounts
package import Domain
import Transport

/// What somebody says to be let in, by whichever way it came.
package struct LoginAttempt: Hashable, Sendable {
    /// As it came: whether there is, or can be, such a user is for the accounts to say.
    package let user: String
    package let password: Credential
    /// One-time; empty: none was given.
    package let code: Credential
    package let way: Way

    package enum Way: Hashable, Sendable {
        /// Once for a connection.
        case connection
        /// Again with each request, of which many may make one upload: a code that was right counts for a while. It may stand at the
        /// end of the password, as it is typed where there is no field for it.
        case request
    }

    package init(user: String, password: Credential, code: Credential = Credential([]), way: Way = .connection) {
        (self.user, self.password, self.code, self.way) = (user, password, code, way)
    }

    /// Whether there is both, and neither longer than anybody's is.
    package var isBounded: Bool { (1...64).contains(user.utf8.count) && (1...1024).contains(password.bytes.count) }

    /// The same with a code that stands at the end of the password taken from it.
    ///
    /// - Parameter entry: the user's line.
    func separated(for entry: PasswordEntry?) -> LoginAttempt {
        guard way == .request, code.bytes.isEmpty, entry?.settings.seed != nil else { return self }
        let end = password.bytes.suffix(OneTimeSeed.digits)
        guard end.count == OneTimeSeed.digits, end.allSatisfy({ (0x30...0x39).contains($0) }) else { return self }
        return LoginAttempt(
            user: user, password: Credential(password.bytes.dropLast(end.count)), code: Credential(Array(end)), way: way
        )
    }
}
