import Accounts
import Domain
package import Platform
import Transport

/// Judges one-time codes of users whose password was right. Each serves once, also over restarts of the server, and where several
/// logins come at once.
package final class OneTimeCodes: Sendable {
    private struct State {
        /// Where what is used is kept.
        var folder: Directory?
        var used: [UserName: UsedCodes] = [:]
        var guesses: [UserName: CodeGuesses] = [:]
        /// Users of whom a code is being judged: one at a time.
        var busy: Set<UserName> = []
    }

    private let state = Monitor(State())

    /// Seconds that a login waits while other codes of the same user are judged.
    private static let patience = 30.0
    private static let folderName = FileName(constant: "used-codes")

    package init() {}

    /// Keeps what is used from now on in another storage; what this process knows already counts on.
    ///
    /// - Parameter own: the server's own folder of the storage.
    package func keep(in own: Directory) throws(SystemError) {
        do throws(SystemError) {
            try own.makeFolder(Self.folderName, permissions: 0o700)
            try own.flush()
        } catch {
            guard error.errno == .exists else { throw error }
        }
        let folder = try own.openFolder(Self.folderName)
        state.withLock { $0.folder = folder }
    }

    enum Verdict: Hashable, Sendable {
        case right
        case wrong
        /// It would be right, and was given before: another is in so many seconds.
        case used(again: UInt32)
        /// As right as it may be, it can't be noted that it was given.
        case unnoted(SystemError)
    }

    /// Runs `body` while no other code of the user is judged; nil when that would take too long.
    func alone<R>(_ user: UserName, _ body: () -> R) -> R? {
        let hasTurn = state.wait(before: .after(seconds: Self.patience)) { state -> Bool? in
            state.busy.insert(user).inserted ? true : nil
        }
        guard hasTurn != nil else { return nil }
        defer { state.change { _ = $0.busy.remove(user) } }
        return body()
    }

    /// Judges a code, and has it serve no more. Only within `alone`.
    ///
    /// - Parameter time: at which the code was given, Unix seconds.
    func judge(_ code: Credential, of seed: OneTimeSeed, _ user: UserName, at time: Int64) -> Verdict {
        let now = TimeStep(at: time)
        // A right one counts as wrong, too: who guesses learns nothing of whether there was one.
        guard state.withLock({ ($0.guesses[user] ?? CodeGuesses()).mayTry(in: now) }) else { return .wrong }
        let right = now.neighbourhood.filter { step in seed.code(of: step).map { isEqual($0, code) } ?? false }
        if right.isEmpty {
            state.withLock { $0.guesses[user, default: CodeGuesses()].wasWrong(in: now) }
            return .wrong
        }
        do throws(SystemError) {
            return try use(right, user, now, time)
        } catch {
            return .unnoted(error)
        }
    }

    private func use(
        _ steps: [TimeStep], _ user: UserName, _ now: TimeStep, _ time: Int64
    ) throws(SystemError) -> Verdict {
        guard let name = FileName(user.text), let folder = state.withLock({ $0.folder }) else {
            throw SystemError("note a one-time code", errno: .noEntry)
        }
        var used = try UsedCodes(of: name, in: folder)
        if let known = state.withLock({ $0.used[user] }) { used.formUnion(known) }
        guard let step = steps.first(where: { !used.contain($0, now: now) }) else {
            return .used(again: used.firstUnused(now: now).seconds(from: time))
        }
        used.insert(step)
        state.withLock { state in
            state.used[user] = used
            state.guesses[user] = nil
        }
        try UsedCodes.note(step, of: name, in: folder)
        return .right
    }

    private func isEqual(_ one: Credential, _ other: Credential) -> Bool {
        SecretBytes(one.bytes).isEqual(to: SecretBytes(other.bytes))
    }
}
