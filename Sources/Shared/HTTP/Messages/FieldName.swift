/// The name of a field: a token, whose capital letters say nothing (RFC 9110, section 5.1).
package struct FieldName: Hashable, Sendable, CustomStringConvertible {
    /// The name in small letters.
    package let key: String
    /// The name as it is written in answers.
    package let description: String

    /// Fails unless the name is a token.
    package init?(_ name: some Collection<UInt8>) {
        guard !name.isEmpty, name.allSatisfy(isTokenByte) else { return nil }
        self.init(known: String(decoding: name, as: UTF8.self))
    }

    /// For a name that is known to be a token.
    package init(_ name: StaticString) {
        self.init(known: "\(name)")
    }

    private init(known name: String) {
        key = name.lowercased()
        description = name
    }

    package static func == (one: FieldName, other: FieldName) -> Bool {
        one.key == other.key
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(key)
    }
}

extension FieldName {
    package static let accept = FieldName(known: "Accept")
    package static let acceptRanges = FieldName(known: "Accept-Ranges")
    package static let acceptPatch = FieldName(known: "Accept-Patch")
    package static let allow = FieldName(known: "Allow")
    package static let authorization = FieldName(known: "Authorization")
    package static let cacheControl = FieldName(known: "Cache-Control")
    package static let connection = FieldName(known: "Connection")
    package static let contentDigest = FieldName(known: "Content-Digest")
    package static let contentDisposition = FieldName(known: "Content-Disposition")
    package static let contentEncoding = FieldName(known: "Content-Encoding")
    package static let contentLength = FieldName(known: "Content-Length")
    package static let contentRange = FieldName(known: "Content-Range")
    package static let contentType = FieldName(known: "Content-Type")
    package static let cookie = FieldName(known: "Cookie")
    package static let date = FieldName(known: "Date")
    package static let entityTag = FieldName(known: "ETag")
    package static let expect = FieldName(known: "Expect")
    package static let forwarded = FieldName(known: "Forwarded")
    package static let forwardedFor = FieldName(known: "X-Forwarded-For")
    package static let forwardedScheme = FieldName(known: "X-Forwarded-Proto")
    package static let host = FieldName(known: "Host")
    package static let ifMatch = FieldName(known: "If-Match")
    package static let ifModifiedSince = FieldName(known: "If-Modified-Since")
    package static let ifNoneMatch = FieldName(known: "If-None-Match")
    package static let ifRange = FieldName(known: "If-Range")
    package static let ifUnmodifiedSince = FieldName(known: "If-Unmodified-Since")
    package static let lastModified = FieldName(known: "Last-Modified")
    package static let location = FieldName(known: "Location")
    package static let methodOverride = FieldName(known: "X-HTTP-Method-Override")
    package static let origin = FieldName(known: "Origin")
    package static let range = FieldName(known: "Range")
    package static let reprDigest = FieldName(known: "Repr-Digest")
    package static let retryAfter = FieldName(known: "Retry-After")
    package static let setCookie = FieldName(known: "Set-Cookie")
    package static let transferEncoding = FieldName(known: "Transfer-Encoding")
    package static let uploadComplete = FieldName(known: "Upload-Complete")
    package static let uploadDeferLength = FieldName(known: "Upload-Defer-Length")
    package static let uploadDraftVersion = FieldName(known: "Upload-Draft-Interop-Version")
    package static let uploadIncomplete = FieldName(known: "Upload-Incomplete")
    package static let uploadLength = FieldName(known: "Upload-Length")
    package static let uploadLimit = FieldName(known: "Upload-Limit")
    package static let uploadOffset = FieldName(known: "Upload-Offset")
    package static let vary = FieldName(known: "Vary")
    package static let wantContentDigest = FieldName(known: "Want-Content-Digest")
    package static let wantReprDigest = FieldName(known: "Want-Repr-Digest")
    package static let wwwAuthenticate = FieldName(known: "WWW-Authenticate")
}
