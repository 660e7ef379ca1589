import Domain
import Platform

/// What was deleted and can be had back: in each user's folder, `.auto-upload/trash`, where no client's path leads and nothing is
/// counted or listed as stored. It is the same volume as what is deleted, goes where the user's folder goes, and says all of itself by
/// its names: the folder of a `TrashBatch` holds the files under the paths that they had.
final class Trash: Sendable {
    let root: Directory
    let folders: TrashFolders
    let publisher: Publisher
    let stagings: StagingFolders
    let durable: DurableFolders
    let space: SpaceBook
    let traces: RenameTraces
    /// Files go in and come out one after the other: each step looks at names that the next one changes.
    let turn = Turn()

    static let name = FileName(constant: "trash")

    /// Stands in a batch's folder while something moves, where a power cut may leave a file with two names and the links of one: what is
    /// there may then be stored as well, and to remove the one would free the other's bytes.
    static let mark = FileName(constant: ".auto-upload-moving")

    /// Of the folders from the storage folder down: the user's, the server's own, the trash, the batch's.
    static let depthOfBatch = 3

    init(
        root: Directory, _ publisher: Publisher, _ stagings: StagingFolders, _ durable: DurableFolders,
        _ space: SpaceBook, _ traces: RenameTraces
    ) {
        (self.root, self.publisher, self.stagings) = (root, publisher, stagings)
        folders = TrashFolders(root: root)
        (self.durable, self.space, self.traces) = (durable, space, traces)
    }

    var flusher: Flusher { publisher.flusher }
    /// Whether a file has to be flushed once more under another name.
    var flushesNewNames: Bool { stagings.central.flushesNewNames }
    /// Whether a file can be renamed without replacing another in one step.
    var renames: Bool { stagings.central.renames }
}

// MARK: - Folders

extension Trash {
    /// Opens the folder in the trash that files of a folder go to, and makes what is missing, durable.
    ///
    /// - Parameter folders: of the files, from the user's folder on.
    func makeFolder(
        for folders: [FileName], in batch: TrashBatch, of user: FileName
    ) throws(SystemError) -> FolderChain {
        var chain = try FolderChain(root: root)
        try chain.descend(to: user)
        _ = try stagings.ownFolder(in: chain.last.directory)
        try chain.descend(to: StoragePlace.ownFolder)
        for name in [Self.name, batch.name] + folders {
            _ = try Storage.openOrMake(name, in: chain.last.directory)
            try chain.descend(to: name)
        }
        if traces != .none { _ = try setMark(chain.links[Self.depthOfBatch].folder.directory) }
        var round = durable.round(sharing: nil)
        try round.flush(chain, batch.name)
        return chain
    }

    /// Removes the folders of a chain that hold nothing any more, up to the batch's.
    func tidy(_ chain: FolderChain) {
        for index in chain.links.indices.dropFirst(Self.depthOfBatch).reversed() {
            let link = chain.links[index]
            if index == Self.depthOfBatch, (try? link.folder.directory.names()) == [Self.mark] {
                try? link.folder.directory.remove(Self.mark)
            }
            guard (try? chain.folder(above: index).directory.removeFolder(link.name)) != nil else { break }
        }
    }

    // MARK: What may have two names

    /// - Parameter batch: its folder.
    /// - Returns: whether it wasn't there.
    func setMark(_ batch: Directory) throws(SystemError) -> Bool {
        do throws(SystemError) {
            try batch.open(Self.mark, .creating(permissions: 0o600)).close()
            return true
        } catch {
            if error.errno == .exists { return false }
            throw error
        }
    }

    /// What moved is known to have moved.
    func removeMark(of batch: TrashBatch, of user: FileName) {
        guard traces != .none, var chain = try? folders.folder(of: user), (try? chain.descend(to: batch.name)) != nil
        else {
            return
        }
        // Where it can't be, nothing of it is removed until a person has looked at it.
        try? chain.last.directory.remove(Self.mark)
        try? flusher.flush(chain.last.directory, chain.last.identity)
    }

    /// - Throws: where what is in the folder may be stored as well.
    func requireCertain(_ batch: Directory) throws(SystemError) {
        if traces == .none { return }
        if try lookingPastGaps({ () throws(SystemError) in try batch.status(of: Self.mark) }) == nil { return }
        throw SystemError(
            "remove what a power cut or a killed server left on its way to or from the trash, as it may share its bytes with a file "
                + "that is stored: check the file system (fsck), then remove \(Self.mark) beside it",
            errno: .notPermitted)
    }
}
