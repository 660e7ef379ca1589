import Domain
import Platform
import Storage
import Wire

extension OfferedFile {
    /// - Parameter path: the offer's, checked.
    init(user: FileName, path: RemotePath, _ offer: Offer) {
        let modified = FileTime(seconds: offer.modified.seconds, nanoseconds: offer.modified.nanoseconds)
        self.init(user: user, path: path, id: offer.uploadID, size: offer.size, modified: modified)
    }
}
