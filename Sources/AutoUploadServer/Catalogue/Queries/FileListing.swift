package import Domain
package import Platform
package import SQLite

/// Answers one question for files.
///
/// Rows are either read in the order that is asked for, until a page is full; or, where some condition is known to leave few, these
/// are gathered and sorted. To read in order is quick where many fulfil the conditions, to gather where few do.
struct FileListing {
    let query: FileQuery
    private let user: Int64?
    private let folder: Int64?
    private let limit: Int

    /// Few: they take as long to gather as a page takes to find, of a million rows, where more fulfil a condition.
    private static let few = 7000

    /// - Returns: nil where there is no such user or folder.
    init?(_ query: FileQuery, _ connection: inout SQLiteConnection) throws(SQLiteError) {
        self.query = query
        limit = min(max(query.limit, FileQuery.limits.lowerBound), FileQuery.limits.upperBound)
        switch query.scope {
        case .everything: (user, folder) = (nil, nil)
        case .user(let name):
            guard let number = try connection.number(ofUser: name) else { return nil }
            (user, folder) = (number, nil)
        case .folder(let path, let name):
            guard let user = try connection.number(ofUser: name),
                let number = try connection.number(ofFolder: path, of: user)
            else { return nil }
            (self.user, folder) = (user, number)
        }
    }

    func page(_ connection: inout SQLiteConnection) throws(SQLiteError) -> FilePage {
        var files: [FileEntry] = []
        for part in try parts(&connection) {
            let missing = limit + 1 - files.count
            if missing <= 0 { break }
            files += try connection.query(
                "SELECT \(FileEntry.columns) \(part.text) LIMIT ?", part.values + [.integer(Int64(missing))]
            ) { FileEntry($0) }
        }
        let isMore = files.count > limit
        if isMore { files.removeLast() }
        return FilePage(files: files, next: isMore ? files.last.map(position) : nil)
    }

    private func position(_ file: FileEntry) -> ListPosition {
        switch query.order {
        case .name: ListPosition(key: file.folder, id: file.id, name: Array(file.path.parts.name))
        case .size: ListPosition(key: Int64(clamping: file.size), id: file.id)
        case .time: ListPosition(key: file.stored, id: file.id)
        }
    }

    /// One after another they give what is asked for, in its order.
    private func parts(_ connection: inout SQLiteConnection) throws(SQLiteError) -> [SQLPart] {
        if let gathered = try gathered(&connection) { return try sorted(gathered, &connection).map { [$0] } ?? [] }
        guard query.order == .name else { return [inOrder] }
        return try byName(&connection)
    }

    // MARK: Few

    /// The candidates of the condition that leaves fewest; nil: none leaves few.
    private func gathered(_ connection: inout SQLiteConnection) throws(SQLiteError) -> SQLPart? {
        var best: (part: SQLPart, count: Int64)?
        for candidates in candidates {
            let most = Int64(best.map { Int($0.count) } ?? Self.few + 1)
            let count = try connection.number(
                "SELECT count(*) FROM (\(candidates.text) LIMIT ?)", candidates.values + [.integer(most)])
            if count < most { best = (candidates, count) }
        }
        return best?.part
    }

    private var candidates: [SQLPart] {
        var parts: [SQLPart] = []
        if let match = query.match {
            parts.append(SQLPart(text: "SELECT rowid AS id FROM names WHERE names MATCH ?", values: [.text(match)]))
        }
        let conditions = scopeCondition
        if let stored = query.stored, query.order != .time {
            let bounds: [SQLiteValue] = [.integer(stored.lowerBound), .integer(stored.upperBound)]
            parts.append(indexed("time", conditions, "stored", bounds))
        }
        if let sizes = query.sizes, query.order != .size {
            let bounds: [SQLiteValue] = [
                .integer(Int64(clamping: sizes.lowerBound)), .integer(Int64(clamping: sizes.upperBound)),
            ]
            parts.append(indexed("size", conditions, "size", bounds))
        }
        return parts
    }

    private func indexed(_ index: String, _ scope: SQLPart, _ column: String, _ bounds: [SQLiteValue]) -> SQLPart {
        SQLPart(
            text: "SELECT f.id FROM files f INDEXED BY \(self.index(by: index)) WHERE f.\(column) BETWEEN ? AND ?",
            values: bounds) + scope
    }

    /// - Returns: nil where the list has no further part.
    private func sorted(_ candidates: SQLPart, _ connection: inout SQLiteConnection) throws(SQLiteError) -> SQLPart? {
        let tables =
            "FROM (\(candidates.text)) c CROSS JOIN files f ON f.id = c.id CROSS JOIN folders d ON d.id = f.folder "
            + "CROSS JOIN users u ON u.id = f.user WHERE 1"
        var part = SQLPart(text: tables, values: candidates.values) + scopeCondition + query.conditions
        let keys = query.order == .name ? ["u.name", "d.path", "f.name"] : [keyColumn, "f.id"]
        if let after = query.after {
            var values: [SQLiteValue] = [.integer(after.key), .integer(after.id)]
            if query.order == .name {
                guard let place = try connection.place(ofFolder: after.key) else { return nil }
                values = [.blob(place.name), .blob(place.path), .blob(after.name)]
            }
            let marks = keys.map { _ in "?" }.joined(separator: ", ")
            part =
                part
                + SQLPart(
                    text: " AND (\(keys.joined(separator: ", "))) \(query.comparison) (\(marks))", values: values)
        }
        let order = keys.map { "\($0) \(query.direction)" }.joined(separator: ", ")
        return part + SQLPart(text: " ORDER BY \(order)")
    }

    // MARK: Many

    private var keyColumn: String { query.order == .size ? "f.size" : "f.stored" }

    private var scopeCondition: SQLPart {
        if let folder { return SQLPart(text: " AND f.folder = ?", values: [.integer(folder)]) }
        if let user { return SQLPart(text: " AND f.user = ?", values: [.integer(user)]) }
        return SQLPart(text: "")
    }

    private func index(by key: String) -> String {
        let scope = folder != nil ? "_of_folder" : user != nil ? "_of_user" : ""
        return "files\(scope)_by_\(key)"
    }

    /// By size or time.
    private var inOrder: SQLPart {
        var part = SQLPart(
            text: "FROM files f INDEXED BY \(index(by: query.order == .size ? "size" : "time")) "
                + "CROSS JOIN folders d ON d.id = f.folder CROSS JOIN users u ON u.id = f.user WHERE 1")
        part = part + scopeCondition + query.conditions
        if let after = query.after {
            part =
                part
                + SQLPart(
                    text: " AND (\(keyColumn), f.id) \(query.comparison) (?, ?)",
                    values: [.integer(after.key), .integer(after.id)])
        }
        return part + SQLPart(text: " ORDER BY \(keyColumn) \(query.direction), f.id \(query.direction)")
    }

    /// Folder by folder: the rest of the one, the user's others, other users'.
    private func byName(_ connection: inout SQLiteConnection) throws(SQLiteError) -> [SQLPart] {
        var parts: [SQLPart] = []
        var place: (user: Int64, name: [UInt8], path: [UInt8])?
        if let after = query.after {
            place = try connection.place(ofFolder: after.key)
            guard place != nil else { return [] }
            parts.append(
                named(
                    " AND d.id = ? AND f.name \(query.comparison) ?", [.integer(after.key), .blob(after.name)],
                    "f.name"))
        } else if let folder {
            parts.append(named(" AND d.id = ?", [.integer(folder)], "f.name"))
        }
        if folder != nil { return parts }
        if let place {
            parts.append(
                named(
                    " AND u.id = ? AND d.path \(query.comparison) ?", [.integer(place.user), .blob(place.path)],
                    "d.path", "f.name"))
        }
        switch (user, place) {
        case (nil, let place?):
            parts.append(
                named(" AND u.name \(query.comparison) ?", [.blob(place.name)], "u.name", "d.path", "f.name"))
        case (nil, nil): parts.append(named("", [], "u.name", "d.path", "f.name"))
        case (let user?, nil): parts.append(named(" AND u.id = ?", [.integer(user)], "d.path", "f.name"))
        case (_?, _?): break
        }
        return parts
    }

    private func named(_ condition: String, _ values: [SQLiteValue], _ keys: String...) -> SQLPart {
        let tables =
            "FROM users u CROSS JOIN folders d ON d.user = u.id CROSS JOIN files f INDEXED BY files_by_name "
            + "ON f.folder = d.id WHERE 1"
        let order = keys.map { "\($0) \(query.direction)" }.joined(separator: ", ")
        return SQLPart(text: tables + condition, values: values) + query.conditions
            + SQLPart(text: " ORDER BY \(order)")
    }
}

// MARK: - Questions

extension SQLiteConnection {
    /// A page of the files that are asked for.
    package mutating func files(_ query: FileQuery) throws(SQLiteError) -> FilePage {
        guard let listing = try FileListing(query, &self) else { return FilePage() }
        return try listing.page(&self)
    }

    private static let tables = "FROM files f JOIN folders d ON d.id = f.folder JOIN users u ON u.id = f.user"

    package mutating func file(numbered id: Int64) throws(SQLiteError) -> FileEntry? {
        try query("SELECT \(FileEntry.columns) \(Self.tables) WHERE f.id = ?", [.integer(id)]) { FileEntry($0) }.first
    }

    /// - Parameter path: in the user's folder.
    package mutating func file(_ path: RemotePath, of user: FileName) throws(SQLiteError) -> FileEntry? {
        let (folder, name) = path.parts
        return try query(
            "SELECT \(FileEntry.columns) \(Self.tables) WHERE u.name = ? AND d.path = ? AND f.name = ?",
            [.blob(user.bytes), .blob(Array(folder)), .blob(Array(name))]
        ) { FileEntry($0) }.first
    }

    /// The folders directly in a folder that hold files, or folders that do, by their paths from the user's folder on.
    ///
    /// - Parameters:
    ///   - path: of the folder; empty: the user's.
    ///   - last: the last of those that are known already.
    package mutating func folders(
        in path: [UInt8], of user: FileName, after last: [UInt8] = [], limit: Int = 1000
    ) throws(SQLiteError) -> [[UInt8]] {
        guard let number = try number(ofUser: user), let folder = try self.number(ofFolder: path, of: number) else {
            return []
        }
        return try query(
            "SELECT path FROM folders WHERE parent = ? AND path > ? ORDER BY path LIMIT ?",
            [.integer(folder), .blob(last), .integer(Int64(limit))]
        ) { $0.blob(0) }
    }

    /// What each user has stored, by name.
    package mutating func totals() throws(SQLiteError) -> [UserTotals] {
        try query(
            "SELECT u.name, u.files, u.bytes, (SELECT max(stored) FROM files f WHERE f.user = u.id) FROM users u "
                + "ORDER BY u.name"
        ) { row in
            FileName(row.blob(0)).map { user in
                UserTotals(
                    user: user, files: row.integer(1), bytes: UInt64(clamping: row.integer(2)),
                    lastUpload: row.isNull(3) ? nil : row.integer(3))
            }
        }
    }

    fileprivate mutating func number(ofUser user: FileName) throws(SQLiteError) -> Int64? {
        try query("SELECT id FROM users WHERE name = ?", [.blob(user.bytes)]) { $0.integer(0) }.first
    }

    fileprivate mutating func number(ofFolder path: [UInt8], of user: Int64) throws(SQLiteError) -> Int64? {
        try query("SELECT id FROM folders WHERE user = ? AND path = ?", [.integer(user), .blob(path)]) {
            $0.integer(0)
        }.first
    }

    fileprivate mutating func place(
        ofFolder folder: Int64
    ) throws(SQLiteError) -> (user: Int64, name: [UInt8], path: [UInt8])? {
        try query(
            "SELECT u.id, u.name, d.path FROM folders d JOIN users u ON u.id = d.user WHERE d.id = ?",
            [.integer(folder)]
        ) { (user: $0.integer(0), name: $0.blob(1), path: $0.blob(2)) }.first
    }
}

/// What a user has stored.
package struct UserTotals: Hashable, Sendable {
    package let user: FileName
    package let files: Int64
    package let bytes: UInt64
    /// Unix seconds.
    package let lastUpload: Int64?
}
