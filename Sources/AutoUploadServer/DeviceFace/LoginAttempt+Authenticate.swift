import Domain
import Logins
import Wire

extension LoginAttempt {
    init(_ login: Authenticate) {
        self.init(user: login.user, password: login.password, code: login.oneTimeCode)
    }
}
