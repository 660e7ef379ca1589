import HTTP
import Platform
import Storage

/// How long an upload's URL lets who has it in, of an upload without an account: however often its client comes back, as long from
/// the upload's beginning on as others are kept after their last request. So nobody keeps room, or a way in, for ever.
extension AnonymousDrops {
    /// - Returns: whether it has time left: else it is to be removed.
    func limitTime(of upload: inout UploadResource) -> Bool {
        if let expiry = upload.latestExpiry { upload.expires = min(upload.expires, expiry) }
        return hasTime(upload)
    }

    /// - Throws: 404 for one without an account whose time is over.
    func requireTime(for upload: UploadResource) throws(WebRefusal) {
        if !hasTime(upload) { throw .unknownUpload }
    }

    private func hasTime(_ upload: UploadResource) -> Bool {
        upload.traits.user != rules.folder || upload.expires > currentUnixTime()
    }
}
