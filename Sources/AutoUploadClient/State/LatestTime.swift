import SQLite

extension ClientState {
    /// The latest time that a server has told; nil where none has, and in a state of an earlier version.
    func latestTime() throws(StateError) -> Int64? {
        if schemaVersion < StateSchema.firstWithTime { return nil }
        return try read("look up the latest time") { connection throws(SQLiteError) in
            try connection.query("SELECT time FROM latest_time") { min(max($0.integer(0), 0), KnownTime.last) }.first
        }
    }

    func setLatestTime(_ time: Int64) throws(StateError) {
        try change("store the latest time") { connection throws(SQLiteError) in
            try connection.execute("INSERT OR REPLACE INTO latest_time VALUES (1, ?)", [.integer(time)])
        }
    }

    /// As if no server had told any. Noted, not removed: else what is in memory for want of room would not say so to the file.
    func forgetLatestTime() throws(StateError) {
        if try latestTime() != nil { try setLatestTime(0) }
    }
}
