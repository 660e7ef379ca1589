package import HTTP

/// What is asked of the admin site.
package struct SiteRequest: Sendable {
    /// The names behind `/admin/`, without escapes.
    package let segments: [[UInt8]]
    package let query: URLEncodedForm
    /// What a POST brings; nil: nothing is to be changed.
    package let form: URLEncodedForm?
    package let fields: Fields
    /// As the browser calls this server; nil where it doesn't say.
    package let host: String?
    /// How its connection is protected, for the log.
    package let protection: String

    package init(
        segments: [[UInt8]], query: URLEncodedForm, form: URLEncodedForm?, fields: Fields, host: String?,
        protection: String
    ) {
        (self.segments, self.query, self.form, self.fields) = (segments, query, form, fields)
        (self.host, self.protection) = (host, protection)
    }

    /// The segments as names of pages; other bytes than UTF-8 are no page's.
    var names: [String] { segments.map { String(decoding: $0, as: UTF8.self) } }

    /// The session that the browser shows.
    var session: SessionCookie { SessionCookie(fields) }
}
