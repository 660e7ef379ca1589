import Platform
import Wire

/// An upload all of whose bytes have come. Any thread may commit it, once.
struct PendingCommit: Sendable {
    /// What the client says it sent.
    let digest: ContentDigest
    private let hold: PartialHold
    /// Why it can't be stored, if that has shown already.
    private let failure: VaultError?

    /// - Parameter upload: what earlier connections have sent of it is read now, unless it was before.
    init(partial upload: PartialUpload, digest: ContentDigest) {
        upload.readPrefix()
        self.digest = digest
        hold = upload.hold
        failure = hold.isLetGo ? .takenOver : upload.failure
    }

    private var partial: Partial { hold.partial }
    var offered: OfferedFile { partial.offered }
    var user: FileName { partial.offered.user }
    var path: RemotePath { partial.offered.path }
    /// Bytes that the whole file has.
    var size: UInt64 { partial.offered.size }

    /// Compares all that came with what the client says it sent. If it is that, nobody takes the upload over until `end`,
    /// which must follow.
    func begin(_ rights: AccessRights) throws(VaultError) {
        if let failure { throw failure }
        try partial.beginCommit(digest, rights, by: hold.owner)
    }

    /// Makes it durable, content and attributes.
    ///
    /// - Parameter shared: as for `StagedFile.flush`.
    func flush(shared: Result<Void, SystemError>?) throws(VaultError) {
        try withFile { file throws(VaultError) in try file.flush(shared: shared) }
    }

    /// Makes sure that the medium holds it.
    func check(_ readBack: ReadBack) throws(VaultError) {
        try withFile { file throws(VaultError) in try file.check(readBack, digest) }
    }

    /// Gives the file its final name: as for `StagedFile.publish`.
    func publish(
        to folder: Directory, as name: FileName, renames: Bool, flushingNamingBy flusher: Flusher?
    ) throws(SystemError) -> FileIdentity {
        let identity = try partial.withFile { file throws(SystemError) in
            try file.publish(to: folder, as: name, renames: renames, flushingNamingBy: flusher)
        }
        guard let identity else { throw SystemError("publish what isn't to be committed", errno: .invalid) }
        return identity
    }

    private func withFile(_ body: (inout StagedFile) throws(VaultError) -> Void) throws(VaultError) {
        guard try partial.withFile(body) != nil else { throw .takenOver }
    }

    /// - Parameter failure: why it wasn't stored.
    func end(_ failure: VaultError?) {
        partial.endCommit(failure, by: hold.owner)
        hold.forgetIfOver()
    }
}
