internal import Platform
internal import Synchronization

/// The users that may log in, from a password file that is read again when it has changed.
///
/// A name that isn't there costs one hash, as a wrong password does, of what some user's hash costs, so that the time of the
/// answer tells nobody which names exist. How many hashes run at a time is the caller's to bound: each takes its parameters' memory.
package final class AccountDirectory: Sendable {
    private let path: String
    private let warn: @Sendable (String) -> Void
    private let patience: Double
    private let state: Monitor<State>
    private let hashes = Atomic<Int>(0)

    private struct State {
        var file: PasswordFile
        /// The attributes that the file had before it was read; nil when they can't tell a change.
        var status: FileStatus?
        /// Chooses what a hash costs for names that aren't there.
        var decoys: DecoyChoice
        var lastWarning: String?
        /// How often its content has changed.
        var changes = 0
        /// Looks at the file, so far.
        var looks = 0
        /// The one that is under way.
        var looking: Look?
    }

    private struct Look {
        let number: Int
        let since: Instant
    }

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
        let (content, status) = try Self.read(path)
        let file = PasswordFile(content)
        self.path = path
        self.patience = patience
        self.warn = warn
        let decoys = DecoyChoice { Self.hashOfThisProcess($0) }
        state = Monitor(State(file: file, status: status, decoys: decoys))
        for warning in Self.warnings(about: file, in: path) { warn(warning) }
    }

    /// Has the costs of names that aren't there follow from a keyed hash, of at least 8 bytes, whose key outlives the process:
    /// then they are the same after a restart, as users' are.
    package func chooseDecoys(by keyedHash: @escaping @Sendable ([UInt8]) -> [UInt8]?) {
        state.withLock { $0.decoys = DecoyChoice(keyedHash: keyedHash) }
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
        let entry = state.withLock { state in name.flatMap { state.file.entry(for: $0) } }
        // For those who are there, too: it takes a moment.
        let decoy = try Self.decoy(costOfUnknown(user))
        hashes.add(1, ordering: .relaxed)
        let matches = try (entry?.hash ?? decoy).matches(password)
        guard let entry else { return .unknownUser }
        return matches ? .accepted(entry.name) : .wrongPassword
    }

    /// What the hash of a name costs that isn't there.
    package func costOfUnknown(_ user: some Collection<UInt8>) -> Argon2Parameters {
        let (costs, decoys) = state.withLock { ($0.file.costs, $0.decoys) }
        return decoys.parameters(for: user, among: costs)
    }

    /// The user's line as it is now. Costs no hash: it must not decide how long an answer takes for who isn't let in.
    package func entry(named user: some Collection<UInt8>) -> PasswordEntry? {
        guard let name = try? UserName(bytes: user) else { return nil }
        refresh()
        return state.withLock { $0.file.entry(for: name) }
    }

    /// Users whose lines are right, in the order of the lines.
    package var names: [UserName] {
        refresh()
        return state.withLock { $0.file.names }
    }

    /// Whether anybody has a role.
    package var hasRoles: Bool {
        refresh()
        return state.withLock { !$0.file.roles.isEmpty }
    }

    /// Reads the file if it has changed, as every other call does first.
    ///
    /// - Returns: how often what it says has changed.
    package func look() -> Int {
        refresh()
        return state.withLock { $0.changes }
    }

    /// How many hashes have been computed.
    package var hashCount: Int { hashes.load(ordering: .relaxed) }
}

// MARK: - Reading

extension AccountDirectory {
    private static let openToAll: UInt32 = 0o007

    /// One thread at a time looks at the file, which nobody waits for for long: it may not answer.
    private func refresh() {
        let deadline = Deadline(at: (state.withLock { $0.looking?.since } ?? .now).advanced(bySeconds: patience))
        let turn = state.wait(before: deadline) { state -> Turn? in
            guard state.looking == nil else { return nil }
            state.looks += 1
            state.looking = Look(number: state.looks, since: .now)
            return Turn(number: state.looks, file: state.file, status: state.status)
        }
        guard let turn else { return }
        do throws(SystemError) {
            try Thread.detach { self.look(turn) }
        } catch {
            look(turn)
        }
        state.wait(before: .after(seconds: patience)) { $0.looking?.number == turn.number ? nil : () }
    }

    /// A look at the file that begins, and what it begins with.
    private struct Turn: Sendable {
        let number: Int
        let file: PasswordFile
        let status: FileStatus?
    }

    private func look(_ turn: Turn) {
        let found = Result { () throws(PasswordFileError) in try Self.look(at: path, turn.file, turn.status) }
        for warning in state.withLock({ take(found, &$0) }) { warn(warning) }
        state.change { $0.looking = nil }
    }

    private enum Finding {
        case same
        /// It has other attributes, but says what it said.
        case touched(FileStatus?)
        case changed(PasswordFile, FileStatus?)
    }

    private static func look(
        at path: String, _ file: PasswordFile, _ status: FileStatus?
    ) throws(PasswordFileError) -> Finding {
        if try Self.status(path) == status { return .same }
        let (content, status) = try read(path)
        // To take it apart takes most of a second for 100,000 lines, and a young file is read at each login.
        return content == file.content ? .touched(status) : .changed(PasswordFile(content), status)
    }

    /// - Returns: warnings that are new.
    private func take(_ found: Result<Finding, PasswordFileError>, _ state: inout State) -> [String] {
        switch found {
        case .success(.same): return []
        case .success(.touched(let status)):
            (state.status, state.lastWarning) = (status, nil)
            return []
        case .success(.changed(let file, let status)):
            let old = Self.warnings(about: state.file, in: path)
            (state.file, state.status, state.lastWarning) = (file, status, nil)
            state.changes += 1
            let new = Self.warnings(about: file, in: path)
            return new == old ? [] : new
        case .failure(let error):
            let warning = "the password file has changed and isn't used, the old one still counts: \(error)"
            defer { state.lastWarning = warning }
            return warning == state.lastWarning ? [] : [warning]
        }
    }

    private static func status(_ path: String) throws(PasswordFileError) -> FileStatus {
        do throws(SystemError) {
            return try FileDescriptor.openForReading(path: path).status()
        } catch {
            throw .unreadable(error)
        }
    }

    private static func read(_ path: String) throws(PasswordFileError) -> ([UInt8], FileStatus?) {
        let content: [UInt8]
        let status: FileStatus
        do throws(SystemError) {
            let descriptor = try FileDescriptor.openForReading(path: path)
            status = try descriptor.status()
            guard status.kind == .regular else {
                throw SystemError("use", escaped(path), errno: status.kind == .directory ? .isDirectory : .invalid)
            }
            content = try descriptor.readAll(limit: PasswordFile.largest)
        } catch {
            throw .unreadable(SystemError(error.operation, escaped(path), errno: error.errno))
        }
        guard status.permissions & openToAll == 0 else { throw .openToAll(path: path) }
        if ByteOrderMark.isUTF16(content) { throw .isUTF16(path: path) }
        // Two changes within a tick of the file system's clock leave the same times: a file that young is read again.
        let isSettled = status.modified.seconds < currentUnixTime() - 1
        return (content, isSettled ? status : nil)
    }

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

    private static func warnings(about file: PasswordFile, in path: String) -> [String] {
        let start = "the password file \(escaped(path))"
        return file.problems.map { "\(start), \($0); this user can't log in" }
            + file.weaknesses.filter(\.isOfSeed).map { "\(start), \($0)" }
    }
}
