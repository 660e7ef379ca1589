import HTTP
import Platform
import Storage

/// How long an upload's URL lets who has it in, of an upload without an account: however often its client comes back, as long from
/// the upload's beginning on as others are kept after their last request. So nobody keeps room, or a way in, for ever.
extension AnonymousDrops {
    /// - Throws: 404 for one whose time is over: it is to be removed.
    func limitTime(of upload: inout UploadResource) throws(WebRefusal) {
        guard let expiry = upload.latestExpiry else { return }
        upload.expires = min(upload.expires, expiry)
        try requireTime(for: upload)
    }

    /// - Throws: 404 for one without an account whose time is over.
    func requireTime(for upload: UploadResource) throws(WebRefusal) {
        guard upload.traits.user == rules.folder, upload.expires <= currentUnixTime() else { return }
        throw .unknownUpload
    }
}
