package import Domain

/// What somebody says to be let in, by whichever way it came.
package struct LoginAttempt: Hashable, Sendable {
    /// As it came: whether there is, or can be, such a user is for the accounts to say.
    package let user: String
    package let password: Credential

    package init(user: String, password: Credential) {
        (self.user, self.password) = (user, password)
    }

    /// Whether there is both, and neither longer than anybody's is.
    package var isBounded: Bool { (1...64).contains(user.utf8.count) && (1...1024).contains(password.bytes.count) }
}
