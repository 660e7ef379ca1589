import Platform
import SQLite

/// What is remembered for a day of a path whose file was wiped.
struct WipedPath: Hashable, Sendable {
    /// When the file changed last, by its own clock, and when it was wiped, by this machine's: seconds since 1970, UTC.
    let changed: Int64
    let wipedAt: Int64
    /// Seconds from the last change of a file that was wiped to the first of the next one; 0 while there was none.
    let gap: Int64

    static let memorySeconds: Int64 = 86_400
}

extension ClientState {
    func wipedPath(_ path: LocalPath) throws(StateError) -> WipedPath? {
        try read("look up a wiped file") { connection throws(SQLiteError) in
            try connection.query("SELECT changed, wiped_at, gap FROM wiped_paths WHERE path = ?", [.blob(path.bytes)]) {
                WipedPath(changed: $0.integer(0), wipedAt: $0.integer(1), gap: $0.integer(2))
            }.first
        }
    }

    /// Remembers how soon files came again.
    func setGaps(_ gaps: [LocalPath: Int64]) throws(StateError) {
        if gaps.isEmpty { return }
        try change("record how soon a file came again") { connection throws(SQLiteError) in
            for (path, gap) in gaps {
                try connection.execute(
                    "UPDATE wiped_paths SET gap = ? WHERE path = ?", [.integer(gap), .blob(path.bytes)])
            }
        }
    }

    /// Forgets those that were wiped long ago, or, by a clock that was wrong, after `now`.
    func forgetWipedPaths(at now: Int64) throws(StateError) {
        let outside = "wiped_at < ? OR wiped_at > ?"
        let bounds = [SQLiteValue.integer(now - WipedPath.memorySeconds), .integer(now + WipedPath.memorySeconds)]
        let isAny = try read("look for files wiped long ago") { connection throws(SQLiteError) in
            try connection.query("SELECT 1 FROM wiped_paths WHERE \(outside) LIMIT 1", bounds) { _ in () }.first != nil
        }
        guard isAny else { return }
        try change("forget files wiped long ago") { connection throws(SQLiteError) in
            try connection.execute("DELETE FROM wiped_paths WHERE \(outside)", bounds)
        }
    }
}

extension SQLiteConnection {
    /// Remembers a wiped file inside a transaction; how soon others of its path came again stays known.
    mutating func rememberWiped(_ path: LocalPath, changed: FileTime, at now: Int64) throws(SQLiteError) {
        try execute(
            """
            INSERT INTO wiped_paths (path, changed, wiped_at, gap) VALUES (?, ?, ?, 0)
            ON CONFLICT (path) DO UPDATE SET changed = excluded.changed, wiped_at = excluded.wiped_at
            """, [.blob(path.bytes), .integer(changed.seconds), .integer(now)])
    }
}
