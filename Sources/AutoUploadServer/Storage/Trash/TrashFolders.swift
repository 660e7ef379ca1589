package import Domain
package import Platform

/// What lies in the users' trash, found by looking.
package struct TrashFolders: Sendable {
    /// The storage folder.
    let root: Directory

    /// What a user has deleted, in no order.
    package func batches(of user: FileName) throws(SystemError) -> [TrashBatch] {
        guard let folder = try folder(of: user) else { return [] }
        return try folder.last.directory.names().compactMap { TrashBatch($0) }
    }

    /// The files that were deleted together, in no order.
    ///
    /// - Parameters:
    ///   - path: of a folder that they were in, or below; nil: all.
    ///   - limit: as many as are wanted at most.
    package func files(
        in batch: TrashBatch, of user: FileName, below path: RemotePath? = nil, limit: Int
    ) throws(SystemError) -> [DeletedFile] {
        guard let folder = try folder(of: user) else { return [] }
        return try StoredFiles(below: folder.last.directory).files(of: batch.name, below: path, limit: limit).map {
            DeletedFile(path: $0.path, size: $0.size, batch: batch)
        }
    }
}

// MARK: - Opening

extension TrashFolders {
    /// Opens a user's trash.
    ///
    /// - Returns: nil where there is none.
    func folder(of user: FileName) throws(SystemError) -> FolderChain? {
        try lookingPastGaps { () throws(SystemError) in
            var chain = try FolderChain(root: root)
            for name in [user, StoragePlace.ownFolder, Trash.name] { try chain.descend(to: name) }
            return chain
        }
    }

    /// Opens the folder in the trash that a file lies in.
    ///
    /// - Returns: nil where there is none.
    func folder(
        of path: RemotePath, in batch: TrashBatch, of user: FileName
    ) throws(SystemError) -> (chain: FolderChain, name: FileName)? {
        var names = path.components.compactMap { FileName($0) }
        guard let name = names.popLast(), let trash = try folder(of: user) else { return nil }
        let chain = try lookingPastGaps { () throws(SystemError) in
            var chain = trash
            for name in [batch.name] + names { try chain.descend(to: name) }
            return chain
        }
        return chain.map { ($0, name) }
    }
}
