import Domain
import Platform
import SQLite
import Storage

extension Link {
    /// The path that its file had, where that is in the trash.
    package var deletedPath: [UInt8]? { TrashBatch.path(ofPlace: path) }

    /// What it leads to, for a log: of several files the first one, and how many more there are.
    package var target: [UInt8] {
        guard let first = files.first else { return path }
        let name = TrashBatch.path(ofPlace: first) ?? first
        return files.count == 1 ? name : name + Array(" and \(files.count - 1) more".utf8)
    }
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
        try move(path, to: nil, inLinksOf: user)
    }

    private mutating func moveLinks(from old: [UInt8], to new: [UInt8], of user: FileName) throws(SQLiteError) {
        try execute(
            "UPDATE links SET path = ? WHERE user = ? AND path = ?", [.blob(new), .blob(user.bytes), .blob(old)])
        try move(old, to: new, inLinksOf: user)
    }

    /// In links of several files.
    ///
    /// - Parameter new: nil: it goes for good, and with the last one the link.
    private mutating func move(
        _ old: [UInt8], to new: [UInt8]?, inLinksOf user: FileName
    ) throws(SQLiteError) {
        let links = try query(
            "SELECT id, files FROM links WHERE user = ? AND files IS NOT NULL AND instr(files, ?) > 0",
            [.blob(user.bytes), .blob(old)]
        ) { (id: $0.text(0), files: Link.files(in: $0.blob(1))) }
        for (id, files) in links where files.contains(old) {
            let rest = files.compactMap { $0 == old ? new : $0 }
            if rest.isEmpty {
                try execute("DELETE FROM links WHERE id = ?", [.text(id)])
            } else {
                try execute("UPDATE links SET files = ? WHERE id = ?", [.blob(Link.bytes(of: rest)), .text(id)])
            }
        }
    }
}
