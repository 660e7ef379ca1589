internal import Platform
internal import S3
internal import SQLite

extension SQLiteConnection {
    private static func upload(_ row: SQLiteStatement) -> NotedUpload? {
        guard let key = ObjectKey(row.text(2)), let dialect = NotedUpload.Dialect(rawValue: row.integer(4)),
            let state = NotedUpload.State(rawValue: row.integer(5))
        else { return nil }
        return NotedUpload(
            id: row.text(0), user: row.blob(1), key: key, token: row.isNull(3) ? nil : UploadToken(row.text(3)),
            dialect: dialect, state: state, size: row.isNull(6) ? nil : row.unsigned(6),
            part: row.isNull(7) ? nil : row.unsigned(7))
    }

    mutating func upload(of key: ObjectKey) throws(SQLiteError) -> NotedUpload? {
        try query(
            "SELECT id, user, key, token, dialect, state, size, part FROM uploads WHERE key = ?", [.text(key.text)],
            row: Self.upload
        ).first
    }

    mutating func upload(_ id: String) throws(SQLiteError) -> NotedUpload? {
        try query(
            "SELECT id, user, key, token, dialect, state, size, part FROM uploads WHERE id = ?", [.text(id)],
            row: Self.upload
        ).first
    }

    /// Unfinished ones of a user.
    mutating func openCount(of user: FileName) throws(SQLiteError) -> Int64 {
        try number("SELECT count(*) FROM uploads WHERE user = ? AND state < 2", [.blob(user.bytes)])
    }

    /// Notes it, in the place of another of the same key.
    mutating func note(_ upload: NotedUpload, at time: Int64) throws(SQLiteError) {
        try execute("DELETE FROM uploads WHERE key = ?", [.text(upload.key.text)])
        try execute(
            """
            INSERT INTO uploads (id, user, key, token, dialect, state, size, part, used) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                .text(upload.id), .blob(upload.user), .text(upload.key.text),
                upload.token.map { .text($0.text) } ?? .null, .integer(upload.dialect.rawValue),
                .integer(upload.state.rawValue), upload.size.map { .unsigned($0) } ?? .null,
                upload.part.map { .unsigned($0) } ?? .null, .integer(time),
            ])
    }

    mutating func set(_ state: NotedUpload.State, of id: String, at time: Int64) throws(SQLiteError) {
        try execute(
            "UPDATE uploads SET state = ?, used = ? WHERE id = ?",
            [.integer(state.rawValue), .integer(time), .text(id)])
    }

    mutating func set(_ token: UploadToken, of id: String, at time: Int64) throws(SQLiteError) {
        try execute(
            "UPDATE uploads SET token = ?, used = ? WHERE id = ?", [.text(token.text), .integer(time), .text(id)])
    }

    mutating func touch(_ id: String, at time: Int64) throws(SQLiteError) {
        try execute("UPDATE uploads SET used = ? WHERE id = ?", [.integer(time), .text(id)])
    }

    mutating func removeUpload(_ id: String) throws(SQLiteError) {
        try execute("DELETE FROM uploads WHERE id = ?", [.text(id)])
    }

    /// - Returns: the uploads that nobody has come for since.
    mutating func uploads(unusedSince time: Int64) throws(SQLiteError) -> [NotedUpload] {
        try query(
            "SELECT id, user, key, token, dialect, state, size, part FROM uploads WHERE used < ? LIMIT 1000",
            [.integer(time)], row: Self.upload)
    }

    // MARK: Parts

    /// - Returns: false where it was signed with another digest, or size.
    mutating func notePart(
        _ number: Int, of id: String, size: UInt64, digest: [UInt8]
    ) throws(SQLiteError) -> Bool {
        let known = try query(
            "SELECT size, digest FROM parts WHERE upload = ? AND number = ?", [.text(id), .integer(Int64(number))]
        ) { ($0.unsigned(0), $0.blob(1)) }.first
        if let known { return known == (size, digest) }
        try execute(
            "INSERT INTO parts VALUES (?, ?, ?, ?)",
            [.text(id), .integer(Int64(number)), .unsigned(size), .blob(digest)])
        return true
    }

    /// Number → size and SHA-256, as they were signed.
    mutating func signedParts(of id: String) throws(SQLiteError) -> [Int: (size: UInt64, digest: [UInt8])] {
        let rows = try query("SELECT number, size, digest FROM parts WHERE upload = ?", [.text(id)]) {
            (Int($0.integer(0)), (size: $0.unsigned(1), digest: $0.blob(2)))
        }
        return Dictionary(rows) { $1 }
    }
}
