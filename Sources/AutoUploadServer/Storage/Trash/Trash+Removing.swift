import Domain
import Platform

extension Trash {
    /// Removes a file for good. Its folder's flush is the caller's.
    ///
    /// - Returns: nil when the trash doesn't hold it.
    func remove(_ path: RemotePath, in batch: TrashBatch, of user: FileName) throws(SystemError) -> DeletedFile? {
        guard let (chain, name) = try folders.folder(of: path, in: batch, of: user) else { return nil }
        try requireCertain(chain.links[Self.depthOfBatch].folder.directory)
        let folder = chain.last.directory
        guard let status = try lookingPastGaps({ () throws(SystemError) in try folder.status(of: name) }),
            status.kind == .regular
        else { return nil }
        try folder.remove(name)
        tidy(chain)
        return DeletedFile(path: path, size: status.size, batch: nil)
    }

    /// Files that are removed before others get their turn.
    private static let together = 200

    /// Removes all of a batch for good, in several turns.
    ///
    /// - Parameter tell: is told of each file.
    func removeAll(of batch: TrashBatch, of user: FileName, tellingOf tell: (DeletedFile) -> Void) throws(SystemError) {
        var isDone = false
        while !isDone {
            isDone = try turn.withLock { _ throws(SystemError) in
                let files = try folders.files(in: batch, of: user, limit: Self.together)
                var count = 0
                for file in files {
                    guard let removed = try remove(file.path, in: batch, of: user) else { continue }
                    tell(removed)
                    count += 1
                }
                if count == 0 { try removeFolders(of: batch, of: user) }
                return count == 0
            }
        }
    }

    /// What a server that was killed has left empty.
    private func removeFolders(of batch: TrashBatch, of user: FileName) throws(SystemError) {
        guard let folder = try folders.folder(of: user) else { return }
        var paths: [[FileName]] = []
        try StoredFiles(below: folder.last.directory).forEach(of: batch.name) { item throws(SystemError) in
            if item.status.kind != .directory { return }
            let above = item.folder.split(separator: UInt8(ascii: "/")).compactMap { FileName($0) }
            paths.append(above + [item.name])
        }
        for path in paths.reversed() + [[]] {
            let chain = try lookingPastGaps { () throws(SystemError) in
                var chain = folder
                for name in [batch.name] + path { try chain.descend(to: name) }
                return chain
            }
            if let chain { tidy(chain) }
        }
        try flusher.flush(folder.last.directory, folder.last.identity)
    }
}
