import HTTP

/// Which part answers a request, by its target and method.
enum Router {
    static func answer(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble) -> WebAnswer {
        let crossOrigin = connection.rules.crossOrigin
        if crossOrigin.isPreflight(head) { return CrossOrigin.preflightAnswer }
        do throws(WebRefusal) {
            if !crossOrigin.allows(head) { try refuseForeignPages(head, connection.client) }
        } catch {
            throw .refused(error)
        }
        let segments = head.target.segments.map { String(decoding: $0, as: UTF8.self) }
        if head.method == .options, let answer = ResumableOptions.answer(segments, head, on: connection) {
            return answer
        }
        switch segments.first {
        case "files"? where segments.count > 1:
            guard head.method == .put else { throw .refused(.methodNotAllowed("PUT")) }
            return try FilePut.answer(head, named: Array(head.target.segments.dropFirst()), on: &connection)
        case "upload"? where segments.count == 1:
            guard [.post, .put].contains(head.method) else { throw .refused(.methodNotAllowed("PUT, POST")) }
            return try upload(head, on: &connection)
        case "challenge"? where segments.count == 1 && connection.rules.drops != nil:
            guard [.get, .head].contains(head.method) else { throw .refused(.methodNotAllowed("GET, HEAD")) }
            return connection.challenge
        case "tus"?: return try Tus.answer(head, on: &connection)
        case "uploads"? where segments.count == 2:
            return try ResumableResource.answer(head, id: head.target.segments[1], on: &connection)
        default:
            let path = segments.joined(separator: "/")
            guard let page = PageFile.answer(path, to: head) else { throw .refused(.notFound) }
            guard [.get, .head].contains(head.method) else { throw .refused(.methodNotAllowed("GET, HEAD")) }
            return page
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
