import Connections
import Domain
import Events
import HTTP
import Logins
import Platform

/// Who somebody says to be, in whatever way a web client may say it.
struct WebCredentials {
    let user: String
    let password: Credential
    /// One-time; empty: none was given, or it stands at the end of the password.
    let code: Credential
    /// Whether the standard's answer to a wrong one is expected (401), rather than the Dropzone-backup server's (403).
    let isBasic: Bool

    /// - Returns: nil when the request says nothing of it.
    init?(_ fields: Fields) throws(WebRefusal) {
        code = Self.code(fields.values(of: .oneTimeCode).first?.bytes ?? [])
        if let value = fields.values(of: .authorization).first {
            do throws(BasicCredentials.Flaw) {
                let credentials = try BasicCredentials(authorization: value.bytes)
                (user, password) = (credentials.user, Credential(credentials.password))
                isBasic = true
            } catch {
                throw .challenging(error.description)
            }
            return
        }
        guard let user = fields.values(of: .username).first, !user.bytes.isEmpty else { return nil }
        self.user = headerText(user.bytes)
        password = Credential(Array(headerText(fields.values(of: .password).first?.bytes ?? []).utf8))
        isBasic = false
    }

    init(user: String, password: [UInt8], code: [UInt8]) {
        (self.user, self.password, self.code, isBasic) = (user, Credential(password), Self.code(code), false)
    }

    /// As people type it, with spaces between.
    private static func code(_ text: [UInt8]) -> Credential { Credential(text.filter { $0 != UInt8(ascii: " ") }) }

    private var wrong: WebRefusal {
        isBasic
            ? .challenging("wrong user, password or one-time code")
            : WebRefusal(.forbidden, "Invalid username or password.")
    }

    func logIn(_ membership: Membership, _ services: Services, _ peer: inout ServerEvent.Peer) throws(WebRefusal)
        -> Home
    {
        peer.user = user
        let login = LoginAttempt(user: user, password: password, code: code, way: .request)
        guard login.isBounded else { throw wrong }
        let desk = LoginDesk(gate: services.gate, membership: membership)
        switch desk.decide(login, from: peer.address.group) {
        case .over: throw .stopping
        case .denied(let denial):
            let refusal = denial.refusal
            services.report(.loginDenied(peer, refusal, reason: denial.reason))
            if refusal.status == .credentialsWrong { throw wrong }
            if refusal.status == .accountLocked { throw WebRefusal(.forbidden, refusal.text) }
            throw WebRefusal(.serviceUnavailable, refusal.text, retryAfter: refusal.retryAfterSeconds)
        case .granted(let home, _):
            peer.account = home.user
            return home
        }
    }
}

extension WebConnection {
    /// Who has said nothing is told what to say; a page of the admin site would have a browser ask for a password in vain.
    var notAdmitted: WebRefusal {
        pass?.site == nil
            ? .unauthorized : WebRefusal(.forbidden, "the page is too old, or isn't from here: load it anew")
    }

    mutating func logIn(_ credentials: WebCredentials) throws(WebTrouble) -> Home {
        let before = peer.account
        do throws(WebRefusal) {
            let home = try credentials.logIn(membership, services, &peer)
            if home.user != before { services.report(.loggedIn(peer, protection: requests.protection)) }
            return home
        } catch {
            throw .refused(error)
        }
    }

    /// Who the request's head says its client is.
    mutating func logIn(_ head: RequestHead) throws(WebTrouble) -> Home? {
        if let pass { return try admitted(by: pass, head) }
        if let credentials = try credentials(head) { return try logIn(credentials) }
        guard let drops = rules.drops, let answer = head.fields.values(of: .altcha).first else { return nil }
        do throws(WebRefusal) {
            return try drops.admit(answer.bytes, services, &peer)
        } catch {
            throw .refused(error)
        }
    }

    /// Whose the upload may be that a request to its own URL is about. Of who has no account nothing but the URL is asked.
    mutating func logIn(toUpload head: RequestHead) throws(WebTrouble) -> Home {
        if let pass {
            try requireFormToken(of: pass, head)
            return pass.home
        }
        if let credentials = try credentials(head) { return try logIn(credentials) }
        guard let drops = rules.drops else { throw .refused(.unauthorized) }
        do throws(WebRefusal) {
            return try drops.home()
        } catch {
            throw .refused(error)
        }
    }

    /// - Returns: nil where a form may bring the proof that is wanted.
    private func admitted(by pass: UploadPass, _ head: RequestHead) throws(WebTrouble) -> Home? {
        if pass.site != nil {
            // A form has it in a field.
            if head.fields.values(of: .formToken).isEmpty { return nil }
            try requireFormToken(of: pass, head)
            return pass.home
        }
        let answer = head.fields.values(of: .altcha).first
        do throws(WebRefusal) {
            try pass.link?.requireProof(answer?.bytes, from: peer.address.group)
            return pass.home
        } catch {
            if answer == nil { return nil }
            services.report(
                .loginDenied(peer, Refusal(status: .credentialsWrong, text: error.text), reason: nil))
            throw .refused(error)
        }
    }

    private func requireFormToken(of pass: UploadPass, _ head: RequestHead) throws(WebTrouble) {
        do throws(WebRefusal) {
            try pass.requireFormToken(head.fields.values(of: .formToken).first?.bytes)
        } catch {
            throw .refused(error)
        }
    }

    private func credentials(_ head: RequestHead) throws(WebTrouble) -> WebCredentials? {
        do throws(WebRefusal) {
            return try WebCredentials(head.fields)
        } catch {
            throw .refused(error)
        }
    }
}
