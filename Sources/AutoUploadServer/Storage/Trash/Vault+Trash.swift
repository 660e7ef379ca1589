package import Domain
package import Platform

/// What deletes files, and nothing else does: an admin's wish, and time.
extension Vault {
    /// Seconds for which what was deleted can be had back; 0: it is removed at once.
    package var trashExpiry: Int64 { trashRules.expiry }

    /// Moves files of a user to the user's trash. When this returns, each is durably there, or where it was.
    ///
    /// - Parameters:
    ///   - paths: below the user's folder, as they are there, or else as a client named them.
    ///   - isFinal: they are removed for good.
    /// - Returns: one result for each, in the order given; nil: there is no such file.
    package func delete(
        _ paths: [RemotePath], of user: FileName, isFinal: Bool = false, now: Int64 = currentUnixTime()
    ) -> [Result<DeletedFile?, VaultError>] {
        do throws(VaultError) {
            try requireInPlace()
            let isKept = !isFinal && trashRules.expiry > 0
            let batch = try FolderTree.wrap { () throws(SystemError) in
                isKept ? try TrashBatch.new(at: now) : nil
            }
            let outcomes = trash.turn.withLock { _ in
                var deletion = Deletion(trash, of: user, to: batch)
                return deletion.run(paths)
            }
            if outcomes.contains(where: { $0.isThere() }) { try requireIntact() }
            return outcomes
        } catch {
            return paths.map { _ in .failure(error) }
        }
    }

    /// Files that are deleted, or taken out of the trash, at a time at most.
    package static let mostFilesOfTrash = 100_000

    /// The files in a folder of a user's, and below it, by looking, sorted.
    ///
    /// - Parameter limit: as many as are wanted at most.
    package func files(below folder: RemotePath, of user: FileName, limit: Int) throws(VaultError) -> [RemotePath] {
        try requireInPlace()
        return try FolderTree.wrap { () throws(SystemError) in
            try StoredFiles(below: trash.root).files(of: user, below: folder, limit: limit).map(\.path)
                .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        }
    }

    /// Takes a file out of the trash. When this returns, it is durably stored, under its own name or one beside what has taken that.
    ///
    /// - Returns: nil when the trash doesn't hold it.
    package func restore(
        _ path: RemotePath, in batch: TrashBatch, of user: FileName
    ) throws(VaultError) -> RestoredFile? {
        try requireInPlace()
        let restored = try trash.turn.withLock { _ throws(VaultError) in
            try trash.restore(path, in: batch, of: user)
        }
        if restored != nil { try requireIntact() }
        return restored
    }

    /// Takes the file out of the trash that was deleted last under a path, as `restore` does.
    package func restoreLatest(_ path: RemotePath, of user: FileName) throws(VaultError) -> RestoredFile? {
        let batches = try FolderTree.wrap { () throws(SystemError) in try trash.folders.batches(of: user) }
        for batch in batches.sorted(by: >) {
            if let restored = try restore(path, in: batch, of: user) { return restored }
        }
        return nil
    }

    /// Takes the files out of the trash that were deleted last of a folder, or of those below it, as `restore` does.
    ///
    /// - Returns: one result for each.
    package func restoreLatest(
        below folder: RemotePath, of user: FileName
    ) throws(VaultError) -> [Result<RestoredFile?, VaultError>] {
        let files = try FolderTree.wrap { () throws(SystemError) -> [DeletedFile] in
            for batch in try trash.folders.batches(of: user).sorted(by: >) {
                let files = try trash.folders.files(in: batch, of: user, below: folder, limit: Self.mostFilesOfTrash)
                if !files.isEmpty { return files }
            }
            return []
        }
        return files.map { file in
            Result { () throws(VaultError) in
                guard let batch = file.batch else { return nil }
                return try restore(file.path, in: batch, of: user)
            }
        }
    }

    /// Removes files from the trash for good.
    ///
    /// - Parameters:
    ///   - paths: nil: all of the batch.
    ///   - tell: is told of each.
    package func removeFromTrash(
        _ paths: [RemotePath]? = nil, in batch: TrashBatch, of user: FileName,
        tellingOf tell: (DeletedFile) -> Void
    ) throws(VaultError) {
        try requireInPlace()
        try FolderTree.wrap { () throws(SystemError) in
            guard let paths else { return try trash.removeAll(of: batch, of: user, tellingOf: tell) }
            try trash.turn.withLock { _ throws(SystemError) in
                for path in paths {
                    if let removed = try trash.remove(path, in: batch, of: user) { tell(removed) }
                }
                guard let folder = try trash.folders.folder(of: user) else { return }
                try trash.flusher.flush(folder.last.directory, folder.last.identity)
            }
        }
    }

    /// Removes what has been in the trash for long enough.
    ///
    /// - Parameter tell: is told of each file, or of what stands against it.
    package func emptyTrash(
        now: Int64 = currentUnixTime(),
        tellingOf tell: (FileName, Result<(DeletedFile, TrashBatch), VaultError>) -> Void
    ) {
        let latest = now.subtractingReportingOverflow(trashRules.expiry).partialValue
        for user in (try? StoredFiles(below: trash.root).users()) ?? [] {
            for batch in (try? trash.folders.batches(of: user)) ?? [] where batch.time <= latest {
                do throws(VaultError) {
                    try removeFromTrash(in: batch, of: user) { tell(user, .success(($0, batch))) }
                } catch {
                    tell(user, .failure(error))
                }
            }
        }
    }

    /// What was deleted of all users, the latest first.
    package func trashBatches() throws(VaultError) -> [(user: FileName, batch: TrashBatch)] {
        try FolderTree.wrap { () throws(SystemError) in
            var found: [(user: FileName, batch: TrashBatch)] = []
            for user in try StoredFiles(below: trash.root).users() {
                found += try trash.folders.batches(of: user).map { (user, $0) }
            }
            return found.sorted { ($1.batch, $1.user) < ($0.batch, $0.user) }
        }
    }

    /// The files that were deleted together, by their paths.
    ///
    /// - Parameter limit: as many as are wanted at most.
    package func trashed(in batch: TrashBatch, of user: FileName, limit: Int) throws(VaultError) -> [DeletedFile] {
        try FolderTree.wrap { () throws(SystemError) in
            try trash.folders.files(in: batch, of: user, limit: limit)
                .sorted { $0.path.bytes.lexicographicallyPrecedes($1.path.bytes) }
        }
    }
}
