import HTTP

/// A small form of one of our own pages.
enum OwnForm {
    /// A change that is asked for. Only our own pages may: a browser says whose page asks, by one field or the other.
    static func receive(_ head: RequestHead, on connection: inout WebConnection) throws(WebTrouble)
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

    /// A page of a list has as many files to be chosen.
    private static let limits = URLEncodedForm.Limits(bytes: 16 << 10, fields: 256)
    private static let longest = limits.bytes

    static func parsed(_ bytes: [UInt8]) throws(WebTrouble) -> URLEncodedForm {
        do throws(URLEncodedForm.Flaw) {
            return try URLEncodedForm(bytes, limits: limits)
        } catch {
            throw .refused(WebRefusal(.badRequest, error.description))
        }
    }

    static func requireOwnPage(_ head: RequestHead, _ client: WebClient) throws(WebRefusal) {
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
