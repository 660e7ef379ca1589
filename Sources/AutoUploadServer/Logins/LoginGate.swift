package import Accounts
package import Domain
package import Platform

/// Decides about logins. Checking a password takes tens of MiB and all of a core: only so many threads do it at a time, the
/// others wait for their turns. Who was let in a moment ago needn't. Only then a one-time code is looked at, of users who have them:
/// nobody finds out by codes whether a password is right, nor uses up a code without it.
package final class LoginGate: Sendable {
    private let accounts: AccountDirectory
    private let verified: VerifiedLogins
    private let codes: OneTimeCodes
    private let tokens: LoginTokens
    private let state: Monitor<State>
    private let patience: Double

    private struct State {
        var queue: LoginQueue
        /// What wakes those who wait: each its own, as a crowd that is woken for one turn costs more than the turn.
        var calls: [UInt64: Event] = [:]
    }

    /// A connection whose login is to be decided about.
    package struct Applicant {
        /// Under which the registry knows it.
        let number: UInt64
        let group: AddressGroup
        /// Whether it is to end, as far as is known. From then on `withdraw` tells.
        let isToEnd: () -> Bool
        /// Whether its client has gone, so that nobody would take the answer.
        let hasLeft: () -> Bool

        package init(
            number: UInt64, group: AddressGroup, isToEnd: @escaping () -> Bool, hasLeft: @escaping () -> Bool
        ) {
            (self.number, self.group, self.isToEnd, self.hasLeft) = (number, group, isToEnd, hasLeft)
        }
    }

    /// - Parameters:
    ///   - simultaneous: passwords that are checked at a time.
    ///   - patience: seconds that a login waits for its turn.
    package init(
        accounts: AccountDirectory, verified: VerifiedLogins, codes: OneTimeCodes, tokens: LoginTokens,
        simultaneous: Int, patience: Double
    ) {
        self.accounts = accounts
        self.verified = verified
        self.codes = codes
        self.tokens = tokens
        state = Monitor(State(queue: LoginQueue(simultaneous: simultaneous)))
        self.patience = patience
    }

    /// - Parameter time: at which the login came, Unix seconds: it may wait for its turn, but its code was right then.
    /// - Returns: who was let in, whose name is that of the folder; nil when the connection is to end and needs no answer.
    package func decide(
        _ attempt: LoginAttempt, of applicant: Applicant, at time: Int64 = currentUnixTime()
    ) -> Result<Login, LoginDenial>? {
        let entry = accounts.entry(named: attempt.user.utf8)
        let attempt = attempt.separated(for: entry)
        if let entry = continued(attempt, entry, from: applicant.group) { return Self.admit(entry) }
        guard let decision = decideByPassword(attempt, entry, of: applicant) else { return nil }
        return decision.flatMap { entry in
            guard let seed = entry.settings.seed else { return Self.admit(entry) }
            let decision = codes.alone(entry.name) { decideByCode(attempt, entry, seed, applicant.group, at: time) }
            return decision ?? .failure(.busy("too many logins of this user at once"))
        }
    }

    /// That an account is locked learns only who could log in otherwise.
    private static func admit(_ entry: PasswordEntry) -> Result<Login, LoginDenial> {
        entry.settings.isLocked ? .failure(.locked) : .success(Login(entry))
    }

    private func decideByPassword(
        _ login: LoginAttempt, _ entry: PasswordEntry?, of applicant: Applicant
    ) -> Result<PasswordEntry, LoginDenial>? {
        if let entry = verifiedBefore(login, entry) { return .success(entry) }
        let origin = LoginOrigin(applicant.group, as: login.user)
        switch awaitTurn(applicant, from: origin) {
        case .withdrawn: return nil
        case .late: return .failure(.busy("too many logins at once"))
        case .come: break
        }
        // While this one waited, the same login may have been found right.
        let decision =
            verifiedBefore(login, accounts.entry(named: login.user.utf8)).map(Result.success)
            ?? (applicant.hasLeft() ? nil : check(login))
        endTurn(applicant, from: origin, decision)
        return decision
    }

    /// Why a login that was right counts no more, if so.
    package func objection(to login: Login) -> Login.Objection? {
        login.objection(accounts.entry(named: login.user.text.utf8))
    }

    /// What who has logged in may do at the admin site, as of now; nil: nothing, or the login counts no more.
    package func role(of login: Login) -> Role? {
        let entry = accounts.entry(named: login.user.text.utf8)
        return login.objection(entry) == nil ? entry?.settings.role : nil
    }

    /// A login of a user as it would be now.
    ///
    /// - Parameter digest: of the user's line as it was; another, or a lock: nil.
    package func login(of user: String, ifLineIs digest: [UInt8]) -> Login? {
        guard let entry = accounts.entry(named: user.utf8), !entry.settings.isLocked else { return nil }
        let login = Login(entry)
        return login.lineDigest == digest ? login : nil
    }

    /// Whether anybody has a role.
    package var hasRoles: Bool { accounts.hasRoles }

    /// Logins that wait for their turn at the password check.
    package var waiting: Int { state.withLock { $0.queue.waitingCount } }

    /// Users of the password file whose lines are right, and how many lines aren't.
    package var directory: (users: [UserName], problems: Int) { accounts.summary }

    /// The users of the password file, as it is now.
    package var users: [PasswordEntry] { accounts.entries }

    /// Decides about a login by token.
    package func decide(token: Credential) -> Result<Login, LoginDenial> {
        guard let login = tokens.login(with: token) else { return .failure(.tokenUnknown()) }
        if let objection = objection(to: login) { return .failure(.tokenUnknown(reason: "\(objection)")) }
        return .success(login)
    }

    /// A token for who has just logged in by other means, if there is to be one.
    package func grantToken(to login: Login) -> LoginTokens.Token? { tokens.grant(login) }

    /// Ends the tokens of logins that count no more.
    package func endTokens() { tokens.end { objection(to: $0) != nil } }

    /// Looks whether the password file has changed.
    ///
    /// - Returns: a number that grows with each change.
    package func lookAtAccounts() -> Int { accounts.look() }

    /// Lets a login wait no longer, as its connection is to end. From any thread.
    package func withdraw(_ number: UInt64) {
        state.withLock { state in
            guard let call = state.calls.removeValue(forKey: number) else { return }
            state.queue.leave(number)
            call.signal()
        }
    }

    private enum Turn {
        case come, late, withdrawn
    }

    private func awaitTurn(_ applicant: Applicant, from origin: LoginOrigin) -> Turn {
        let call = Event()
        state.withLock { state in
            state.calls[applicant.number] = call
            state.queue.join(applicant.number, from: origin)
            Self.callNext(&state)
        }
        // It may have been told to end before it could be withdrawn.
        if applicant.isToEnd() { withdraw(applicant.number) }
        call.wait(until: .after(seconds: patience))
        return state.withLock { state in
            let wasWaiting = state.calls.removeValue(forKey: applicant.number) != nil
            if state.queue.isChecking(applicant.number) { return .come }
            state.queue.leave(applicant.number)
            return wasWaiting ? .late : .withdrawn
        }
    }

    private func endTurn(
        _ applicant: Applicant, from origin: LoginOrigin, _ decision: Result<PasswordEntry, LoginDenial>?
    ) {
        state.withLock { state in
            if case .failure(let denial) = decision, denial.refusal.status == .credentialsWrong {
                state.queue.wasDenied(origin)
            }
            state.queue.leave(applicant.number)
            Self.callNext(&state)
        }
    }

    private static func callNext(_ state: inout State) {
        while let number = state.queue.next() { state.calls.removeValue(forKey: number)?.signal() }
    }
}

// MARK: - Passwords

extension LoginGate {
    /// - Parameter entry: the user's line.
    private func verifiedBefore(_ login: LoginAttempt, _ entry: PasswordEntry?) -> PasswordEntry? {
        guard let entry, Self.mayBeRemembered(entry) else { return nil }
        guard let mark = verified.mark(entry.name, entry.hash, login.password) else { return nil }
        return verified.contains(mark) ? entry : nil
    }

    /// Who guesses the password of a user with one-time codes would learn of a right one by how soon the second answer comes.
    private static func mayBeRemembered(_ entry: PasswordEntry) -> Bool { entry.settings.seed == nil }

    private func check(_ login: LoginAttempt) -> Result<PasswordEntry, LoginDenial> {
        // Taken before the check: if the line changes meanwhile, what is remembered is the old line's.
        let entry = accounts.entry(named: login.user.utf8)
        do throws(HashingError) {
            let verdict = try SecretBytes(login.password.bytes).withBytes { password throws(HashingError) in
                try accounts.verify(user: login.user.utf8, password: password)
            }
            guard case .accepted = verdict, let entry = entry ?? accounts.entry(named: login.user.utf8) else {
                return .failure(.wrong())
            }
            if Self.mayBeRemembered(entry), let mark = verified.mark(entry.name, entry.hash, login.password) {
                verified.remember(mark)
            }
            return .success(entry)
        } catch {
            return .failure(.busy("no memory to check the password just now"))
        }
    }
}

// MARK: - One-time codes

extension LoginGate {
    /// A further request of who has given a one-time code with an earlier one.
    private func continued(_ login: LoginAttempt, _ entry: PasswordEntry?, from group: AddressGroup) -> PasswordEntry? {
        guard let entry, let seed = entry.settings.seed, login.way == .request else { return nil }
        guard let mark = verified.mark(entry, seed, login, from: group) else { return nil }
        return verified.contains(mark) ? entry : nil
    }

    private func decideByCode(
        _ login: LoginAttempt, _ entry: PasswordEntry, _ seed: OneTimeSeed, _ group: AddressGroup, at time: Int64
    ) -> Result<Login, LoginDenial> {
        // Of requests that a browser sends side by side, the first one has used the code.
        if let entry = continued(login, entry, from: group) { return Self.admit(entry) }
        switch codes.judge(login.code, of: seed, entry.name, at: time) {
        case .right:
            if login.way == .request, let mark = verified.mark(entry, seed, login, from: group) {
                verified.remember(mark, for: VerifiedLogins.requestSeconds)
            }
            return Self.admit(entry)
        case .wrong:
            state.withLock { $0.queue.wasDenied(LoginOrigin(group, as: login.user)) }
            let given = login.code.bytes.isEmpty ? "no one-time code was given" : "the one-time code was wrong"
            return .failure(.wrong(reason: "the password was right, \(given)"))
        case .used(let seconds):
            let text = "this one-time code was used before: come again with the next one"
            return .failure(
                LoginDenial(Refusal(status: .oneTimeCodeUsed, retryAfterSeconds: max(1, seconds), text: text)))
        case .unnoted(let error):
            let text = "the server's storage failed: one-time codes can't be checked"
            let refusal = Refusal(status: .storageFailed, retryAfterSeconds: 60, text: text)
            return .failure(LoginDenial(refusal, reason: "can't note that the code was used: \(error)"))
        }
    }
}

// MARK: - Other passwords

extension LoginGate {
    /// Has work done that takes a password's hash, in its turn among the logins.
    ///
    /// - Parameter work: nil: it couldn't be done; false: somebody has guessed wrongly, and goes behind others.
    /// - Returns: nil also when no turn came.
    package func inTurn<R>(_ applicant: Applicant, _ work: () -> R?, isWrong: (R) -> Bool) -> R? {
        let origin = LoginOrigin(applicant.group, as: "")
        guard case .come = awaitTurn(applicant, from: origin) else { return nil }
        let result = work()
        let denial = result.map(isWrong) == true ? LoginDenial.wrong() : nil
        endTurn(applicant, from: origin, denial.map { .failure($0) })
        return result
    }
}
