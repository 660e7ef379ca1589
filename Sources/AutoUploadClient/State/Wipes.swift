import Domain
import Platform
import SQLite
import Wire

extension ClientState {
    /// Records wipes durably, before anything is done to the files.
    func beginWipes(_ records: [WipeRecord]) throws(StateError) {
        if records.isEmpty { return }
        let volumes = volumes
        try change("record a wipe") { connection throws(SQLiteError) in
            for record in records { try connection.execute(Self.insertWipe, record.values(volumes)) }
        }
    }

    func beginWipe(_ record: WipeRecord) throws(StateError) {
        try beginWipes([record])
    }

    /// Records, before the first byte is overwritten, that there is no way back.
    func decideWipes(_ ids: [WipeID]) throws(StateError) {
        if ids.isEmpty { return }
        try change("record a wipe") { connection throws(SQLiteError) in
            for id in ids { try connection.execute(Self.updateWipe, [.blob(id.bytes)]) }
        }
    }

    /// The file is gone, and this was made durable: forgets the wipe and what was known about the file, but for a
    /// day that there was one. What the wipe was worth stays with the file's receipt.
    func endWipes(_ wipes: [(record: WipeRecord, grade: ErasureGrade)]) throws(StateError) {
        if wipes.isEmpty { return }
        try change("record the end of a wipe") { connection throws(SQLiteError) in
            for (record, grade) in wipes {
                try connection.execute(Self.deleteWipe, [.blob(record.id.bytes)])
                try connection.noteWipe(record, grade)
                try connection.forget(record.path, ifStill: record.fingerprint)
                try connection.rememberWiped(record.path, changed: record.fingerprint.changed, at: currentUnixTime())
            }
        }
    }

    /// The file was left as it was: forgets the wipe alone.
    func cancelWipes(_ ids: [WipeID]) throws(StateError) {
        if ids.isEmpty { return }
        try change("take back a wipe") { connection throws(SQLiteError) in
            for id in ids { try connection.execute(Self.deleteWipe, [.blob(id.bytes)]) }
        }
    }

    func wipeRecord(_ id: WipeID) throws(StateError) -> WipeRecord? {
        let volumes = volumes
        return try read("look up a wipe") { connection throws(SQLiteError) in
            try connection.query(Self.selectWipes + " WHERE id = ?", [.blob(id.bytes)]) { $0.wipeRecord(volumes) }.first
        }
    }

    /// All wipes that have begun and aren't known to have ended.
    func wipeRecords() throws(StateError) -> [WipeRecord] {
        let volumes = volumes
        return try read("list the wipes") { connection throws(SQLiteError) in
            try connection.query(Self.selectWipes) { $0.wipeRecord(volumes) }
        }
    }

    private static let columns =
        "id, path, \(FingerprintColumns.names), digest, remote_path, stored_path, begun_at, is_decided"
    private static let selectWipes = "SELECT \(columns) FROM wipes"
    private static let insertWipe =
        "INSERT INTO wipes (\(columns)) VALUES (?, ?, \(FingerprintColumns.placeholders), ?, ?, ?, ?, ?)"
    private static let updateWipe = "UPDATE wipes SET is_decided = 1 WHERE id = ?"
    private static let deleteWipe = "DELETE FROM wipes WHERE id = ?"
}

extension SQLiteStatement {
    fileprivate func wipeRecord(_ volumes: Volumes) -> WipeRecord? {
        let next = 2 + FingerprintColumns.count
        guard let id = WipeID(blob(0)), let path = localPath(1), let digest = digest(next),
            let offered = remotePath(next + 1), let stored = remotePath(next + 2)
        else { return nil }
        return WipeRecord(
            id: id, path: path, fingerprint: fingerprint(from: 2, volumes), digest: digest, remotePath: offered,
            storedPath: stored, begunAt: integer(next + 3), isDecided: integer(next + 4) != 0)
    }
}

extension WipeRecord {
    fileprivate func values(_ volumes: Volumes) -> [SQLiteValue] {
        [.blob(id.bytes), .blob(path.bytes)] + FingerprintColumns.values(of: fingerprint, volumes)
            + [
                .blob(digest.bytes), .blob(remotePath.bytes), .blob(storedPath.bytes), .integer(begunAt),
                .integer(isDecided ? 1 : 0),
            ]
    }
}
