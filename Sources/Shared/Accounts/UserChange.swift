import Domain
internal import Platform

/// What is to be set for a user, or taken off; nil: it stays as it is.
package struct UserChange: Hashable, Sendable {
    package enum Value<Wrapped: Hashable & Sendable>: Hashable, Sendable {
        case set(Wrapped)
        case takeOff
    }

    /// Bytes.
    package var quota: Value<UInt64>?
    package var prefix: Value<PathPrefix>?
    package var role: Value<Role>?
    package var isLocked: Bool?

    package init() {}

    package var isEmpty: Bool { self == UserChange() }

    /// What adduser is to be given, beside the user's name and the file, to do it.
    package var words: [String] {
        var words: [String] = []
        switch quota {
        case .set(let bytes): words += ["--quota", byteCountText(bytes)]
        case .takeOff: words += ["--quota", "none"]
        case nil: break
        }
        switch prefix {
        case .set(let prefix): words += ["--prefix", String(decoding: prefix.path.bytes, as: UTF8.self)]
        case .takeOff: words += ["--prefix", ""]
        case nil: break
        }
        switch role {
        case .set(let role): words += ["--role", role.rawValue]
        case .takeOff: words += ["--role", "none"]
        case nil: break
        }
        if let isLocked { words.append(isLocked ? "--lock" : "--unlock") }
        return words
    }
}

extension PasswordFile {
    /// Sets it for a user.
    package mutating func set(_ change: UserChange, of name: UserName) throws(PasswordChangeError) {
        var changed = self
        switch change.quota {
        case .set(let bytes): try changed.setQuota(bytes, of: name)
        case .takeOff: try changed.setQuota(nil, of: name)
        case nil: break
        }
        switch change.prefix {
        case .set(let prefix): try changed.setPrefix(prefix, of: name)
        case .takeOff: try changed.setPrefix(nil, of: name)
        case nil: break
        }
        switch change.role {
        case .set(let role): try changed.setRole(role, of: name)
        case .takeOff: try changed.setRole(nil, of: name)
        case nil: break
        }
        if let isLocked = change.isLocked { try changed.setLock(isLocked, of: name) }
        self = changed
    }

    /// Sets it for a user, unless nobody would be left who may set anything at the admin site.
    package mutating func setKeepingAdmin(_ change: UserChange, of name: UserName) throws(PasswordChangeError) {
        var changed = self
        try changed.set(change, of: name)
        if hasAdmin, !changed.hasAdmin { throw .lastAdmin }
        self = changed
    }

    /// Whether there is an admin who isn't locked.
    private var hasAdmin: Bool {
        roles.contains { $0.value == .admin && entry(for: $0.key)?.settings.isLocked == false }
    }
}
