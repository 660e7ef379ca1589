/// What a request says of a resumable upload: the IETF's draft "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload-12).
///
/// A field whose value isn't of its type says nothing, as the draft demands (section 4.1).
package struct ResumableRequest: Hashable, Sendable {
    /// Upload-Complete: whether the content is all that is left of the upload.
    package var completes: Bool?
    /// Upload-Offset: bytes of the upload that lie before the content.
    package var offset: UInt64?
    /// Upload-Length: bytes of the whole upload.
    package var length: UInt64?
    /// Bytes of the content; nil: its end will show it.
    package var contentLength: UInt64?
    /// The version of the draft that the client speaks; nil: it says none.
    package var version: Int64?
    /// Whether the client says, as it was said in version 3, that more follows.
    package var isIncompleteOfOld = false

    /// The versions of the draft that don't understand each other are told apart by a number (appendix B): 8 in the text of -12, and
    /// 9 for the same changes since (httpwg/http-extensions, pull request 3476 of July 2026).
    package static let versions: ClosedRange<UInt64> = 8...9

    /// The version in which the client may be sent `104 (Upload Resumption Supported)`; nil: it would take it for the final answer, or
    /// for another version's.
    package var interimVersion: UInt64? {
        version.flatMap { UInt64(exactly: $0) }.flatMap { Self.versions.contains($0) ? $0 : nil }
    }

    package var understandsInterim: Bool { interimVersion != nil }

    package init() {}

    package init(_ fields: Fields, _ framing: BodyFraming) {
        completes = Self.value(.uploadComplete, fields)?.boolean
        offset = Self.value(.uploadOffset, fields)?.integer.flatMap { UInt64(exactly: $0) }
        length = Self.value(.uploadLength, fields)?.integer.flatMap { UInt64(exactly: $0) }
        version = Self.value(.uploadDraftVersion, fields)?.integer
        isIncompleteOfOld = Self.value(.uploadIncomplete, fields)?.boolean ?? false
        contentLength =
            switch framing {
            case .none: 0
            case .length(let length): length
            case .chunked: nil
            }
    }

    package init(_ head: RequestHead) {
        self.init(head.fields, head.framing)
        // There are no interim answers in HTTP/1.0.
        if head.version == .http10 { version = nil }
    }

    private static func value(_ name: FieldName, _ fields: Fields) -> BareItem? {
        (try? fields.item(name))?.value
    }
}
