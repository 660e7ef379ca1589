import Accounts
import Domain
package import Platform
import Transport

/// Remembers for a minute that a password was checked and right, so that a fleet of devices of one account, which all
/// reconnect at once, costs one password hash and not one for each; and for longer that a one-time code was, for the further
/// requests of who has given it.
///
/// It keeps no password, only a hash under a key of this process, bound to the user's line in the password file: a changed
/// password or a removed user counts at once.
package final class VerifiedLogins: Sendable {
    private let keyedHash: KeyedHash
    private let known = Monitor<[[UInt8]: Instant]>([:])

    /// That a password counts.
    static let seconds = 60.0
    /// That a one-time code counts for further requests with it, from the same address: long uploads are made of many.
    static let requestSeconds = 12.0 * 3600
    private static let capacity = 10_000

    package init() throws(SystemError) {
        keyedHash = try KeyedHash()
    }

    /// What stands for a login.
    ///
    /// - Returns: nil when there is none, or no memory for it; then it can't be remembered.
    func mark(_ user: UserName, _ hash: PasswordHash, _ password: Credential) -> [UInt8]? {
        keyedHash.hash(of: [Array(user.text.utf8), Array(hash.text.utf8), password.bytes])
    }

    /// What stands for a login by a request that had a one-time code.
    ///
    /// - Parameter group: of its client's address.
    func mark(_ entry: PasswordEntry, _ seed: OneTimeSeed, _ login: LoginAttempt, from group: AddressGroup) -> [UInt8]?
    {
        let line = [Array(entry.name.text.utf8), Array(entry.hash.text.utf8), seed.bytes]
        return keyedHash.hash(of: line + [login.password.bytes, login.code.bytes, Array("\(group)".utf8)])
    }

    func contains(_ mark: [UInt8]) -> Bool {
        known.withLock { known in known[mark].map { Instant.now < $0 } ?? false }
    }

    func remember(_ mark: [UInt8], for seconds: Double = VerifiedLogins.seconds) {
        let now = Instant.now
        known.withLock { known in
            if known.count >= Self.capacity { known = known.filter { now < $0.value } }
            if known.count < Self.capacity { known[mark] = now.advanced(bySeconds: seconds) }
        }
    }
}
