package import Domain
import Platform
package import SQLite

/// A session of the admin site, as it outlives the server.
package struct StoredSession: Hashable, Sendable {
    /// Of what the browser shows.
    package let id: ContentDigest
    package let user: String
    /// Of the user's line that it was begun with.
    package let line: [UInt8]
    /// Unix seconds.
    package let begun, used: Int64

    package init(id: ContentDigest, user: String, line: [UInt8], begun: Int64, used: Int64) {
        (self.id, self.user, self.line, self.begun, self.used) = (id, user, line, begun, used)
    }
}

/// What becomes of sessions.
package enum SessionNote: Sendable {
    case began(StoredSession)
    /// At that time, in Unix seconds.
    case used(ContentDigest, Int64)
    case ended(ContentDigest)
}

extension SQLiteConnection {
    package mutating func session(_ id: ContentDigest) throws(SQLiteError) -> StoredSession? {
        try query("SELECT user, line, begun, used FROM sessions WHERE id = ?", [.blob(id.bytes)]) { row in
            StoredSession(
                id: id, user: row.text(0), line: row.blob(1), begun: row.integer(2), used: row.integer(3))
        }.first
    }

    mutating func take(_ note: SessionNote) throws(SQLiteError) {
        switch note {
        case .began(let session): try begin(session)
        case .used(let id, let time):
            try execute("UPDATE sessions SET used = ? WHERE id = ?", [.integer(time), .blob(id.bytes)])
        case .ended(let id): try execute("DELETE FROM sessions WHERE id = ?", [.blob(id.bytes)])
        }
    }

    /// Those of a user that are kept; the server keeps no more in memory.
    private static let perUser: Int64 = 50
    /// Seconds after which nobody has one any more: the longest lifetime that can be set.
    private static let longest: Int64 = 86_400

    private mutating func begin(_ session: StoredSession) throws(SQLiteError) {
        // The form's token follows from what the browser shows: there is no key of its own.
        try execute(
            "INSERT OR REPLACE INTO sessions (id, user, address, begun, used, line, form_key) VALUES (?, ?, '', ?, ?, ?, x'')",
            [
                .blob(session.id.bytes), .text(session.user), .integer(session.begun), .integer(session.used),
                .blob(session.line),
            ])
        try execute("DELETE FROM sessions WHERE begun < ?", [.integer(session.begun - Self.longest)])
        try execute(
            "DELETE FROM sessions WHERE user = ?1 AND id NOT IN "
                + "(SELECT id FROM sessions WHERE user = ?1 ORDER BY used DESC LIMIT ?2)",
            [.text(session.user), .integer(Self.perUser)])
    }
}
