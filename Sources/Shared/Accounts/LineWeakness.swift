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
    }

    static func all(of entry: PasswordEntry, line: Int) -> [LineWeakness] {
        guard let seed = entry.settings.seed, seed.isShort else { return [] }
        return [LineWeakness(line: line, user: entry.name, reason: .shortSeed(bits: seed.bitCount))]
    }
}

extension LineWeakness: CustomStringConvertible {
    package var description: String {
        switch reason {
        case .shortSeed(let bits):
            "line \(line): the seed of \(user)'s one-time codes has \(bits) bits only; adduser --update --totp makes another"
        }
    }
}
