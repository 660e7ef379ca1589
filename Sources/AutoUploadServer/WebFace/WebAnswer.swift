import AdminSite
import HTTP
import Platform

/// What a request is answered with.
struct WebAnswer {
    let status: HTTP.Status
    var fields = Fields()
    let content: Content

    enum Content {
        case bytes([UInt8])
        /// Sent while it is read.
        case file(ServedFile)
        case made(ContentMaker)
        /// Of so many bytes.
        case measured(ContentMaker, length: UInt64)
    }

    init(_ status: HTTP.Status, type: FieldValue, _ content: [UInt8]) {
        (self.status, self.content) = (status, .bytes(content))
        fields.append(.contentType, type)
    }

    /// A line of text.
    init(_ status: HTTP.Status, _ text: String) {
        self.init(status, type: "text/plain; charset=utf-8", Array("\(text)\n".utf8))
    }

    /// Without content.
    init(_ status: HTTP.Status, _ fields: Fields = Fields()) {
        self.init(status, fields, .bytes([]))
    }

    init(_ status: HTTP.Status, _ fields: Fields, _ content: Content) {
        (self.status, self.fields, self.content) = (status, fields, content)
    }

    init(_ refusal: WebRefusal) {
        self.init(refusal.status, refusal.text)
        for line in refusal.fields.lines { fields.set(line.name, line.value) }
    }

    /// What stands in every answer that says nothing else: it is for nobody's cache, a browser takes it for nothing else than it is,
    /// and what a page consists of comes from here, in files of its own.
    private static let common: [(FieldName, FieldValue)] = [
        (.cacheControl, "no-store"), (.contentTypeOptions, "nosniff"),
        (.contentSecurityPolicy, policy(connectingTo: nil) ?? "default-src 'none'"),
        // Not "no-referrer": with it browsers say "Origin: null" of our own form, as of one from who knows where.
        (.referrerPolicy, "same-origin"),
    ]

    /// - Parameter origin: of another server that the page speaks to.
    static func policy(connectingTo origin: String?) -> FieldValue? {
        let others = origin.map { " \($0)" } ?? ""
        return FieldValue(
            """
            default-src 'none'; script-src 'self'; connect-src 'self'\(others); style-src 'self'; img-src 'self'; \
            form-action 'self'; frame-ancestors 'none'; base-uri 'none'
            """)
    }

    /// - Parameters:
    ///   - request: what is answered; nil where it couldn't be read.
    ///   - keepsAlive: whether another request may follow.
    func start(answering request: RequestHead?, keepsAlive: Bool) -> ResponseStart {
        var fields = fields
        fields.set(.date, HTTPDate(currentUnixTime()).value)
        for (name, value) in Self.common where fields.values(of: name).isEmpty { fields.set(name, value) }
        let head = ResponseHead(status, fields, content: length.map { .length($0) } ?? .unknownLength)
        return head.start(answering: request, keepsAlive: keepsAlive)
    }

    private var length: UInt64? {
        switch content {
        case .bytes(let bytes): UInt64(bytes.count)
        case .file(let file): file.length
        case .measured(_, let length): length
        case .made: nil
        }
    }
}

extension WebRefusal {
    /// To be sent as it is, where nothing follows.
    var encoded: [UInt8] {
        WebAnswer(self).start(answering: nil, keepsAlive: false).bytes + Array("\(text)\n".utf8)
    }
}

extension FieldName {
    static let contentTypeOptions = FieldName("X-Content-Type-Options")
    static let contentSecurityPolicy = FieldName("Content-Security-Policy")
    static let referrerPolicy = FieldName("Referrer-Policy")
    static let username = FieldName("Username")
    static let password = FieldName("Password")
    static let oneTimeCode = FieldName("OTP")
    static let formToken = FieldName("Form-Token")
    static let altcha = FieldName("Altcha")
    static let modificationTime = FieldName("X-OC-Mtime")
}
