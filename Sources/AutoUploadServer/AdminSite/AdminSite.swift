import Accounts
package import Connections
package import Events
import HTML
import HTTP
import Logins
package import Platform

/// The pages under `/admin/`: for users with a role, after a login of their own.
///
/// It sees requests as values and answers with values: connections are the face's.
package struct AdminSite: Sendable {
    let sessions: SiteSessions
    let live = LiveUploads()
    let passwordFile: EditedFile
    package let links: PublicLinks

    /// The password file.
    package struct EditedFile: Sendable {
        let path: String
        /// Whether the server was told that it may write there.
        let mayEdit: Bool

        package init(path: String, mayEdit: Bool) {
            (self.path, self.mayEdit) = (path, mayEdit)
        }
    }

    /// - Throws: `SystemError` when the kernel gives no randomness.
    ///
    /// - Parameter passwordFile: in which an admin may set something for users.
    package init(_ limits: Limits, passwordFile: EditedFile) throws(SystemError) {
        self.passwordFile = passwordFile
        links = try PublicLinks()
        sessions = SiteSessions(idle: limits.sessionIdle, lifetime: limits.sessionLifetime)
    }

    /// What a request is answered from.
    struct Context {
        let request: SiteRequest
        let services: Services
        let desk: LoginDesk
    }

    /// - Parameters:
    ///   - desk: of the request's connection.
    ///   - peer: who asks; the user is noted there.
    package func answer(
        _ request: SiteRequest, _ services: Services, _ desk: LoginDesk, _ peer: inout ServerEvent.Peer
    ) -> SiteAnswer {
        (peer.user, peer.account) = (nil, nil)
        defer { keepSessions(services.catalogue) }
        let context = Context(request: request, services: services, desk: desk)
        if let asset = SiteAsset.answer(request) { return asset }
        let visitor = visitor(context, &peer)
        if request.names == [Entrance.login] { return Entrance(self, context).answer(visitor, &peer) }
        guard let visitor else { return Entrance.redirect(from: request) }
        if request.form == nil { return show(context, visitor, peer) }
        return change(context, visitor, peer)
    }

    /// Who has logged in, if that still counts.
    func visitor(_ context: Context, _ peer: inout ServerEvent.Peer) -> Visitor? {
        guard let id = context.request.session.id, let login = login(with: id, context.services) else { return nil }
        guard let role = context.services.gate.role(of: login) else {
            sessions.end(id)
            return nil
        }
        peer.user = login.user.text
        // As of who logs in by any other way: the connection ends when the login counts no more.
        guard case .granted(let home, _) = context.desk.decide(login) else { return nil }
        peer.account = home.user
        return Visitor(login: login, role: role, session: id)
    }
}

// MARK: - Changes

extension AdminSite {
    /// Every change comes with the token of the session's own pages: the cookie alone is sent by any page that knows how to ask.
    private func change(_ context: Context, _ visitor: Visitor, _ peer: ServerEvent.Peer) -> SiteAnswer {
        guard let token = context.request.form?[SiteForm.token], visitor.session.isFormToken(token) else {
            return SiteAnswer(.forbidden, MessagePage.stale.html(for: visitor))
        }
        let names = context.request.names
        if names == [Entrance.logout] { return Entrance(self, context).leave(visitor, peer) }
        guard visitor.mayChange, let form = context.request.form else {
            return SiteAnswer(.forbidden, MessagePage.viewer.html(for: visitor))
        }
        do throws(SiteTrouble) {
            return try change(names, form, context, visitor, peer)
        } catch {
            return SiteAnswer(error.status, error.page.html(for: visitor))
        }
    }

    private func change(
        _ names: [String], _ form: URLEncodedForm, _ context: Context, _ visitor: Visitor, _ peer: ServerEvent.Peer
    ) throws(SiteTrouble) -> SiteAnswer {
        switch names.first {
        case Sharing.part: return try Sharing(context: context, peer: peer).make(form, visitor)
        case Sharing.severalPart where names.count == 1:
            return try Sharing(context: context, peer: peer).makeOfSeveral(form, visitor)
        case Sharing.listPart where names == [Sharing.listPart, Sharing.revoke]:
            return try Sharing(context: context, peer: peer).revoke(form)
        case Deleting.part: return try Deleting(context: context, peer: peer).delete(form)
        case UsersRequest.part: return try UsersRequest(self, context, peer).change(form)
        case TrashRequest.part: return try TrashRequest(context: context, peer: peer).change(form)
        case LogRequest.part where names == [LogRequest.part, LogChanges.clear]: return try LogChanges(context).clear()
        case LogRequest.part where names == [LogRequest.part, LogChanges.anonymise]:
            return try LogChanges(context).anonymise(form)
        default: throw .notFound
        }
    }
}
