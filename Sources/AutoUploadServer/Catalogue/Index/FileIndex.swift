import Domain
import Platform
import SQLite

/// The numbers of users and folders that were seen lately.
struct KnownFolders {
    var users: [FileName: Int64] = [:]
    var folders: [Key: Int64] = [:]

    struct Key: Hashable {
        let user: Int64
        let path: [UInt8]
    }

    /// A bound to memory.
    static let most = 500
}

/// What a look at a file has told.
struct FoundFile: Sendable {
    let user: FileName
    /// From the user's folder on; empty: that itself.
    let folder: [UInt8]
    let name: FileName
    let size: UInt64
    /// Unix seconds.
    var stored: Int64
    /// Unix nanoseconds.
    var modified: Int64
    /// 0: it wasn't looked at.
    var inode: UInt64
    var digest: ContentDigest?
}

extension FoundFile {
    init(_ user: FileName, _ folder: [UInt8], _ name: FileName, _ status: FileStatus) {
        let born = status.identity.born.seconds
        self.init(
            user: user, folder: folder, name: name, size: status.size,
            stored: born > 0 ? born : status.changed.seconds, modified: status.modified.unixNanoseconds,
            inode: status.identity.inode)
    }
}

extension FileTime {
    /// Since 1970; the nearest that 64 bits can hold.
    var unixNanoseconds: Int64 {
        let (product, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        if overflow { return seconds < 0 ? .min : .max }
        let (sum, isOver) = product.addingReportingOverflow(Int64(nanoseconds))
        return isOver ? .max : sum
    }

    init(unixNanoseconds: Int64) {
        let (seconds, rest) = unixNanoseconds.quotientAndRemainder(dividingBy: 1_000_000_000)
        self.init(
            seconds: rest < 0 ? seconds - 1 : seconds,
            nanoseconds: UInt32(clamping: rest < 0 ? rest + 1_000_000_000 : rest))
    }
}

// MARK: - Changes, within a transaction

extension SQLiteConnection {
    /// Adds a file, or notes what has changed of it.
    ///
    /// - Returns: its number.
    @discardableResult
    mutating func put(_ file: FoundFile, _ known: inout KnownFolders) throws(SQLiteError) -> Int64 {
        let user = try number(ofUser: file.user, &known)
        let folder = try number(ofFolder: file.folder, of: user, &known)
        if let row = try row(of: file.name, in: folder) {
            try update(row, file)
            return row.id
        }
        try execute(
            "INSERT INTO files (user, folder, name, folded, size, digest, stored, modified, inode) "
                + "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .integer(user), .integer(folder), .blob(file.name.bytes), .text(folded(file.name.bytes)),
                .integer(Int64(clamping: file.size)), file.digest.map { .blob($0.bytes) } ?? .null,
                .integer(file.stored), .integer(file.modified), .unsigned(file.inode),
            ])
        return try number("SELECT last_insert_rowid()")
    }

    /// - Parameter path: from the user's folder on.
    mutating func remove(_ path: RemotePath, of user: FileName, _ known: inout KnownFolders) throws(SQLiteError) {
        let (folder, name) = path.parts
        let rows = try query(
            "SELECT f.id, f.folder FROM users u JOIN folders d ON d.user = u.id JOIN files f ON f.folder = d.id "
                + "WHERE u.name = ? AND d.path = ? AND f.name = ?",
            [.blob(user.bytes), .blob(Array(folder)), .blob(Array(name))]
        ) { (id: $0.integer(0), folder: $0.integer(1)) }
        for row in rows {
            try execute("DELETE FROM files WHERE id = ?", [.integer(row.id)])
            try removeIfEmpty(row.folder, &known)
        }
    }

    /// Removes a folder that holds nothing any more, and those above it of which that then is so, but the user's own.
    private mutating func removeIfEmpty(_ folder: Int64, _ known: inout KnownFolders) throws(SQLiteError) {
        var next: Int64? = folder
        while let folder = next {
            next = try query(
                "SELECT parent FROM folders d WHERE id = ? AND parent <> 0 "
                    + "AND NOT EXISTS (SELECT 1 FROM files f WHERE f.folder = d.id) "
                    + "AND NOT EXISTS (SELECT 1 FROM folders b WHERE b.parent = d.id)", [.integer(folder)]
            ) { $0.integer(0) }.first
            if next == nil { return }
            try execute("DELETE FROM folders WHERE id = ?", [.integer(folder)])
            known.folders = [:]
        }
    }

    private struct Row {
        let id: Int64
        let size: Int64
        let digest: [UInt8]
        let modified: Int64
        let inode: UInt64
    }

    private mutating func row(of name: FileName, in folder: Int64) throws(SQLiteError) -> Row? {
        try query(
            "SELECT id, size, digest, modified, inode FROM files WHERE folder = ? AND name = ?",
            [.integer(folder), .blob(name.bytes)]
        ) { row in
            Row(
                id: row.integer(0), size: row.integer(1), digest: row.blob(2), modified: row.integer(3),
                inode: row.unsigned(4))
        }.first
    }

    /// What is known of the content stays as long as it is the same file.
    private mutating func update(_ row: Row, _ file: FoundFile) throws(SQLiteError) {
        let size = Int64(clamping: file.size)
        let isSame = row.size == size && row.modified == file.modified && row.inode == file.inode
        let digest = file.digest?.bytes ?? (isSame ? row.digest : [])
        if isSame, digest == row.digest { return }
        // When it was stored stays, where only its content's digest has come to be known.
        try execute(
            "UPDATE files SET size = ?1, digest = ?2, modified = ?3, inode = ?4, "
                + "stored = CASE WHEN ?5 THEN stored ELSE ?6 END WHERE id = ?7",
            [
                .integer(size), digest.isEmpty ? .null : .blob(digest), .integer(file.modified),
                .unsigned(file.inode), .integer(isSame ? 1 : 0), .integer(file.stored), .integer(row.id),
            ])
    }

    private mutating func number(
        ofUser user: FileName, _ known: inout KnownFolders
    ) throws(SQLiteError) -> Int64 {
        if let number = known.users[user] { return number }
        try execute("INSERT OR IGNORE INTO users (name) VALUES (?)", [.blob(user.bytes)])
        let found = try number("SELECT id FROM users WHERE name = ?", [.blob(user.bytes)])
        if known.users.count >= KnownFolders.most { known.users = [:] }
        known.users[user] = found
        return found
    }

    /// Makes the folders above it, too.
    private mutating func number(
        ofFolder path: [UInt8], of user: Int64, _ known: inout KnownFolders
    ) throws(SQLiteError) -> Int64 {
        let key = KnownFolders.Key(user: user, path: path)
        if let number = known.folders[key] { return number }
        let values: [SQLiteValue] = [.integer(user), .blob(path)]
        var found = try query("SELECT id FROM folders WHERE user = ? AND path = ?", values) { $0.integer(0) }.first
        if found == nil {
            let above = path.lastIndex(of: UInt8(ascii: "/")).map { Array(path[..<$0]) } ?? []
            let parent = path.isEmpty ? 0 : try number(ofFolder: above, of: user, &known)
            try execute(
                "INSERT INTO folders (user, parent, path) VALUES (?, ?, ?)",
                [.integer(user), .integer(parent), .blob(path)])
            found = try number("SELECT last_insert_rowid()")
        }
        if known.folders.count >= KnownFolders.most { known.folders = [:] }
        known.folders[key] = found
        return found ?? 0
    }
}

/// A name as it is searched: without regard to capital letters.
func folded(_ name: [UInt8]) -> String { String(decoding: name, as: UTF8.self).lowercased() }
