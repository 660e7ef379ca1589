import SQLite

/// The tables of the client's state.
enum StateSchema {
    /// Stands in the file's header: "AUpC".
    static let applicationID: Int64 = 0x4155_7043
    static let version: Int64 = 9
    static let firstWithReceipts: Int64 = 2
    static let firstWithProofs: Int64 = 3
    static let firstWithNonces: Int64 = 4
    static let firstWithSeals: Int64 = 7
    static let firstWithTime: Int64 = 8
    static let firstWithGrades: Int64 = 9

    /// Those of a new file.
    static let tables =
        firstTables + receiptTables + proofColumn + nonceColumns + patienceTables + volumeColumns + sealColumns
        + timeTable + gradeColumn
    /// What makes a file of the version after one of an earlier.
    static let migrations: [Int64: [String]] = [
        // What stood there was empty: no server signed receipts.
        1: ["ALTER TABLE confirmations DROP COLUMN receipt"] + receiptTables,
        2: proofColumn,
        3: nonceColumns,
        4: patienceTables,
        5: volumeColumns,
        6: sealColumns,
        7: timeTable,
        8: gradeColumn,
    ]

    private static let firstTables = [
        """
        CREATE TABLE confirmations (
            path BLOB PRIMARY KEY NOT NULL,
            \(FingerprintColumns.definition),
            digest BLOB NOT NULL, remote_path BLOB NOT NULL, stored_path BLOB NOT NULL,
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
    private static let receiptTables = [
        // A receipt that only repeats another is a later one, and takes its place.
        """
        CREATE TABLE receipts (
            stored_path BLOB NOT NULL, size INTEGER NOT NULL, digest BLOB NOT NULL, user BLOB NOT NULL, key BLOB NOT NULL,
            time INTEGER NOT NULL, signature BLOB NOT NULL, path BLOB NOT NULL,
            PRIMARY KEY (stored_path, digest, size, user, key)) WITHOUT ROWID
        """,
        "CREATE TABLE receipt_key (id INTEGER PRIMARY KEY CHECK (id = 1), key BLOB NOT NULL)",
    ]
    private static let patienceTables = [
        """
        CREATE TABLE holds (
            path BLOB PRIMARY KEY NOT NULL,
            \(FingerprintColumns.definition),
            waited INTEGER NOT NULL, boot BLOB NOT NULL, since_ns INTEGER NOT NULL, clock INTEGER NOT NULL)
        """,
        """
        CREATE TABLE wiped_paths (
            path BLOB PRIMARY KEY NOT NULL, changed INTEGER NOT NULL, wiped_at INTEGER NOT NULL, gap INTEGER NOT NULL)
            WITHOUT ROWID
        """,
        // Has a row in a new file only.
        "CREATE TABLE new_state (id INTEGER PRIMARY KEY CHECK (id = 1))",
    ]
    private static let timeTable = [
        "CREATE TABLE latest_time (id INTEGER PRIMARY KEY CHECK (id = 1), time INTEGER NOT NULL)"
    ]
    // Empty: the file wasn't wiped since.
    private static let gradeColumn = ["ALTER TABLE receipts ADD COLUMN wipe_grade TEXT NOT NULL DEFAULT ''"]
    // 0: the file system's own number isn't known, only that of its device.
    private static let volumeColumns = ["confirmations", "uploads", "wipes", "holds"].map {
        "ALTER TABLE \($0) ADD COLUMN volume INTEGER NOT NULL DEFAULT 0"
    }
    // Empty: it isn't encrypted.
    private static let sealColumns = [
        "ALTER TABLE uploads ADD COLUMN seal BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE uploads ADD COLUMN sealed_chunks INTEGER NOT NULL DEFAULT -1",
        "ALTER TABLE uploads ADD COLUMN sealed_digest BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE confirmations ADD COLUMN plaintext BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE confirmations ADD COLUMN stored_size INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE receipts ADD COLUMN plaintext BLOB NOT NULL DEFAULT x''",
    ]
    // Each receipt of an earlier version has a signature of its own.
    private static let proofColumn = ["ALTER TABLE receipts ADD COLUMN proof BLOB NOT NULL DEFAULT x''"]
    // Empty: there was none. The key is expected to sign over one once it has.
    private static let nonceColumns = [
        "ALTER TABLE receipts ADD COLUMN nonce BLOB NOT NULL DEFAULT x''",
        "ALTER TABLE receipt_key ADD COLUMN is_bound INTEGER NOT NULL DEFAULT 0",
    ]
}

extension StateSchema {
    static let all = SQLiteSchema(
        applicationID: applicationID, version: version, tables: tables + ["INSERT INTO new_state VALUES (1)"],
        migrations: migrations)
}

extension SQLiteConnection {
    /// Sets the connection up, makes the tables in a new file, and brings those of an earlier version up to date.
    ///
    /// - Returns: the version of the schema; the tables are ours to use only when it is `StateSchema.version`.
    mutating func prepareState() throws(SQLiteError) -> Int64 {
        setBusyTimeout(milliseconds: Self.busyMilliseconds)
        try makeCommitsDurable()
        return try prepare(StateSchema.all)
    }

    /// Looks at a file that is there, and changes nothing.
    ///
    /// - Returns: the version of its schema.
    mutating func inspectState() throws(SQLiteError) -> Int64 {
        setBusyTimeout(milliseconds: Self.busyMilliseconds)
        return try inspect(StateSchema.all)
    }

    private static let busyMilliseconds: CInt = 10_000

    /// What was committed survives a power cut.
    private mutating func makeCommitsDurable() throws(SQLiteError) {
        // Not a write-ahead log: its index is mapped into memory, and where a full disk has no room for a page of it the
        // process dies (SIGBUS; tried on btrfs). Not PERSIST: whoever reads opens the journal that stayed, and as root
        // sets its owner, which is a write. An empty one is no journal; FULL flushes its being emptied.
        _ = try query("PRAGMA journal_mode = TRUNCATE") { $0.text(0) }
        try execute("PRAGMA synchronous = FULL")
        // Keys of uploads that are over don't stay in free pages.
        _ = try query("PRAGMA secure_delete = ON") { $0.integer(0) }
    }
}
