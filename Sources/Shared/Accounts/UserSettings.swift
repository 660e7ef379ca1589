package import Domain
internal import Platform

/// What is set for a user: what stands behind the hash in the user's line, as `key=value`.
package struct UserSettings: Hashable, Sendable {
    /// Bytes that the user may have stored; nil for no limit.
    package private(set) var quota: UInt64?
    /// Below which the user's files go; nil: into the user's folder itself.
    package private(set) var prefix: PathPrefix?
    /// Of the one-time codes that the user has to give besides the password; nil: none.
    package private(set) var seed: OneTimeSeed?
    /// Whether the admin keeps the user out for now.
    package private(set) var isLocked = false
    /// At the admin site; nil: the user has no access to it.
    package private(set) var role: Role?

    /// What can be set.
    package enum Key: String, CaseIterable, Sendable {
        case quota, prefix, totp, locked, role

        var start: [UInt8] { Array("\(rawValue)=".utf8) }

        /// Whether it is what a field sets.
        func isSet(by field: ArraySlice<UInt8>) -> Bool { field.starts(with: start) }
    }

    /// One that isn't known, or is there twice, may be a limit that somebody relies on: it is an error, never ignored.
    init(_ fields: ArraySlice<ArraySlice<UInt8>>) throws(LineProblem.Reason) {
        var known: Set<Key> = []
        for field in fields {
            guard let key = Key.allCases.first(where: { $0.isSet(by: field) }) else { throw .key }
            guard known.insert(key).inserted else { throw .repeated(key) }
            try set(key, to: field.dropFirst(key.start.count))
        }
    }

    /// Of a line of the original, which can have nothing but a seed.
    init(originalSeed: ArraySlice<UInt8>?) throws(LineProblem.Reason) {
        if let originalSeed { try set(.totp, to: originalSeed) }
    }

    private mutating func set(_ key: Key, to value: ArraySlice<UInt8>) throws(LineProblem.Reason) {
        switch key {
        case .quota:
            guard let bytes = byteCount(value) else { throw .quota }
            quota = bytes
        case .prefix:
            do throws(PathPrefix.Flaw) {
                prefix = try PathPrefix(value)
            } catch {
                throw .prefix(error)
            }
        case .totp:
            do throws(OneTimeSeed.Flaw) {
                seed = try OneTimeSeed(value)
            } catch {
                throw .seed(error)
            }
        case .locked:
            guard value.elementsEqual("y".utf8) else { throw .lock }
            isLocked = true
        case .role:
            guard let given = Role(value) else { throw .role }
            role = given
        }
    }
}
