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
        let form = head.method == .post ? try form(head, on: &connection) : nil
        let request = SiteRequest(
            segments: segments, query: try parsed(head.target.query ?? []), form: form, fields: head.fields,
            protection: connection.requests.protection)
        let desk = LoginDesk(gate: connection.services.gate, membership: connection.membership)
        return WebAnswer(site.answer(request, connection.services, desk, &connection.peer), to: head)
    }

    /// A change that is asked for. Only our own pages may: a browser says whose page asks, by one field or the other.
    private static func form(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble)
        -> URLEncodedForm
    {
        do throws(WebRefusal) {
            try requireOwnPage(head, connection.client)
            let type = head.fields.values(of: .contentType).first?.text.prefix { $0 != ";" }
            guard type?.lowercased() == "application/x-www-form-urlencoded" else {
                throw WebRefusal(.unsupportedMediaType, "a form is expected (application/x-www-form-urlencoded)")
            }
        } catch {
            throw .refused(error)
        }
        var body: [UInt8] = []
        try connection.receiveBody { (bytes: RawSpan) throws(WebRefusal) -> Void in
            guard body.count + bytes.byteCount <= longest else {
                throw WebRefusal(.contentTooLarge, "the form is longer than \(longest) bytes")
            }
            let bytes = Span<UInt8>(_bytes: bytes)
            for index in bytes.indices { body.append(bytes[index]) }
        }
        return try parsed(body)
    }

    private static let longest = URLEncodedForm.Limits().bytes

    private static func parsed(_ bytes: [UInt8]) throws(WebTrouble) -> URLEncodedForm {
        do throws(URLEncodedForm.Flaw) {
            return try URLEncodedForm(bytes)
        } catch {
            throw .refused(WebRefusal(.badRequest, error.description))
        }
    }

    private static func requireOwnPage(_ head: RequestHead, _ client: WebClient) throws(WebRefusal) {
        let own = head.authority.flatMap { Origin(scheme: client.scheme, $0) }
        let origins = head.fields.values(of: .origin)
        let sites = head.fields.values(of: FieldName("Sec-Fetch-Site"))
        let isOwnOrigin = origins.count == 1 && own != nil && origins.first.flatMap { Origin($0.text) } == own
        let isOwnSite = sites.count == 1 && sites.first?.text == "same-origin"
        let isOwn = origins.isEmpty ? isOwnSite : isOwnOrigin && (sites.isEmpty || isOwnSite)
        guard isOwn else {
            throw WebRefusal(.forbidden, "only pages of this server (Origin, Sec-Fetch-Site) may change anything here")
        }
    }
}

extension WebAnswer {
    fileprivate init(_ answer: SiteAnswer, to head: RequestHead) {
        switch answer.content {
        case .bytes(let bytes): self.init(answer.status, answer.fields, .bytes(bytes))
        case .download(let download): self.init(download, to: head)
        }
    }
}
