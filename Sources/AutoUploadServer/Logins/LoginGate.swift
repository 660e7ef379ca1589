package import Accounts
package import Domain
package import Platform

/// Decides about logins. Checking a password takes tens of MiB and all of a core: only so many threads do it at a time, the
/// others wait for their turns. Who was let in a moment ago needn't.
package final class LoginGate: Sendable {
    private let accounts: AccountDirectory
    private let verified: VerifiedLogins
    private let state: Monitor<State>
    private let patience: Double

    private struct State {
        var queue: LoginQueue
        /// What wakes those who wait: each its own, as a crowd that is woken for one turn costs more than the turn.
        var calls: [UInt64: Call] = [:]
    }

    private struct Call {
        let event = Event()
        let group: AddressGroup
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
    package init(accounts: AccountDirectory, verified: VerifiedLogins, simultaneous: Int, patience: Double) {
        self.accounts = accounts
        self.verified = verified
        state = Monitor(State(queue: LoginQueue(simultaneous: simultaneous)))
        self.patience = patience
    }

    /// - Returns: who was let in, whose name is that of the folder; nil when the connection is to end and needs no answer.
    package func decide(_ login: LoginAttempt, of applicant: Applicant) -> Result<Login, Refusal>? {
        if let login = verifiedBefore(login) { return .success(login) }
        switch awaitTurn(applicant) {
        case .withdrawn: return nil
        case .late: return Self.refuse(.busy, retryAfter: 60, "too many logins at once")
        case .come: break
        }
        // While this one waited, the same login may have been found right.
        let decision = verifiedBefore(login).map(Result.success) ?? (applicant.hasLeft() ? nil : check(login))
        endTurn(applicant, decision)
        return decision
    }

    /// Why a login that was right counts no more, if so.
    package func objection(to login: Login) -> Login.Objection? {
        login.objection(accounts.entry(named: login.user.text.utf8))
    }

    /// Looks whether the password file has changed.
    ///
    /// - Returns: a number that grows with each change.
    package func lookAtAccounts() -> Int { accounts.look() }

    /// Lets a login wait no longer, as its connection is to end. From any thread.
    package func withdraw(_ number: UInt64) {
        state.withLock { state in
            guard let call = state.calls.removeValue(forKey: number) else { return }
            state.queue.leave(number, from: call.group)
            call.event.signal()
        }
    }

    private enum Turn {
        case come, late, withdrawn
    }

    private func awaitTurn(_ applicant: Applicant) -> Turn {
        let call = Call(group: applicant.group)
        state.withLock { state in
            state.calls[applicant.number] = call
            state.queue.join(applicant.number, from: applicant.group)
            Self.callNext(&state)
        }
        // It may have been told to end before it could be withdrawn.
        if applicant.isToEnd() { withdraw(applicant.number) }
        call.event.wait(until: .after(seconds: patience))
        return state.withLock { state in
            let wasWaiting = state.calls.removeValue(forKey: applicant.number) != nil
            if state.queue.isChecking(applicant.number) { return .come }
            state.queue.leave(applicant.number, from: applicant.group)
            return wasWaiting ? .late : .withdrawn
        }
    }

    private func endTurn(_ applicant: Applicant, _ decision: Result<Login, Refusal>?) {
        state.withLock { state in
            if case .failure(let refusal) = decision, refusal.status == .credentialsWrong {
                state.queue.wasDenied(applicant.group)
            }
            state.queue.leave(applicant.number, from: applicant.group)
            Self.callNext(&state)
        }
    }

    private static func callNext(_ state: inout State) {
        while let number = state.queue.next() { state.calls.removeValue(forKey: number)?.event.signal() }
    }

    private func verifiedBefore(_ login: LoginAttempt) -> Login? {
        guard let entry = accounts.entry(named: login.user.utf8) else { return nil }
        guard let mark = verified.mark(entry.name, entry.hash, login.password) else { return nil }
        return verified.contains(mark) ? Login(entry) : nil
    }

    private func check(_ login: LoginAttempt) -> Result<Login, Refusal> {
        // Taken before the check: if the line changes meanwhile, what is remembered is the old line's.
        let entry = accounts.entry(named: login.user.utf8)
        do throws(HashingError) {
            let verdict = try SecretBytes(login.password.bytes).withBytes { password throws(HashingError) in
                try accounts.verify(user: login.user.utf8, password: password)
            }
            guard case .accepted = verdict, let entry = entry ?? accounts.entry(named: login.user.utf8) else {
                return Self.refuse(.credentialsWrong, "wrong user or password")
            }
            if let mark = verified.mark(entry.name, entry.hash, login.password) { verified.remember(mark) }
            return .success(Login(entry))
        } catch {
            return Self.refuse(.busy, retryAfter: 60, "no memory to check the password just now")
        }
    }

    private static func refuse(
        _ status: Status, retryAfter: UInt32 = 0, _ text: String
    ) -> Result<Login, Refusal> {
        .failure(Refusal(status: status, retryAfterSeconds: retryAfter, text: text))
    }
}
