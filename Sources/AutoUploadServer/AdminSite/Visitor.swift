import Accounts
import Logins

/// Who has logged in and looks at the site.
struct Visitor: Sendable {
    let login: Login
    let role: Role
    let session: SessionID

    var mayChange: Bool { role == .admin }
}
