internal import Platform
internal import Synchronization

/// The users that may log in, from a password file that is read again when it has changed.
///
/// A name that isn't there costs one hash, as a wrong password does, of what some user's hash costs, so that the time of the
/// answer tells nobody which names exist. How many hashes run at a time is the caller's to bound: each takes its parameters' memory.
package final class AccountDirectory: Sendable {
    private let source: PasswordSource
    private let lookout: Lookout
    private let patience: Double
    /// Chooses what a hash costs for names that aren't there.
    private let decoys = Monitor(DecoyChoice { hashOfThisProcess($0) })
    private let hashes = Atomic<Int>(0)

    /// Reads the file.
    ///
    /// - Parameters:
    ///   - patience: seconds that a call waits for the look at the file. Longer takes only a disk or network folder that doesn't
    ///     answer, or a very large file: then what was read before goes on counting.
    ///   - warn: is given one line, without secrets, for each line of the file that isn't right, and whenever the
    ///     changed file can't be read; the one that was read before then goes on counting.
    /// - Throws: `PasswordFileError` when the file can't be read, or everybody may use it.
    package init(
        path: String, patience: Double = 1, warn: @escaping @Sendable (String) -> Void
    ) throws(PasswordFileError) {
        let source = try PasswordSource(path: path, warn: warn)
        self.source = source
        self.patience = patience
        lookout = Lookout { source.look() }
    }

    /// Has the costs of names that aren't there follow from a keyed hash, of at least 8 bytes, whose key outlives the process:
    /// then they are the same after a restart, as users' are.
    package func chooseDecoys(by keyedHash: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        decoys.withLock { $0 = DecoyChoice(keyedHash: keyedHash) }
    }

    /// What came of a login. The peer is told accepted or not, never which.
    package enum Verdict: Hashable, Sendable {
        case accepted(UserName)
        case wrongPassword
        case unknownUser
        /// Not a password at all: no bytes, or more than 1024. This costs no hash, whoever the user is.
        case unusablePassword
    }

    /// Checks a password, and nothing else that a login may take. Takes as long as a hash: some tenths of a second.
    ///
    /// - Throws: `HashingError` when there is no memory to compute it: nothing is known of the password.
    package func verify(user: some Collection<UInt8>, password: RawSpan) throws(HashingError) -> Verdict {
        guard PasswordRules.lengths.contains(password.byteCount) else { return .unusablePassword }
        refresh()
        let name = try? UserName(bytes: user)
        let entry = name.flatMap { source.file.entry(for: $0) }
        // For those who are there, too: it takes a moment.
        let decoy = try Self.decoy(costOfUnknown(user))
        hashes.add(1, ordering: .relaxed)
        let matches = try (entry?.hash ?? decoy).matches(password)
        guard let entry else { return .unknownUser }
        return matches ? .accepted(entry.name) : .wrongPassword
    }

    /// What the hash of a name costs that isn't there.
    package func costOfUnknown(_ user: some Collection<UInt8>) -> Argon2Parameters {
        decoys.withLock { $0 }.parameters(for: user, among: source.file.costs)
    }

    /// The user's line as it is now. Costs no hash: it must not decide how long an answer takes for who isn't let in.
    package func entry(named user: some Collection<UInt8>) -> PasswordEntry? {
        guard let name = try? UserName(bytes: user) else { return nil }
        refresh()
        return source.file.entry(for: name)
    }

    /// The lines that are right, in their order.
    package var entries: [PasswordEntry] {
        refresh()
        let file = source.file
        return file.names.compactMap { file.entry(for: $0) }
    }

    /// The users whose lines are right, and how many lines aren't.
    package var summary: (users: [UserName], problems: Int) {
        refresh()
        let file = source.file
        return (file.names, file.problems.count)
    }

    /// Whether anybody has a role.
    package var hasRoles: Bool {
        refresh()
        return !source.file.roles.isEmpty
    }

    /// Reads the file if it has changed, as every other call does first.
    ///
    /// - Returns: how often what it says has changed.
    package func look() -> Int {
        refresh()
        return source.changes
    }

    /// How many hashes have been computed.
    package var hashCount: Int { hashes.load(ordering: .relaxed) }

    /// The file is looked at by a thread that nobody waits for for long: it may not answer.
    private func refresh() { lookout.look(patience: patience) }

    /// A hash that nobody's password has.
    private static func decoy(_ parameters: Argon2Parameters) throws(HashingError) -> PasswordHash {
        do throws(SystemError) {
            return PasswordHash(parameters: parameters, salt: try randomBytes(16), tag: try randomBytes(32))
        } catch {
            throw HashingError(reason: error.description)
        }
    }

    /// The standard library's hash, whose key is the process's own.
    private static func hashOfThisProcess(_ bytes: [UInt8]) -> [UInt8] {
        let hash = UInt64(truncatingIfNeeded: bytes.hashValue)
        return stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: hash >> UInt64($0)) }
    }
}
