import Domain
import Platform
import Transport

extension Trash {
    /// A file on its way back.
    private struct Return: ~Copyable {
        let file: FileDescriptor
        let status: FileStatus
        /// In the trash.
        let source: FolderChain
        let name: FileName
        /// Where it goes.
        let target: FolderChain
        var round: DurableFolders.Round
    }

    /// Gives a file the path back that it had, or a name beside what has taken that meanwhile. Nothing is replaced; what is there with just
    /// this content stays, and the trash gives its own up.
    ///
    /// - Returns: nil when the trash doesn't hold it.
    func restore(
        _ path: RemotePath, in batch: TrashBatch, of user: FileName
    ) throws(VaultError) -> RestoredFile? {
        let found = try FolderTree.wrap { () throws(SystemError) in try folders.folder(of: path, in: batch, of: user) }
        guard let (source, name) = found, let file = try open(name, in: source.last.directory) else { return nil }
        let status = try FolderTree.wrap { () throws(SystemError) in try file.status() }
        let round = durable.round(sharing: nil)
        let (target, wanted) = try publisher.folders.open(user: user, path, noting: round.names)
        var way = Return(
            file: file, status: status, source: source, name: name, target: target, round: round)
        let isMarked = try FolderTree.wrap { () throws(SystemError) in
            traces == .none ? false : try setMark(source.links[Self.depthOfBatch].folder.directory)
        }
        let place: Publisher.Place
        do throws(VaultError) {
            place = try publish(&way, as: wanted)
        } catch {
            // It hasn't moved.
            if isMarked { removeMark(of: batch, of: user) }
            throw error
        }
        try settle(&way, place)
        if isMarked { removeMark(of: batch, of: user) }
        guard let restored = place.path else {
            throw .failed(SystemError("name", place.name.description, errno: .nameTooLong))
        }
        if !place.isOld { space.noteStored(of: user, status.size) }
        return RestoredFile(path: restored, deleted: DeletedFile(path: path, size: status.size, batch: batch))
    }

    private func open(_ name: FileName, in folder: Directory) throws(VaultError) -> FileDescriptor? {
        do throws(SystemError) {
            let file = try folder.open(name, .reading, crossingMounts: false)
            guard try file.status().kind == .regular else { return nil }
            return file
        } catch {
            if Publisher.nothingThere.contains(error.errno) { return nil }
            throw VaultError(error)
        }
    }

    // MARK: A name

    private func publish(_ way: inout Return, as wanted: FileName) throws(VaultError) -> Publisher.Place {
        if try give(wanted, &way) { return try place(of: wanted, way, isOld: false) }
        let digest: ContentDigest?
        do throws(SystemError) {
            digest = try ContentHasher.digest(of: way.file)
        } catch {
            throw VaultError(error)
        }
        guard let digest else { throw .busy(SystemError("hash", errno: .noMemory)) }
        let room = publisher.room(in: way.target)
        for candidate in StoredName.candidates(for: wanted, digest, room: room) {
            if try give(candidate, &way) { return try place(of: candidate, way, isOld: false) }
            let there = try publisher.find(
                way.target, candidate, size: way.status.size, digest, ReadingPermit())
            if let there { return there }
        }
        throw .nameUnusable(wanted)
    }

    /// - Returns: whether it has the name now; else another has it.
    private func give(_ name: FileName, _ way: inout Return) throws(VaultError) -> Bool {
        let folder = way.target.last.directory
        do throws(SystemError) {
            way.round.names.note(name, in: way.target.last.identity)
            if renames {
                try way.source.last.directory.renameWithoutReplacing(way.name, to: folder, as: name)
            } else {
                try way.source.last.directory.link(way.name, to: folder, as: name)
            }
            return true
        } catch {
            if error.errno == .exists { return false }
            throw VaultError(naming: error, name)
        }
    }

    private func place(
        of name: FileName, _ way: borrowing Return, isOld: Bool
    ) throws(VaultError) -> Publisher.Place {
        let (folder, identity) = (way.target.last.directory, way.status.identity)
        let keepsNew = publisher.folders.listing.keepsNew
        let listed = try FolderTree.wrap { () throws(SystemError) in
            keepsNew ? name : try folder.listedName(of: name, identity)
        }
        return Publisher.Place(chain: way.target, name: listed, identity: identity, isOld: isOld)
    }

    // MARK: Durability

    /// The folder that it is in now comes first, and the trash's after it.
    private func settle(_ way: inout Return, _ place: Publisher.Place) throws(VaultError) {
        do throws(SystemError) {
            if flushesNewNames || !renames {
                try flusher.flushNaming(of: way.file, way.status.identity)
            }
            try way.round.flush(place.chain, place.name)
            if traces == .unrecognizable { try flusher.flushAll(root) }
            if place.isOld || !renames { try way.source.last.directory.remove(way.name) }
            try flusher.flush(way.source.last.directory, way.source.last.identity)
        } catch {
            throw VaultError(error)
        }
        try way.round.requireInPlace(place.chain)
        tidy(way.source)
    }
}
