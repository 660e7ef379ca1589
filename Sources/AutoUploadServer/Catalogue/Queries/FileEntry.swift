package import Domain
package import Platform
package import SQLite

/// A file, as the index knows it.
package struct FileEntry: Hashable, Sendable {
    /// Its number in the index, for as long as the index lasts.
    package let id: Int64
    package let user: FileName
    /// In the user's folder.
    package let path: RemotePath
    package let size: UInt64
    /// Of its content; nil: it isn't known.
    package let digest: ContentDigest?
    /// When it was stored, Unix seconds.
    package let stored: Int64
    /// When its content was last changed, as its device said.
    package let modified: FileTime
    /// The number of the folder that it lies in.
    let folder: Int64
}

extension FileEntry {
    static let columns = "f.id, u.name, d.path, f.name, f.size, f.digest, f.stored, f.modified, f.folder"

    /// - Returns: nil for a row that can't be of this program.
    init?(_ row: SQLiteStatement) {
        let (above, name) = (row.blob(2), row.blob(3))
        guard let user = FileName(row.blob(1)),
            let path = try? RemotePath(above.isEmpty ? name : above + [UInt8(ascii: "/")] + name)
        else { return nil }
        id = row.integer(0)
        (self.user, self.path) = (user, path)
        size = UInt64(clamping: row.integer(4))
        digest = ContentDigest(row.blob(5))
        stored = row.integer(6)
        modified = FileTime(unixNanoseconds: row.integer(7))
        folder = row.integer(8)
    }
}

extension SQLiteConnection {
    /// Files by their numbers in the index, as far as it has them.
    package mutating func files(numbered numbers: [Int64]) throws(SQLiteError) -> [FileEntry] {
        let marks = Array(repeating: "?", count: numbers.count).joined(separator: ", ")
        return try query(
            "SELECT \(FileEntry.columns) FROM files f JOIN folders d ON d.id = f.folder JOIN users u ON u.id = f.user "
                + "WHERE f.id IN (\(marks)) ORDER BY u.name, d.path, f.name", numbers.map { .integer($0) }
        ) { FileEntry($0) }
    }
}

/// Files in their order, and how to go on.
package struct FilePage: Hashable, Sendable {
    package var files: [FileEntry] = []
    /// Nil: there are no more.
    package var next: ListPosition?
}
