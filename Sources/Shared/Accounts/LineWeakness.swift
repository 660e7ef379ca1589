internal import Domain

/// Something in a line that is right, and weaker than it should be: the user can log in.
package struct LineWeakness: Hashable, Sendable {
    /// From 1.
    package let line: Int
    package let user: UserName
    package let reason: Reason

    package enum Reason: Hashable, Sendable {
        /// Of one-time codes.
        case shortSeed(bits: Int)
        /// Whoever gets hold of the file finds the password out sooner than OWASP allows.
        case cheapHash(Argon2Parameters)
    }

    /// Whether it is about one-time codes, and not about a hash that a login can't make better.
    var isOfSeed: Bool { if case .shortSeed = reason { true } else { false } }

    static func all(of entry: PasswordEntry, line: Int) -> [LineWeakness] {
        var reasons: [Reason] = []
        if let seed = entry.settings.seed, seed.isShort { reasons.append(.shortSeed(bits: seed.bitCount)) }
        let cost = entry.hash.parameters
        if !cost.areStrongEnough { reasons.append(.cheapHash(cost)) }
        return reasons.map { LineWeakness(line: line, user: entry.name, reason: $0) }
    }
}

extension LineWeakness: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .shortSeed(let bits):
            "line \(line): the seed of \(user)'s one-time codes has \(bits) bits only; adduser --update --totp makes another"
        case .cheapHash(let cost):
            "line \(line): the hash of \(user)'s password is weaker than it should be (\(cost.memory) KiB, \(cost.iterations) "
                + "iterations); adduser --update makes a new one"
        }
    }
}
