import Domain
import Platform
import Transport

/// Gives a durable partial its final name without ever replacing anything, and finds content that is stored already.
struct Publisher: Sendable {
    let folders: FolderTree
    let flusher: Flusher
    /// How names are written down.
    var spelling = NameSpelling.plain
    /// Where what is stored is read from the medium, past the page cache.
    var readBack: ReadBack?

    /// Where content is now: the folders above it, open, and its name.
    struct Place {
        let chain: FolderChain
        let name: FileName
        let identity: FileIdentity
        let isOld: Bool

        var tag: FileTag { FileTag.of(identity) ?? .unstated }

        var path: RemotePath? { chain.path(of: name) }

        /// What was there before may have been deleted in the time that reading it took.
        func requireThere() throws(SystemError) {
            guard isOld, try chain.last.directory.status(of: name).identity != identity else { return }
            throw SystemError("find what was read under the name", name.description, errno: .stale)
        }
    }

    /// Publishes under the first of the candidate names that is free, or finds the same content under one of them.
    ///
    /// - Parameters:
    ///   - open: folders that uploads published together share.
    ///   - flushesNaming: as for `CompleteFile.publish`; not where a flush of the whole storage follows.
    func publish(
        _ upload: PendingCommit, in open: inout OpenFolders, flushesNaming: Bool
    ) throws(VaultError) -> Place {
        let namings = flushesNaming ? flusher : nil
        let path = try spelling.spelled(upload.path)
        let (chain, name) = try open.folder(user: upload.user, path)
        for candidate in StoredName.candidates(for: name, upload.digest, room: room(in: chain)) {
            if let place = try publish(upload, chain, candidate, open.names, namings) { return place }
            if upload.needsOwnName { throw .taken(name) }
        }
        throw .nameUnusable(name)
    }

    /// Bytes that a name may have in a folder.
    func room(in chain: FolderChain) -> Int {
        min(spelling.longest, RemotePath.lengths.upperBound - chain.pathLength)
    }

    /// - Returns: nil when the name belongs to other content.
    private func publish(
        _ upload: PendingCommit, _ chain: FolderChain, _ name: FileName, _ names: FlushDistrust.Batch,
        _ namings: Flusher?
    ) throws(VaultError) -> Place? {
        do throws(SystemError) {
            names.note(name, in: chain.last.identity)
            let identity = try upload.publish(
                to: chain.last.directory, as: name, flushingNamingBy: namings)
            // Asked for only where it may be another: a folder may hold many.
            let listed = folders.listing.keepsNew ? name : try chain.last.directory.listedName(of: name, identity)
            return Place(chain: chain, name: listed, identity: identity, isOld: false)
        } catch {
            if error.errno == .crossDevice { throw .apart(chain.links.last?.name ?? name) }
            if error.errno != .exists { throw VaultError(naming: error, name) }
        }
        return try find(chain, name, size: upload.size, upload.digest, ReadingPermit())
    }

    /// Finds exactly this content under a path's own or derived names.
    func find(
        user: FileName, _ path: RemotePath, size: UInt64, _ digest: ContentDigest, _ permit: ReadingPermit
    ) throws(VaultError) -> Place? {
        if let place = try findSpelled(user, spelling.spelled(path), size, digest, permit) { return place }
        return spelling.isSpelling(path) ? try findSpelled(user, path, size, digest, permit) : nil
    }

    private func findSpelled(
        _ user: FileName, _ path: RemotePath, _ size: UInt64, _ digest: ContentDigest, _ permit: ReadingPermit
    ) throws(VaultError) -> Place? {
        guard let (chain, name) = try folders.find(user: user, path) else { return nil }
        for candidate in StoredName.candidates(for: name, digest, room: room(in: chain)) {
            if let place = try find(chain, candidate, size: size, digest, permit) { return place }
        }
        return nil
    }

    /// Reads what is stored under a name and compares it, byte for byte by its SHA-256, then flushes it: a confirmation
    /// rests on the bytes, never on a name or a size.
    ///
    /// - Returns: nil when there is nothing, or something else.
    func find(
        _ chain: FolderChain, _ name: FileName, size: UInt64, _ digest: ContentDigest, _ permit: ReadingPermit
    ) throws(VaultError) -> Place? {
        do throws(SystemError) {
            let file = try chain.last.directory.open(name, .reading, crossingMounts: false)
            let status = try file.status()
            guard status.kind == .regular, status.size == size else { return nil }
            guard permit.mayRead(status.identity, size) else { throw SystemError(Self.oftenRead, errno: .tryAgain) }
            guard try holds(file, status.identity, digest, permit) else { return nil }
            let folder = chain.last.directory
            let listed = folders.listing(in: folder) == .exact ? name : try folder.listedName(of: name, status.identity)
            return Place(chain: chain, name: listed, identity: status.identity, isOld: true)
        } catch {
            if Self.nothingThere.contains(error.errno) { return nil }
            if error.operation == Self.oftenRead { throw .askedTooOften }
            throw VaultError(error)
        }
    }

    private static let oftenRead = "read so often"

    /// Whether the file has this content, which is durable then.
    private func holds(
        _ file: borrowing FileDescriptor, _ identity: FileIdentity, _ digest: ContentDigest, _ permit: ReadingPermit
    ) throws(SystemError) -> Bool {
        if let readBack {
            // Only what has been flushed can be read back.
            try flusher.flush(file, identity)
            return try readBack.digest(of: file, while: permit.goesOn) == digest
        }
        // Memory may show what has never reached the medium. What is yet to be written stays, and is flushed below.
        file.dropFromCache()
        guard try ContentHasher.digest(of: file, while: permit.goesOn) == digest else { return false }
        try flusher.flush(file, identity)
        return true
    }

    /// What opening a missing name, a link, a socket or device, a file that is mounted there, or one that isn't ours to read
    /// says. None of these is content that this server can vouch for.
    static let nothingThere: Set<Errno> = [.noEntry, .tooManyLinks, .noDeviceData, .accessDenied, .crossDevice]
}
