import Connections
import HTTP
import Logins

/// Which part answers a request, by its target and method.
enum Router {
    static func answer(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        if let id = DropFace.link(head.target) { return try DropFace.answer(head, id, on: &connection) }
        if SiteUploadFace.isAsked(head.target) { return try SiteUploadFace.answer(head, on: &connection) }
        let hasAdmin = connection.rules.admin != nil && connection.services.gate.hasRoles
        guard
            let endpoint = Endpoint(
                head.target, takesDrops: connection.rules.drops != nil, isDirect: connection.rules.direct != nil,
                hasAdmin: hasAdmin, hasLinks: connection.rules.admin != nil, hasBlobs: connection.rules.blobs != nil)
        else {
            throw .refused(.notFound)
        }
        if case .admin(let segments) = endpoint { return try AdminFace.answer(head, segments, on: &connection) }
        if case .link(let id) = endpoint, head.method != .options {
            return try LinkFace.answer(head, id, on: &connection)
        }
        return try answerOurs(head, endpoint, on: &connection)
    }

    /// What only our own pages may ask for, or those that `--web-origin` names.
    static func answerOurs(
        _ head: RequestHead, _ endpoint: Endpoint, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        let crossOrigin = connection.rules.crossOrigin
        if crossOrigin.isPreflight(head) { return CrossOrigin.preflightAnswer(endpoint.methods) }
        do throws(WebRefusal) {
            if !crossOrigin.allows(head) { try refuseForeignPages(head, connection.client) }
        } catch {
            throw .refused(error)
        }
        return try answer(head, endpoint, on: &connection)
    }

    private static func answer(
        _ head: RequestHead, _ endpoint: Endpoint, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        // tus has methods of its own, by a field, and answers of its own to others.
        if endpoint.isTus { return try Tus.answer(head, endpoint, on: &connection) }
        if head.method == .options { return WebAnswer(optionsOf: endpoint, connection.services) }
        guard endpoint.methods.contains(head.method) else { throw .refused(.methodNotAllowed(endpoint.methods)) }
        switch endpoint {
        case .files(let name): return try FilePut.answer(head, named: name, on: &connection)
        case .upload: return try upload(head, on: &connection)
        case .resumable(let id): return try ResumableResource.answer(head, id: id, on: &connection)
        case .byName(let name): return LinkFace.redirect(toFileNamed: name)
        case .blob(let target): return try BlobFace.answer(head, target, on: &connection)
        case .blobOrFile(let target, let name):
            if head.method == .put { return try FilePut.answer(head, named: name, on: &connection) }
            return try BlobFace.answer(head, target, on: &connection)
        case .challenge: return connection.challenge
        case .direct(let resource): return try DirectFace.answer(head, resource, on: &connection)
        case .page(let path):
            if path.isEmpty, let pass = connection.pass { return DropPage.answer(pass) }
            guard let page = PageFile.answer(path, connection.rules, to: head) else { throw .refused(.notFound) }
            return page
        case .tus, .tusUpload, .wholeServer, .admin, .link: throw .refused(.notFound)
        }
    }

    /// A form, or a file by itself.
    private static func upload(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer
    {
        let name: [[UInt8]]?
        do throws(WebRefusal) {
            name = try FileOffer.ownName(head.fields)
        } catch {
            throw .refused(error)
        }
        guard let name else { return try FormUpload.answer(head, on: &connection) }
        return try FilePut.answer(head, named: name, on: &connection)
    }

    /// A browser that knows a user's password sends it for any page that asks: only the server's own may.
    private static func refuseForeignPages(_ head: RequestHead, _ client: WebClient) throws(WebRefusal) {
        guard let origin = head.fields.values(of: .origin).first?.text, head.method != .get else { return }
        let own = head.authority.flatMap { Origin(scheme: client.scheme, $0) }
        guard let own, own == Origin(origin) else {
            throw WebRefusal(.forbidden, "pages of another server (Origin) may not upload here")
        }
    }
}
