import Platform
import Wire

/// What an upload is to become, and whose it is. An upload goes on only where all of this is as it was.
struct OfferedFile: Hashable, Sendable {
    /// The user's folder.
    let user: FileName
    /// Below the user's folder.
    let path: RemotePath
    private let offer: Offer

    /// By what an upload is found again: ids of different users have nothing to do with each other.
    struct Key: Hashable {
        let user: FileName
        let id: UploadID
    }

    /// - Parameter path: the offer's, checked.
    init(user: FileName, path: RemotePath, _ offer: Offer) {
        self.user = user
        self.path = path
        var offer = offer
        offer.isFresh = false
        self.offer = offer
    }

    var key: Key { Key(user: user, id: offer.uploadID) }
    /// The path's last component.
    var name: FileName { FileName(path.parts.name) ?? FileName(constant: "file") }
    /// Bytes.
    var size: UInt64 { offer.size }
    var modified: FileTime { FileTime(seconds: offer.modified.seconds, nanoseconds: offer.modified.nanoseconds) }

    /// Whether it is the same file of the same user as far as can be told, though under another id.
    func isSameFile(as other: OfferedFile) -> Bool {
        user == other.user && path == other.path && size == other.size && modified == other.modified
    }
}

extension OfferedFile {
    init?(reading reader: inout WireReader) {
        guard let name = try? reader.readBytes8(.user, 1...FileName.maximumLength), let user = FileName(name),
            let offer = try? Offer(reading: &reader), let path = try? RemotePath(offer.path)
        else { return nil }
        self.init(user: user, path: path, offer)
    }

    func write(to writer: inout WireWriter) {
        writer.writeBytes8(user.bytes)
        offer.write(to: &writer)
    }
}
