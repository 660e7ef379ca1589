import Platform
import SQLite

/// For how long a file that is held has stayed as it is.
struct HoldRecord: Hashable, Sendable {
    let path: LocalPath
    let fingerprint: Fingerprint
    /// Seconds that had passed before `boot`.
    var waited: Int64
    /// The start of the machine during which it has been counted since, and when that began: by the clock since the start,
    /// and by the clock of the wall.
    var boot: [UInt8]
    var since: Instant
    var clock: Int64
}

extension ClientState {
    func holdRecord(of path: LocalPath) throws(StateError) -> HoldRecord? {
        try read("look up a held file") { connection throws(SQLiteError) in
            try connection.query(Self.selectHold, [.blob(path.bytes)]) { $0.holdRecord(of: path) }.first
        }
    }

    /// Remembers held files, each in the place of what was known of its path.
    func hold(_ records: [HoldRecord]) throws(StateError) {
        if records.isEmpty { return }
        try change("record held files") { connection throws(SQLiteError) in
            for record in records { try connection.execute(Self.insertHold, record.values) }
        }
    }

    private static let columns = "\(FingerprintColumns.names), waited, boot, since_ns, clock"
    private static let selectHold = "SELECT \(columns) FROM holds WHERE path = ?"
    private static let insertHold =
        "INSERT OR REPLACE INTO holds (path, \(columns)) VALUES (?, \(FingerprintColumns.placeholders), ?, ?, ?, ?)"
}

extension SQLiteStatement {
    fileprivate func holdRecord(of path: LocalPath) -> HoldRecord {
        let next = FingerprintColumns.count
        return HoldRecord(
            path: path, fingerprint: fingerprint(from: 0), waited: integer(next), boot: blob(next + 1),
            since: Instant(nanoseconds: unsigned(next + 2)), clock: integer(next + 3))
    }
}

extension HoldRecord {
    fileprivate var values: [SQLiteValue] {
        [.blob(path.bytes)] + FingerprintColumns.values(of: fingerprint)
            + [.integer(waited), .blob(boot), .unsigned(since.nanoseconds), .integer(clock)]
    }
}
