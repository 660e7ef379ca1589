package import Domain
import Platform

/// An upload all of whose bytes have come. Any thread may commit it, once.
package struct PendingCommit: Sendable {
    /// What the client says it sent; or what came, if it doesn't say.
    package let digest: ContentDigest
    /// Bytes that the whole file has.
    package let size: UInt64
    /// Whether it is stored under its own name or not at all; else it gets a derived one where that is taken.
    package var needsOwnName = false
    /// When all of it had come.
    let complete = Instant.now
    private let upload: PartialUpload
    /// Why it can't be stored, if that has shown already.
    private let failure: VaultError?

    /// - Parameter upload: what earlier connections have sent of it is read now, unless it was before.
    package init(partial upload: PartialUpload, digest: ContentDigest) {
        upload.readPrefix()
        self.digest = digest
        self.upload = upload
        if let size = upload.partial.offered.size {
            (self.size, failure) = (size, upload.failure)
            return
        }
        do throws(VaultError) {
            size = try upload.content().size
            failure = nil
        } catch {
            (size, failure) = (0, error)
        }
    }

    /// Of an upload whose digest, or even size, its client doesn't state: it is what has come.
    ///
    /// - Throws: `VaultError` when that can't be stored; what is durable of it is left to be gone on with.
    package init(received upload: PartialUpload) throws(VaultError) {
        upload.readPrefix()
        (size, digest) = try upload.content()
        self.upload = upload
        failure = nil
    }

    var offered: OfferedFile { upload.partial.offered }
    var staging: StagingFolder { upload.partial.staging }
    var user: FileName { offered.user }
    package var path: RemotePath { offered.path }

    /// Compares all that came with what the client says it sent. If it is that, nobody takes the upload over until `end`,
    /// which must follow.
    func begin(_ rights: AccessRights) throws(VaultError) {
        if let failure { throw failure }
        try upload.partial.beginCommit(digest, rights, by: upload.owner)
    }

    /// Makes it durable, content and attributes.
    ///
    /// - Parameter shared: as for `CompleteFile.flush`.
    func flush(shared: Result<Void, SystemError>?) throws(VaultError) {
        try upload.partial.withComplete { file throws(VaultError) in try file.flush(shared: shared) }
    }

    /// Makes sure that the medium holds it.
    func check(_ readBack: ReadBack) throws(VaultError) {
        try upload.partial.withComplete { file throws(VaultError) in try file.check(readBack, digest) }
    }

    /// Gives the file its final name: as `CompleteFile.publish`.
    func publish(
        to folder: Directory, as name: FileName, flushingNamingBy flusher: Flusher?
    ) throws(SystemError) -> FileIdentity {
        try upload.partial.publish(to: folder, as: name, flushingNamingBy: flusher)
    }

    /// - Parameter failure: why it wasn't stored.
    func end(_ failure: VaultError?) {
        upload.endCommit(failure)
    }
}
