import Domain
import Platform
import SQLite
import Storage

extension Link {
    /// The path that its file had, where that is in the trash.
    package var deletedPath: [UInt8]? { TrashBatch.path(ofPlace: path) }
}

/// Links to files that are deleted: they go with the file, so that none leads to what takes its name meanwhile, and come back with it.
extension SQLiteConnection {
    mutating func noteDeletion(_ file: DeletedFile, of user: FileName) throws(SQLiteError) {
        guard let batch = file.batch else { return try removeLinks(to: file.path.bytes, of: user) }
        try moveLinks(from: file.path.bytes, to: batch.place(of: file.path), of: user)
    }

    mutating func noteReturn(_ file: RestoredFile, of user: FileName) throws(SQLiteError) {
        guard let batch = file.deleted.batch else { return }
        try moveLinks(from: batch.place(of: file.deleted.path), to: file.path.bytes, of: user)
    }

    /// - Parameter path: from the user's folder on.
    mutating func removeLinks(to path: [UInt8], of user: FileName) throws(SQLiteError) {
        try execute("DELETE FROM links WHERE user = ? AND path = ?", [.blob(user.bytes), .blob(path)])
    }

    private mutating func moveLinks(from old: [UInt8], to new: [UInt8], of user: FileName) throws(SQLiteError) {
        try execute(
            "UPDATE links SET path = ? WHERE user = ? AND path = ?", [.blob(new), .blob(user.bytes), .blob(old)])
    }
}
