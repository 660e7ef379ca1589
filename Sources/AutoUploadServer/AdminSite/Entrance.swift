import Accounts
import Connections
import Domain
import Events
import HTML
import HTTP
import Logins
import Platform

/// Where one comes in and goes out.
struct Entrance {
    private let site: AdminSite
    private let context: AdminSite.Context

    static let login = "login"
    static let logout = "logout"

    init(_ site: AdminSite, _ context: AdminSite.Context) {
        (self.site, self.context) = (site, context)
    }

    /// To the login page, which leads back.
    static func redirect(from request: SiteRequest) -> SiteAnswer {
        // What was to be changed isn't asked for by GET.
        let asked = OwnURL(
            [Array("admin".utf8)] + request.segments, query: request.query.fields.map { ($0.name, $0.value) })
        let leadsBack = request.form == nil && !request.names.allSatisfy(\.isEmpty)
        return SiteAnswer(
            seeOther: OwnURL("admin", login, query: leadsBack ? [(name: "next", value: asked.text)] : []))
    }

    func answer(_ visitor: Visitor?, _ peer: inout ServerEvent.Peer) -> SiteAnswer {
        let next = NextPage(context.request.form?["next"] ?? context.request.query["next"])
        guard let form = context.request.form else {
            // Who is logged in may want to be somebody else: the page is shown all the same.
            return SiteAnswer(.ok, LoginPage(next: next, trouble: nil).html)
        }
        return enter(form, next, &peer)
    }

    private func enter(_ form: URLEncodedForm, _ next: NextPage?, _ peer: inout ServerEvent.Peer) -> SiteAnswer {
        do throws(EntranceTrouble) {
            let login = try logIn(form, &peer)
            guard let id = site.sessions.begin(login) else { throw EntranceTrouble(.serviceUnavailable, "come again") }
            // The browser's earlier session, whoever has given it to it, is over.
            if let old = context.request.session.id { site.sessions.end(old) }
            context.services.report(.loggedIn(peer, protection: context.request.protection))
            var answer = SiteAnswer(seeOther: OwnURL("admin", ""))
            if let next, let place = FieldValue(next.url) { answer.fields.set(.location, place) }
            answer.fields.append(.setCookie, SessionCookie.setting(id))
            return answer
        } catch {
            var answer = SiteAnswer(error.status, LoginPage(next: next, trouble: error.text).html)
            if let seconds = error.retryAfter { answer.fields.set(.retryAfter, FieldValue(UInt64(seconds))) }
            return answer
        }
    }

    private func logIn(_ form: URLEncodedForm, _ peer: inout ServerEvent.Peer) throws(EntranceTrouble) -> Login {
        let user = form["username"] ?? ""
        let code = (form["otp"] ?? "").utf8.filter { $0 != UInt8(ascii: " ") }
        let attempt = LoginAttempt(
            user: user, password: Credential(Array((form["password"] ?? "").utf8)), code: Credential(Array(code)))
        peer.user = user
        guard attempt.isBounded else { throw .wrong }
        switch context.desk.decide(attempt, from: peer.address.group) {
        case .over: throw EntranceTrouble(.serviceUnavailable, "the server is being stopped: come again")
        case .denied(let denial):
            context.services.report(.loginDenied(peer, denial.refusal, reason: denial.reason))
            throw EntranceTrouble(denial.refusal)
        case .granted(let home, let login):
            peer.account = home.user
            // Whether the password was right isn't told to who has no role.
            if context.services.gate.role(of: login) != nil { return login }
            let refusal = Refusal(status: .credentialsWrong, text: "this user has no role (adduser --role)")
            context.services.report(.loginDenied(peer, refusal, reason: nil))
            throw .wrong
        }
    }

    func leave(_ visitor: Visitor, _ peer: ServerEvent.Peer) -> SiteAnswer {
        site.sessions.end(visitor.session)
        site.keepSessions(context.services.catalogue, waits: true)
        context.services.report(.loggedOut(peer))
        var answer = SiteAnswer(seeOther: OwnURL("admin", Self.login))
        answer.fields.append(.setCookie, SessionCookie.removing)
        return answer
    }
}

/// Why somebody isn't let in.
private struct EntranceTrouble: Error {
    let status: HTTP.Status
    /// For the person.
    let text: String
    var retryAfter: UInt32?

    init(_ status: HTTP.Status, _ text: String) {
        (self.status, self.text) = (status, text)
    }

    init(_ refusal: Refusal) {
        switch refusal.status {
        case .credentialsWrong: self = .wrong
        case .accountLocked: self.init(.forbidden, refusal.text)
        default:
            self.init(.serviceUnavailable, refusal.text)
            retryAfter = refusal.retryAfterSeconds
        }
    }

    /// One for all that may be wrong.
    static let wrong = EntranceTrouble(
        .forbidden, "Wrong user, password or one-time code, or this user has no access to these pages.")
}
