package import Domain

/// Why the password file wasn't changed as asked.
package enum PasswordChangeError: Error, Hashable, Sendable {
    /// The line has the name, or one that differs only in capital letters.
    case taken(line: Int)
    case noSuchUser
    /// What stands where in the line can't be told, so that a change could leave it half done.
    case unclear
    /// No admin would be left who isn't locked.
    case lastAdmin
}

/// A line that isn't right. It never holds what the line says: that may be a secret.
package struct LineProblem: Hashable, Sendable {
    /// From 1.
    package let line: Int
    package let reason: Reason

    package enum Reason: Error, Hashable, Sendable {
        case tooLong
        case noHash
        case name(UserNameError)
        case hash(PasswordHashError)
        case duplicate(ofLine: Int)
        case key
        case quota
        case prefix(PathPrefix.Flaw)
        case seed(OneTimeSeed.Flaw)
        case lock
        case role
        case repeated(UserSettings.Key)
    }
}

extension LineProblem: CustomStringConvertible {
    package var description: String { "line \(line): \(reason)" }
}

extension LineProblem.Reason: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong: "it is longer than \(PasswordEntry.longestLine) bytes"
        case .noHash: "name:hash is expected"
        case .name(let error): "the name \(error)"
        case .hash(let error): "the hash \(error)"
        case .duplicate(let line): "the name stands in line \(line) already, if perhaps in other capital letters"
        case .quota: "quota= takes bytes, also as in 500M or 2G"
        case .prefix(let flaw): "prefix= takes folders, as in some/folder: \(flaw)"
        case .seed(let flaw): "the seed for one-time codes \(flaw)"
        case .lock: "locked= takes y; to unlock the user, take it off"
        case .role: "role= takes admin or viewer; to leave the user without one, take it off"
        case .repeated(let key): "\(key.rawValue)= stands there twice"
        case .key: "what follows the hash isn't a setting that this version knows"
        }
    }
}
