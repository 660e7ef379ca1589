import Domain
import Platform

/// The file of an upload all of whose bytes are here, and are the right ones: it is to be flushed and published.
struct CompleteFile: ~Copyable {
    private let file: StagedFile
    /// Bytes.
    private let size: UInt64
    /// What the storage did to it; nothing is flushed again after it.
    private var failure: VaultError?

    /// Files below this aren't worth a call to drop them from the page cache.
    private static let smallestDrop: UInt64 = 64 << 10

    init(_ file: consuming StagedFile, size: UInt64) {
        self.file = file
        self.size = size
    }

    /// Sets what the flush is to make durable along with the content.
    func setAttributes(_ rights: AccessRights) throws(VaultError) {
        do throws(SystemError) {
            try rights.apply(toFile: file.descriptor)
        } catch {
            throw VaultError(naming: error, file.offered.name)
        }
        // A time that the file system can't hold is no reason to refuse a recording.
        try? file.descriptor.setModified(file.offered.modified)
    }

    /// Makes sure that all of it is durable, before it gets its name.
    ///
    /// - Parameter shared: what a flush of the whole storage has met that began after all bytes were here; nil: none did.
    mutating func flush(shared: Result<Void, SystemError>?) throws(VaultError) {
        if let failure { throw failure }
        do throws(SystemError) {
            if let shared { try shared.get() } else { try file.staging.calls.file(file.descriptor) }
            // Its first bytes may have been lost long before.
            try file.requireTrust()
            // Nobody reads it soon, and memory is better used otherwise.
            if size >= Self.smallestDrop { file.descriptor.dropFromCache() }
        } catch {
            failure = VaultError(error)
            throw VaultError(error)
        }
    }

    /// Makes sure that the medium holds it, once it has been flushed.
    mutating func check(_ readBack: ReadBack, _ digest: ContentDigest) throws(VaultError) {
        do throws(VaultError) {
            try readBack.check(file.descriptor, digest)
        } catch {
            failure = error
            throw error
        }
    }
}

// MARK: - End

extension CompleteFile {
    enum Publication: ~Copyable {
        /// It has its final name, and is out of reach here, whatever went wrong after.
        case published(Result<FileIdentity, SystemError>)
        /// The name is taken (EEXIST), or it can't be given.
        case refused(CompleteFile, SystemError)
    }

    /// Gives the file its final name, unless that is taken.
    ///
    /// - Parameter flusher: makes the new name durable as far as it is the file's own matter; nil: another flush will. A file system
    ///   without a journal may hold a file for deleted that doesn't know of its first name, and FAT and NTFS keep a file's
    ///   size and place beside its name.
    consuming func publish(
        to folder: Directory, as newName: FileName, flushingNamingBy flusher: Flusher?
    ) -> Publication {
        do throws(SystemError) {
            try file.name.publish(file.descriptor, from: file.staging.folder, to: folder, as: newName)
        } catch {
            return .refused(self, error)
        }
        file.reservation.becomesStored()
        file.removeRecord()
        return .published(
            Result { () throws(SystemError) in
                let identity = try file.descriptor.status().identity
                try requireNamed(newName, in: folder, identity)
                return try flushNaming(identity, flusher)
            })
    }

    /// Somebody may have given its name in the staging folder to another file, which then has the final one.
    private func requireNamed(
        _ newName: FileName, in folder: Directory, _ identity: FileIdentity
    ) throws(SystemError) {
        guard file.name.inStaging != nil, try folder.status(of: newName).identity != identity else { return }
        throw SystemError("find the upload under the name that it was given", newName.description, errno: .stale)
    }

    private func flushNaming(_ identity: FileIdentity, _ flusher: Flusher?) throws(SystemError) -> FileIdentity {
        guard let flusher, file.name.inStaging == nil || file.staging.flushesNewNames else { return identity }
        try flusher.flushNaming(of: file.descriptor, identity)
        return identity
    }

    /// Closes it so that it can be committed later.
    ///
    /// - Parameter failure: why it isn't stored.
    /// - Returns: nil when nothing is left of it.
    consuming func park(after failure: VaultError) -> ParkedFile? {
        // A name that is taken does nothing to the bytes: what can be gone on with is made durable.
        let own = self.failure
        let grave = failure.leavesDurablePart ? own : VaultError.graver(own, failure)
        return file.park(received: size, after: grave, prefix: nil)
    }

    consuming func remove() {
        file.remove()
    }
}
