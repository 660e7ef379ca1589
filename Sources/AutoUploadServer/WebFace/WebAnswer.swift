import HTTP
import Platform

/// What a request is answered with.
struct WebAnswer {
    let status: HTTP.Status
    var fields = Fields()
    let content: [UInt8]

    init(_ status: HTTP.Status, type: FieldValue, _ content: [UInt8]) {
        (self.status, self.content) = (status, content)
        fields.append(.contentType, type)
    }

    /// A line of text.
    init(_ status: HTTP.Status, _ text: String) {
        self.init(status, type: "text/plain; charset=utf-8", Array("\(text)\n".utf8))
    }

    /// Without content.
    init(_ status: HTTP.Status, _ fields: Fields = Fields()) {
        (self.status, self.fields, content) = (status, fields, [])
    }

    init(_ refusal: WebRefusal) {
        self.init(refusal.status, refusal.text)
        for line in refusal.fields.lines { fields.set(line.name, line.value) }
    }

    /// What stands in every answer that says nothing else: it is for nobody's cache, a browser takes it for nothing else than it is,
    /// and what a page consists of comes from here, in files of its own.
    private static let common: [(FieldName, FieldValue)] = [
        (.cacheControl, "no-store"), (.contentTypeOptions, "nosniff"),
        (
            .contentSecurityPolicy,
            """
            default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; \
            form-action 'self'; frame-ancestors 'none'; base-uri 'none'
            """
        ),
        // Not "no-referrer": with it browsers say "Origin: null" of our own form, as of one from who knows where.
        (.referrerPolicy, "same-origin"),
    ]

    /// - Parameters:
    ///   - request: what is answered; nil where it couldn't be read.
    ///   - keepsAlive: whether another request may follow.
    func encoded(answering request: RequestHead?, keepsAlive: Bool) -> (bytes: [UInt8], keepsAlive: Bool) {
        var fields = fields
        fields.set(.date, httpDate(currentUnixTime()))
        for (name, value) in Self.common where fields.values(of: name).isEmpty { fields.set(name, value) }
        let head = ResponseHead(status, fields, content: .length(UInt64(content.count)))
        let start = head.start(answering: request, keepsAlive: keepsAlive)
        return (start.content == .nothing ? start.bytes : start.bytes + content, start.keepsAlive)
    }
}

extension FieldName {
    static let contentTypeOptions = FieldName("X-Content-Type-Options")
    static let contentSecurityPolicy = FieldName("Content-Security-Policy")
    static let referrerPolicy = FieldName("Referrer-Policy")
    static let username = FieldName("Username")
    static let password = FieldName("Password")
    static let oneTimeCode = FieldName("OTP")
    static let altcha = FieldName("Altcha")
    static let modificationTime = FieldName("X-OC-Mtime")
}
