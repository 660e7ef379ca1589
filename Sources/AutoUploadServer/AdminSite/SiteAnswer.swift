import HTML
package import HTTP

/// What the admin site answers.
package struct SiteAnswer {
    package let status: HTTP.Status
    package var fields = Fields()
    package let content: Content

    package enum Content {
        case bytes([UInt8])
        case download(Download)
        case made(ContentMaker)
    }

    init(_ status: HTTP.Status, _ page: HTML) {
        (self.status, content) = (status, .bytes(page.bytes))
        fields.set(.contentType, "text/html; charset=utf-8")
        for (name, value) in Self.ofPages { fields.set(name, value) }
    }

    init(_ status: HTTP.Status, type: FieldValue, _ content: [UInt8]) {
        (self.status, self.content) = (status, .bytes(content))
        fields.set(.contentType, type)
    }

    /// Elsewhere, by GET.
    init(seeOther url: OwnURL) {
        (status, content) = (.seeOther, .bytes([]))
        if let place = FieldValue(url.text) { fields.set(.location, place) }
    }

    init(_ status: HTTP.Status, type: FieldValue, made maker: ContentMaker) {
        (self.status, content) = (status, .made(maker))
        fields.set(.contentType, type)
    }

    /// A file: what is sent of it, and with which status, follows from the request.
    init(_ download: Download) {
        (status, content) = (.ok, .download(download))
    }

    /// A page shows what lies here and nothing else, runs no script that stands in it, stands in nobody's frame, and shares its
    /// window with no page of another server.
    private static let ofPages: [(FieldName, FieldValue)] = [
        (
            FieldName("Content-Security-Policy"),
            """
            default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; \
            form-action 'self'; frame-ancestors 'none'; base-uri 'none'
            """
        ),
        (FieldName("Cross-Origin-Opener-Policy"), "same-origin"),
        (FieldName("Cross-Origin-Resource-Policy"), "same-origin"),
        (.cacheControl, "no-store"),
    ]
}
