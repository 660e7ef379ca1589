/// The tables of the client's state.
enum StateSchema {
    /// Stands in the file's header: "AUpC".
    static let applicationID: Int64 = 0x4155_7043
    static let version: Int64 = 1

    static let tables = [
        """
        CREATE TABLE confirmations (
            path BLOB PRIMARY KEY NOT NULL,
            \(FingerprintColumns.definition),
            digest BLOB NOT NULL, remote_path BLOB NOT NULL, stored_path BLOB NOT NULL, receipt BLOB NOT NULL,
            confirmed_at INTEGER NOT NULL)
        """,
        """
        CREATE TABLE uploads (
            path BLOB PRIMARY KEY NOT NULL,
            \(FingerprintColumns.definition),
            upload_id BLOB NOT NULL)
        """,
        """
        CREATE TABLE wipes (
            id BLOB PRIMARY KEY NOT NULL,
            path BLOB NOT NULL,
            \(FingerprintColumns.definition),
            digest BLOB NOT NULL, remote_path BLOB NOT NULL, stored_path BLOB NOT NULL,
            begun_at INTEGER NOT NULL,
            is_decided INTEGER NOT NULL)
        """,
    ]
}

extension SQLiteConnection {
    /// Sets the connection up, and makes the tables in a new file.
    ///
    /// - Returns: the version of the schema; the tables are ours to use only when it is `StateSchema.version`.
    mutating func prepareState() throws(SQLiteError) -> Int64 {
        setBusyTimeout(milliseconds: 10_000)
        try makeCommitsDurable()
        let version = try number("PRAGMA user_version")
        let applicationID = try number("PRAGMA application_id")
        if version == 0, applicationID == 0, try number("SELECT count(*) FROM sqlite_schema") == 0 {
            try makeTables()
            return StateSchema.version
        }
        guard applicationID == StateSchema.applicationID else { throw .damaged("it is no state of this program") }
        try checkIntegrity()
        return version
    }

    /// What was committed survives a power cut.
    private mutating func makeCommitsDurable() throws(SQLiteError) {
        // Not a write-ahead log: its index is mapped into memory, and where a full disk has no room for a page of it the
        // process dies (SIGBUS; tried on btrfs). Not PERSIST: whoever reads opens the journal that stayed, and as root
        // sets its owner, which is a write. An empty one is no journal; FULL flushes its being emptied.
        _ = try query("PRAGMA journal_mode = TRUNCATE") { $0.text(0) }
        try execute("PRAGMA synchronous = FULL")
    }

    private mutating func makeTables() throws(SQLiteError) {
        try transaction { connection throws(SQLiteError) in
            // Another process may have been first.
            if try connection.number("PRAGMA user_version") == StateSchema.version { return }
            for table in StateSchema.tables { try connection.execute(table) }
            try connection.execute("PRAGMA application_id = \(StateSchema.applicationID)")
            try connection.execute("PRAGMA user_version = \(StateSchema.version)")
        }
    }

    private mutating func checkIntegrity() throws(SQLiteError) {
        let findings = try query("PRAGMA quick_check(1)") { $0.text(0) }
        guard findings == ["ok"] else { throw .damaged(findings.first ?? "the check of its integrity says nothing") }
    }

    private mutating func number(_ sql: String) throws(SQLiteError) -> Int64 {
        try query(sql) { $0.integer(0) }.first ?? 0
    }
}
