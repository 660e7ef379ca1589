import AdminSite
import Catalogue
import Domain
import Events
import HTTP
import Logins
import Platform

/// `/ID/…`: what a link of an admin's lets somebody without an account send. Below the link stands all by which files are uploaded, as it
/// does at the server's root, but that nobody logs in.
enum DropFace {
    /// - Returns: nil for what stands below no link.
    static func link(_ target: RequestTarget) -> LinkID? {
        guard target.segments.count > 1, let first = target.segments.first else { return nil }
        return LinkID.ofRandomBits(String(decoding: first, as: UTF8.self))
    }

    static func answer(
        _ head: RequestHead, _ id: LinkID, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let links = connection.rules.admin?.links, let drops = connection.rules.linkDrops else {
            throw .refused(.notFound)
        }
        let inner = head.belowFirst
        if head.method == .options { return try answerOptions(inner, on: connection) }
        let link: Link
        do throws(SiteTrouble) {
            link = try links.drop(id, connection.services, from: connection.peer.address.group)
        } catch {
            if inner.target.isRoot { return WebAnswer(PublicLinks.answer(error), to: head) }
            throw .refused(WebRefusal(error.status, error.text, retryAfter: error.status == .notFound ? nil : 60))
        }
        guard links.isOpened(link, head.fields) else { return try answerLocked(inner, link) }
        let endpoint = Endpoint(inner.target, takesDrops: link.needsProof, hasAdmin: false, hasLinks: false)
        guard let endpoint, let name = id.publicName else { throw .refused(.notFound) }
        let folder = link.path.isEmpty ? nil : try? RemotePath(link.path)
        guard folder != nil || link.path.isEmpty else { throw .refused(.notFound) }
        connection.enter(
            UploadPass(
                home: Home(link.user, in: folder), name: name, base: "/\(id.text)",
                link: LinkBounds(link, drops, connection.services)))
        var answer = try Router.answerOurs(inner, endpoint, on: &connection)
        if let pass = links.renewedPass(for: link, head.fields) { answer.fields.append(.setCookie, pass) }
        return answer
    }

    /// The link's own address asks for its password.
    private static func answerLocked(_ head: RequestHead, _ link: Link) throws(WebTrouble) -> WebAnswer {
        guard head.target.isRoot, [.get, .head].contains(head.method), let place = FieldValue("/\(link.id.text)")
        else { throw .refused(.needsPassword) }
        var answer = WebAnswer(.seeOther)
        answer.fields.set(.location, place)
        return answer
    }
}

extension DropFace {
    /// Whether there is such a link isn't told.
    private static func answerOptions(
        _ head: RequestHead, on connection: borrowing WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let endpoint = Endpoint(head.target, takesDrops: true, hasAdmin: false, hasLinks: false) else {
            throw .refused(.notFound)
        }
        return WebAnswer(optionsOf: endpoint, connection.services)
    }
}

extension WebRefusal {
    fileprivate static let needsPassword = WebRefusal(
        .forbidden, "this link has a password: give it at the link's address, which lets in for an hour")
}

extension RequestTarget {
    /// "/".
    fileprivate var isRoot: Bool { segments == [[]] }
}
