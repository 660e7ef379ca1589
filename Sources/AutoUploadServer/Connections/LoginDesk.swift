import Accounts
package import Domain
package import Logins
package import Platform
import Transport

/// Decides about a connection's login, and takes it in among those of its user.
package struct LoginDesk {
    let gate: LoginGate
    let membership: Membership

    package init(gate: LoginGate, membership: Membership) {
        (self.gate, self.membership) = (gate, membership)
    }

    package enum Decision {
        case granted(Home, Login)
        case denied(LoginDenial)
        /// The connection is to end, and needs no answer.
        case over
    }

    /// - Parameter group: of the client's address.
    package func decide(_ login: LoginAttempt, from group: AddressGroup) -> Decision {
        switch gate.decide(login, of: applicant(group)) {
        case nil: return .over
        case .failure(let denial)?: return .denied(denial)
        case .success(let login)?: return takeIn(login)
        }
    }

    func applicant(_ group: AddressGroup) -> LoginGate.Applicant {
        let membership = membership
        return LoginGate.Applicant(
            number: membership.number, group: group, isToEnd: { membership.isToEnd }, hasLeft: { membership.hasLeft })
    }

    /// - Parameter token: of an earlier login.
    package func decide(token: Credential) -> Decision {
        switch gate.decide(token: token) {
        case .failure(let denial): .denied(denial)
        case .success(let login): takeIn(login)
        }
    }

    /// - Parameter login: which was right when it was given, and has been kept since.
    package func decide(_ login: Login) -> Decision { takeIn(login) }

    private func takeIn(_ login: Login) -> Decision {
        guard let user = FileName(login.user.text) else { return .over }
        // Of a further request the registry knows already, and ends the connection when the line changes.
        if membership.registry.knows(login, of: membership.number) { return decision(login, user) }
        switch membership.registry.loggedIn(membership.number, login, as: user) {
        case .stays: break
        case .lost: return .over
        case .refused: return .denied(LoginDenial(.crowded))
        }
        // The password file may have changed before the registry knew of the login.
        if let objection = gate.objection(to: login) { membership.standing.evict(Eviction(objection)) }
        return decision(login, user)
    }

    private func decision(_ login: Login, _ user: FileName) -> Decision {
        membership.isToEnd ? .over : .granted(Home(user, below: login.prefix), login)
    }
}
