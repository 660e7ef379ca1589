import Accounts
import Logins
package import Platform

/// Passwords that are no user's, such as of links: they take as much as logins, and have their turns among them.
extension LoginDesk {
    /// - Parameter hash: as text.
    /// - Returns: nil when there was no turn or no memory.
    package func isPassword(_ given: String, of hash: String, from group: AddressGroup) -> Bool? {
        guard let hash = try? PasswordHash(Array(hash.utf8)), (1...1024).contains(given.utf8.count) else {
            return false
        }
        return gate.inTurn(applicant(group)) {
            try? SecretBytes(given.utf8).withBytes { password throws(HashingError) in try hash.matches(password) }
        } isWrong: {
            !$0
        }
    }

    /// - Returns: the hash's text; nil when there was no turn or no memory.
    package func hash(of password: String, from group: AddressGroup) -> String? {
        gate.inTurn(applicant(group)) {
            try? SecretBytes(password.utf8).withBytes { password throws(HashingError) in
                try PasswordHash.make(of: password, parameters: .recommended).text
            }
        } isWrong: { _ in
            false
        }
    }
}
