package import Accounts
import Domain
import Transport

/// What let somebody in: it counts as long as the user's line has this hash, and this place for files.
package struct Login: Hashable, Sendable {
    package let user: UserName
    /// Within the user's folder.
    package let prefix: PathPrefix?
    private let hash: String
    private let seed: OneTimeSeed?

    init(_ entry: PasswordEntry) {
        user = entry.name
        prefix = entry.settings.prefix
        hash = entry.hash.text
        seed = entry.settings.seed
    }

    /// A hash of all that it depends on of the user's line; nil when OpenSSL has no memory.
    package var lineDigest: [UInt8]? {
        let parts = [user.text, hash, seed?.text ?? ""].map { Array($0.utf8) } + [prefix?.path.bytes ?? []]
        return ContentHasher.digest(of: Array(parts.joined(separator: [UInt8(ascii: "\n")])))?.bytes
    }

    /// Why it counts no more, if so.
    ///
    /// - Parameter entry: the user's line as it is now.
    func objection(_ entry: PasswordEntry?) -> Objection? {
        guard let entry else { return .userRemoved }
        if entry.settings.isLocked { return .userLocked }
        if entry.hash.text != hash { return .passwordChanged }
        if entry.settings.seed != seed { return .seedChanged }
        return entry.settings.prefix == prefix ? nil : .prefixChanged
    }

    /// Why a login counts no more.
    package enum Objection: Sendable {
        case passwordChanged
        case userRemoved
        case userLocked
        case prefixChanged
        /// Of one-time codes.
        case seedChanged
    }
}
