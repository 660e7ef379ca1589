import AdminSite
import Connections
import Domain
import Events
import HTTP
import Logins
import Platform

/// `/admin/upload/PLACE/…`: an admin adds files to somebody's folder. Below the place stands all by which the drop page uploads, for a session's own
/// page.
enum SiteUploadFace {
    static func isAsked(_ target: RequestTarget) -> Bool {
        let names = target.segments.prefix(2).map { String(decoding: $0, as: UTF8.self) }
        return target.segments.count > 3 && names == ["admin", "upload"]
    }

    static func answer(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        guard let site = connection.rules.admin, connection.services.gate.hasRoles else { throw .refused(.notFound) }
        let inner = head.belowFirst.belowFirst.belowFirst
        let endpoint = Endpoint(inner.target, takesDrops: false, hasAdmin: false, hasLinks: false)
        guard let endpoint else { throw .refused(.notFound) }
        if head.method == .options { return WebAnswer(optionsOf: endpoint, connection.services) }
        // What pages consist of is no secret.
        if case .page(let path) = endpoint, !path.isEmpty {
            return try Router.answerOurs(inner, endpoint, on: &connection)
        }
        let request = try AdminFace.request(head, Array(head.target.segments[1...3]), nil, on: connection)
        let desk = LoginDesk(gate: connection.services.gate, membership: connection.membership)
        switch site.admit(request, connection.services, desk, &connection.peer) {
        case .admitted(let uploader):
            return try answer(inner, endpoint, uploader, base: base(head.target), on: &connection)
        case .refused(let answer):
            if case .page = endpoint { return WebAnswer(answer, to: head) }
            throw .refused(WebRefusal(.forbidden, "the session is over, or its user may not upload: log in at /admin/"))
        }
    }

    private static func answer(
        _ head: RequestHead, _ endpoint: Endpoint, _ uploader: SiteUploader, base: String,
        on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        if ![.get, .head].contains(head.method) {
            do throws(WebRefusal) {
                try OwnForm.requireOwnPage(head, connection.client)
            } catch {
                throw .refused(error)
            }
        }
        connection.enter(
            UploadPass(
                home: Home(uploader.owner, in: uploader.folder), name: uploader.admin, base: base, site: uploader))
        return try Router.answerOurs(head, endpoint, on: &connection)
    }

    private static func base(_ target: RequestTarget) -> String {
        "/" + target.segments.prefix(3).map { String(decoding: $0, as: UTF8.self) }.joined(separator: "/")
    }
}
