import Accounts
import Domain
import Platform
import Transport

/// Decides about a connection's login, and takes it in among those of its user.
struct LoginDesk {
    let gate: LoginGate
    let membership: Membership

    enum Decision {
        case granted(Home)
        case denied(Refusal)
        /// The connection is to end, and needs no answer.
        case over
    }

    /// - Parameter group: of the client's address.
    func decide(_ login: LoginAttempt, from group: AddressGroup) -> Decision {
        let membership = membership
        let applicant = LoginGate.Applicant(
            number: membership.number, group: group, isToEnd: { membership.isToEnd }, hasLeft: { membership.hasLeft })
        switch gate.decide(login, of: applicant) {
        case nil: return .over
        case .failure(let failure)?: return .denied(failure.refusal)
        case .success(let login)?: return takeIn(login)
        }
    }

    private func takeIn(_ login: Login) -> Decision {
        guard let user = FileName(login.user.text) else { return .over }
        switch membership.registry.loggedIn(membership.number, login, as: user) {
        case .stays: break
        case .lost: return .over
        case .refused: return .denied(.crowded)
        }
        // The password file may have changed before the registry knew of the login.
        if let objection = gate.objection(to: login) { membership.standing.evict(objection) }
        return membership.isToEnd ? .over : .granted(Home(user, below: login.prefix))
    }
}
