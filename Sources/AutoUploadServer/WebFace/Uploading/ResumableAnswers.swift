import Connections
import Domain
import Encodings
import HTTP
import Storage

extension Services {
    /// What uploads are to keep to.
    ///
    /// - Parameter seconds: for which an upload is kept; nil: as long as a new one.
    func uploadLimits(maxAge seconds: UInt64? = nil) -> ResumableLimits {
        let largest = vault.largestFile ?? .max
        return ResumableLimits(
            maxSize: min(largest, UInt64(StructuredNumber.range.upperBound)), minSize: 0,
            maxAppendSize: min(largest, UInt64(StructuredNumber.range.upperBound)), minAppendSize: 0,
            maxAge: seconds ?? UInt64(max(0, vault.resourceExpiry)))
    }
}

extension WebAnswer {
    /// - Parameter limits: are told with what is too large.
    init(_ refusal: ResumableRefusal, _ limits: ResumableLimits) {
        self.init(refusal.status, type: ResumableRefusal.mediaType, Array("\(refusal.json)\n".utf8))
        fields.set(.uploadComplete, "?0")
        switch refusal {
        case .mismatchingOffset(let expected, _): fields.set(.uploadOffset, FieldValue(expected))
        case .tooLarge, .appendTooLarge, .tooSmall, .appendTooSmall: fields.set(.uploadLimit, limits.field)
        case .otherMediaType: fields.set(.acceptPatch, ResumableState.mediaType)
        case .methodNotAllowed: fields.set(.allow, Endpoint.resumable(id: []).methods.asList)
        case .fieldMissing, .inconsistentLength, .completed, .otherVersion: break
        }
    }

    /// Whether it is the answer to the whole upload, as the draft's clients are told it.
    func completing(_ completes: Bool) -> WebAnswer {
        var answer = self
        answer.fields.set(.uploadComplete, FieldValue(truth: completes))
        return answer
    }
}

extension ResourceTraits {
    /// The upload resource's own path on this server.
    ///
    /// - Parameter base: what stands before it.
    func location(_ base: String) -> FieldValue { FieldValue("\(base)/uploads/\(id)") ?? "" }
}

extension WebAnswer {
    /// What OPTIONS is answered with: what a target takes, and what uploads are to keep to, for who asks before (section 4.1.4 of the
    /// draft).
    init(optionsOf endpoint: Endpoint, _ services: Services) {
        self.init(.noContent)
        fields.set(.allow, endpoint.methods.asList)
        switch endpoint {
        case .files, .upload, .wholeServer: fields.set(.uploadLimit, services.uploadLimits().field)
        case .resumable: fields.set(.acceptPatch, ResumableState.mediaType)
        case .tus, .tusUpload, .challenge, .direct, .page, .admin, .link, .byName, .blob, .blobOrFile: break
        }
    }
}
