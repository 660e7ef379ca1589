internal import Domain
internal import Platform

/// The password file's content: a line per user, `name:hash[:key=value…]`, with comments (`#`) and blank lines between.
///
/// The original's `name#hash` is understood, too. Its `name#seed#hash` isn't: the second factor that it asks for can't be
/// checked yet, and must not be dropped silently. A line that isn't right concerns its own user only, who can't log in.
/// Lines that aren't touched stay as they are, byte for byte.
package struct PasswordFile: Sendable {
    /// As it stands on disk.
    package private(set) var content: [UInt8]
    /// What isn't right, in the order of the lines.
    package private(set) var problems: [LineProblem] = []
    /// Users whose lines are right, in the order of the lines.
    package private(set) var names: [UserName] = []
    /// How many of the hashes have the same parameters.
    package private(set) var costs: [Argon2Parameters: Int] = [:]
    /// Every name that a line claims, in small letters.
    private var claims: [String: Claim] = [:]

    private struct Claim {
        /// Where the line stands, without its end.
        let line: Range<Int>
        let number: Int
        let isSound: Bool
    }

    package init(_ content: [UInt8] = []) {
        self.content = content
        read()
    }

    /// The user's line.
    ///
    /// - Returns: nil when there is none, or when it isn't right. Capital letters count.
    package func entry(for name: UserName) -> PasswordEntry? {
        guard let claim = claims[name.folded], claim.isSound else { return nil }
        let entry = try? PasswordEntry(line: content[claim.line])
        return entry?.name == name ? entry : nil
    }

    /// Whether a line stands for the name, or for one that differs only in capital letters, right or not.
    ///
    /// - Returns: the line's number, from 1.
    package func line(claiming name: UserName) -> Int? {
        claims[name.folded]?.number
    }
}

// MARK: - Changing

extension PasswordFile {
    /// Adds a line at the end.
    package mutating func add(_ name: UserName, _ hash: PasswordHash) throws(PasswordChangeError) {
        if let line = line(claiming: name) { throw .taken(line: line) }
        if let last = content.last, last != newline { content.append(newline) }
        content += Array("\(name.text):\(hash.text)\n".utf8)
        read()
    }

    /// Gives a user another password. What else stands in the line stays.
    package mutating func replace(_ name: UserName, _ hash: PasswordHash) throws(PasswordChangeError) {
        let range = try lineRange(of: name)
        guard let place = PasswordEntry.hashPlace(in: content[range]) else { throw .secondFactor }
        content.replaceSubrange(place, with: hash.text.utf8)
        read()
    }

    /// Gives a user another quota, or none. The password stays.
    ///
    /// - Parameter quota: bytes, up to 2^63 − 1.
    package mutating func setQuota(_ quota: UInt64?, of name: UserName) throws(PasswordChangeError) {
        try set(.quota, to: quota.map { Array(byteCountText($0).utf8) }, of: name)
    }

    /// Has a user's files go elsewhere from now on; nil: into the user's folder itself. What is stored stays where it is.
    package mutating func setPrefix(_ prefix: PathPrefix?, of name: UserName) throws(PasswordChangeError) {
        try set(.prefix, to: prefix?.path.bytes, of: name)
    }

    private mutating func set(
        _ key: UserSettings.Key, to value: [UInt8]?, of name: UserName
    ) throws(PasswordChangeError) {
        let range = try lineRange(of: name)
        guard let place = PasswordEntry.hashPlace(in: content[range]) else { throw .secondFactor }
        var line = PasswordEntry.without(key, content[range], hash: place)
        if let value { line += Array(":\(key.rawValue)=".utf8) + value }
        content.replaceSubrange(range, with: line)
        read()
    }

    /// Takes a user's line out, whether it is right or not.
    package mutating func remove(_ name: UserName) throws(PasswordChangeError) {
        let range = try lineRange(of: name)
        content.removeSubrange(range.lowerBound..<min(range.upperBound + 1, content.count))
        read()
    }

    /// The line of exactly this name, whether it is right or not.
    private func lineRange(of name: UserName) throws(PasswordChangeError) -> Range<Int> {
        guard let claim = claims[name.folded], PasswordEntry.claimedName(in: content[claim.line]) == name
        else { throw .noSuchUser }
        return claim.line
    }
}

// MARK: - Reading

extension PasswordFile {
    private mutating func read() {
        (problems, names, claims, costs) = ([], [], [:], [:])
        var (start, number) = (ByteOrderMark.length(in: content), 0)
        while start < content.count {
            let end = content[start...].firstIndex(of: newline) ?? content.count
            number += 1
            if let hash = read(start..<end, number: number) { costs[hash.parameters, default: 0] += 1 }
            start = end + 1
        }
    }

    private mutating func read(_ line: Range<Int>, number: Int) -> PasswordHash? {
        let text = content[line]
        if PasswordEntry.isComment(text) { return nil }
        do throws(LineProblem.Reason) {
            let name = PasswordEntry.claimedName(in: text)
            if let name, let first = claims[name.folded] { throw .duplicate(ofLine: first.number) }
            if let name { claims[name.folded] = Claim(line: line, number: number, isSound: false) }
            let entry = try PasswordEntry(line: text)
            claims[entry.name.folded] = Claim(line: line, number: number, isSound: true)
            names.append(entry.name)
            return entry.hash
        } catch {
            problems.append(LineProblem(line: number, reason: error))
            return nil
        }
    }
}

private let newline = UInt8(ascii: "\n")

/// Why the password file wasn't changed as asked.
package enum PasswordChangeError: Error, Hashable, Sendable {
    /// The line has the name, or one that differs only in capital letters.
    case taken(line: Int)
    case noSuchUser
    /// A line of the original with a seed for one-time passwords: a new hash alone would leave it half changed.
    case secondFactor
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
        case oneTimePassword
        case key
        case quota
        case prefix(PathPrefix.Flaw)
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
        case .oneTimePassword: "one-time passwords are not supported yet"
        case .quota: "quota= takes bytes, also as in 500M or 2G"
        case .prefix(let flaw): "prefix= takes folders, as in some/folder: \(flaw)"
        case .repeated(let key): "\(key.rawValue)= stands there twice"
        case .key: "what follows the hash isn't a setting that this version knows"
        }
    }
}
