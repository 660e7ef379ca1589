import AdminSite
import Connections
import HTTP

/// `/admin/…`: hands requests to the admin site as values, and its answers back as this face's.
enum AdminFace {
    /// Whether a request is for it: then no page of another server has a say, not even one that the admin lets upload.
    static func isAsked(_ head: RequestHead) -> Bool {
        head.target.segments.first.map { $0.elementsEqual("admin".utf8) } ?? false
    }

    /// - Parameter segments: behind `/admin`.
    static func answer(
        _ head: RequestHead, _ segments: [[UInt8]], on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let site = connection.rules.admin else { throw .refused(.notFound) }
        let methods = Endpoint.admin(segments: segments).methods
        if head.method == .options {
            var answer = WebAnswer(.noContent)
            answer.fields.set(.allow, methods.asList)
            return answer
        }
        guard methods.contains(head.method) else { throw .refused(.methodNotAllowed(methods)) }
        let form = head.method == .post ? try OwnForm.receive(head, on: &connection) : nil
        let request = try request(head, segments, form, on: connection)
        let desk = LoginDesk(gate: connection.services.gate, membership: connection.membership)
        return WebAnswer(site.answer(request, connection.services, desk, &connection.peer), to: head)
    }

    static func request(
        _ head: RequestHead, _ segments: [[UInt8]], _ form: URLEncodedForm?, on connection: borrowing WebConnection
    ) throws(WebTrouble) -> SiteRequest {
        SiteRequest(
            segments: segments, query: try OwnForm.parsed(head.target.query ?? []), form: form, fields: head.fields,
            host: head.authority?.description,
            protection: connection.requests.protection)
    }
}

extension WebAnswer {
    init(_ answer: SiteAnswer, to head: RequestHead) {
        switch answer.content {
        case .bytes(let bytes): self.init(answer.status, answer.fields, .bytes(bytes))
        case .made(let maker): self.init(answer.status, answer.fields, .made(maker))
        case .download(let download): self.init(download, to: head)
        }
    }
}
