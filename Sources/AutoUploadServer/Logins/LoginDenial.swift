package import Domain

/// Why somebody isn't let in.
package struct LoginDenial: Error, Hashable, Sendable {
    /// What the client is told.
    package let refusal: Refusal
    /// For the admin, what the client must not know.
    package let reason: String?

    package init(_ refusal: Refusal, reason: String? = nil) {
        (self.refusal, self.reason) = (refusal, reason)
    }

    /// One for all that may be wrong, as nobody is told what it is.
    static func wrong(reason: String? = nil) -> LoginDenial {
        LoginDenial(
            Refusal(status: .credentialsWrong, text: "wrong user, password or one-time code"), reason: reason)
    }

    static let locked = LoginDenial(
        Refusal(status: .accountLocked, text: "the server's admin has locked this account"))

    static func tokenUnknown(reason: String? = nil) -> LoginDenial {
        LoginDenial(
            Refusal(status: .credentialsWrong, text: "the login token doesn't count, or not any more"), reason: reason)
    }

    static func busy(_ text: String) -> LoginDenial {
        LoginDenial(Refusal(status: .busy, retryAfterSeconds: 60, text: text))
    }
}
