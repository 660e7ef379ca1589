package import Domain
internal import Platform

/// The password file's content: a line per user, `name:hash[:key=value…]`, with comments (`#`) and blank lines between.
///
/// The original's `name#hash` and `name#seed#hash` are understood, too. A line that isn't right concerns its own user only, who
/// can't log in.
/// Lines that aren't touched stay as they are, byte for byte.
package struct PasswordFile: Sendable {
    /// As it stands on disk.
    package private(set) var content: [UInt8]
    /// What isn't right, in the order of the lines.
    package private(set) var problems: [LineProblem] = []
    /// What is right, and weaker than it should be.
    package private(set) var weaknesses: [LineWeakness] = []
    /// Users whose lines are right, in the order of the lines.
    package private(set) var names: [UserName] = []
    /// Of those users who have one: few, as a rule.
    package private(set) var roles: [UserName: Role] = [:]
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
        guard let parts = PasswordEntry.parts(of: content[range]) else { throw .unclear }
        content.replaceSubrange(parts.hash.indices, with: hash.text.utf8)
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

    /// Has a user give one-time codes of this seed, or none any more.
    package mutating func setSeed(_ seed: OneTimeSeed?, of name: UserName) throws(PasswordChangeError) {
        try set(.totp, to: seed.map { Array($0.text.utf8) }, of: name)
    }

    /// Keeps a user out, or lets the user in again. All else stays.
    package mutating func setLock(_ isLocked: Bool, of name: UserName) throws(PasswordChangeError) {
        try set(.locked, to: isLocked ? Array("y".utf8) : nil, of: name)
    }

    /// Gives a user another role, or none. All else stays.
    package mutating func setRole(_ role: Role?, of name: UserName) throws(PasswordChangeError) {
        try set(.role, to: role.map { Array($0.rawValue.utf8) }, of: name)
    }

    private mutating func set(
        _ key: UserSettings.Key, to value: [UInt8]?, of name: UserName
    ) throws(PasswordChangeError) {
        let range = try lineRange(of: name)
        guard var line = PasswordEntry.parts(of: content[range])?.without(key) else { throw .unclear }
        if let value { line += [UInt8(ascii: ":")] + key.start + value }
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
        (problems, weaknesses, names, claims, costs) = ([], [], [], [:], [:])
        roles = [:]
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
            if let role = entry.settings.role { roles[entry.name] = role }
            weaknesses += LineWeakness.all(of: entry, line: number)
            return entry.hash
        } catch {
            problems.append(LineProblem(line: number, reason: error))
            return nil
        }
    }
}

private let newline = UInt8(ascii: "\n")
