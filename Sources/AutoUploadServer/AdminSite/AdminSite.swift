import Accounts
package import Connections
package import Events
import HTML
import HTTP
import Logins
import Platform
import Storage

/// The pages under `/admin/`: for users with a role, after a login of their own.
///
/// It sees requests as values and answers with values: connections are the face's.
package struct AdminSite: Sendable {
    let sessions: SiteSessions

    package init(_ limits: Limits) {
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
        let context = Context(request: request, services: services, desk: desk)
        if let asset = SiteAsset.answer(request) { return asset }
        let visitor = visitor(context, &peer)
        if request.names == [Entrance.login] { return Entrance(self, context).answer(visitor, &peer) }
        guard let visitor else { return Entrance.redirect(from: request) }
        if request.form == nil { return show(context, visitor) }
        return change(context, visitor, peer)
    }

    /// Who has logged in, if that still counts.
    private func visitor(_ context: Context, _ peer: inout ServerEvent.Peer) -> Visitor? {
        guard let id = context.request.session.id, let login = sessions.login(with: id) else { return nil }
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

// MARK: - Pages

extension AdminSite {
    private func show(_ context: Context, _ visitor: Visitor) -> SiteAnswer {
        let names = context.request.names
        switch names.first {
        case nil:
            return SiteAnswer(.ok, OverviewPage(context.services).html(for: visitor))
        case "" where names.count == 1:
            return SiteAnswer(.ok, OverviewPage(context.services).html(for: visitor))
        case StoredFilePage.part, StoredFilePage.contentPart: return file(context, visitor)
        default: return SiteAnswer(.notFound, MessagePage.notFound.html(for: visitor))
        }
    }

    private func file(_ context: Context, _ visitor: Visitor) -> SiteAnswer {
        do throws(VaultError) {
            guard let place = StoredPlace(context.request.segments.dropFirst()),
                let content = try place.open(in: context.services.vault)
            else { return SiteAnswer(.notFound, MessagePage.notFound.html(for: visitor)) }
            if context.request.names.first == StoredFilePage.part {
                return SiteAnswer(.ok, StoredFilePage(place, content).html(for: visitor))
            }
            let isPlayed = context.request.query["inline"] != nil && PlayableType(ofFile: place.name) != nil
            return SiteAnswer(
                Download(
                    content: content, owner: place.owner, path: place.path, digest: nil,
                    disposition: isPlayed ? .inline : .attachment))
        } catch {
            return SiteAnswer(.serviceUnavailable, MessagePage(storage: error).html(for: visitor))
        }
    }

    /// Every change comes with the token of the session's own pages: the cookie alone is sent by any page that knows how to ask.
    private func change(_ context: Context, _ visitor: Visitor, _ peer: ServerEvent.Peer) -> SiteAnswer {
        guard let token = context.request.form?[SiteForm.token], visitor.session.isFormToken(token) else {
            return SiteAnswer(.forbidden, MessagePage.stale.html(for: visitor))
        }
        switch context.request.names {
        case [Entrance.logout]: return Entrance(self, context).leave(visitor, peer)
        default: return SiteAnswer(.notFound, MessagePage.notFound.html(for: visitor))
        }
    }
}
