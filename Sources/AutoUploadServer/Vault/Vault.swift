import Platform
import Transport
import Wire

/// The only owner of the storage folder. Every way in begins, feeds and commits uploads here, and what it says is stored is
/// stored: content flushed, published without replacing anything, and its folders flushed.
final class Vault: Sendable {
    private let staging: Directory
    private let publisher: Publisher
    private let rights: AccessRights
    private let durable = DurableFolders()
    /// Held until the process ends: two servers on one folder would clear each other's staging.
    private let lock: FileDescriptor

    init(_ storage: consuming Storage, rights: AccessRights) {
        staging = storage.staging
        self.rights = rights
        publisher = Publisher(
            folders: FolderTree(root: storage.root, rights: rights),
            renamesWithoutReplacing: storage.renamesWithoutReplacing)
        lock = storage.takeLock()
    }

    /// Makes room for an upload.
    func begin(
        user: FileName, path: RemotePath, size: UInt64, modified: FileTime
    ) throws(VaultError) -> PartialUpload {
        do throws(SystemError) {
            let partial = try PartialUpload(user: user, path: path, size: size, modified: modified, staging: staging)
            try partial.reserve()
            return partial
        } catch {
            throw VaultError(error)
        }
    }

    /// Makes uploads durable, each one or not: an error fails what it covers and nothing else. They share the flushes of
    /// their folders, which come after the last of them was published.
    ///
    /// - Returns: one result for each, in the order given.
    func commit(_ uploads: [PendingCommit]) -> [Result<Stored, VaultError>] {
        var open = OpenFolders(publisher.folders)
        let places = uploads.map { upload in
            Result { () throws(VaultError) in
                try upload.partial.verify(upload.digest)
                try upload.partial.flush(rights)
                return try publisher.publish(upload.partial, upload.digest, in: &open)
            }
        }
        var flushes = durable.round()
        return zip(uploads, places).map { upload, place in
            Result { () throws(VaultError) in
                try confirm(place.get(), upload.digest, upload.partial.size, &flushes)
            }
        }
    }

    /// Finds exactly this content, and makes sure that it is durable.
    ///
    /// - Returns: nil when it isn't stored.
    func find(
        user: FileName, path: RemotePath, size: UInt64, digest: ContentDigest
    ) throws(VaultError) -> Stored? {
        guard let place = try publisher.find(user: user, path, size: size, digest) else { return nil }
        var flushes = durable.round()
        return try confirm(place, digest, size, &flushes)
    }

    /// The one place where something becomes "stored": after its folders are flushed.
    private func confirm(
        _ place: Publisher.Place, _ digest: ContentDigest, _ size: UInt64, _ flushes: inout DurableFolders.Round
    ) throws(VaultError) -> Stored {
        do throws(SystemError) {
            try flushes.flush(place.chain)
        } catch {
            throw .failed(error)
        }
        guard let path = place.path else {
            throw .failed(SystemError("name", place.name.description, errno: .nameTooLong))
        }
        return Stored(path: path, size: size, digest: digest, tag: place.tag, wasThere: place.isOld)
    }
}

/// An upload all of whose bytes have come.
struct PendingCommit {
    let partial: PartialUpload
    /// What the client says it sent.
    let digest: ContentDigest
}

/// Content that is durable under its final name.
struct Stored: Hashable {
    /// Below the user's folder.
    let path: RemotePath
    let size: UInt64
    let digest: ContentDigest
    let tag: FileTag
    /// The same content was there before.
    let wasThere: Bool
}
