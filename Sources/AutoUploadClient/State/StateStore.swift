import Platform
import SQLite

/// Where the state's tables are: in a file, or, for as long as the disk has no room for them, in memory.
struct StateStore: ~Copyable {
    var connection: SQLiteConnection
    let schemaVersion: Int64
    /// Room on the disk for what is to be written; nil while the tables are in memory.
    let reserve: StateReserve?
    /// Which file it is; nil in memory.
    private let identity: FileIdentity?
    /// Whether the file in whose place the tables are in memory has a receipt key that can't be read: any would be believed.
    private(set) var hasUnreadKey = false

    /// Whether what is changed survives the end of the program.
    var isDurable: Bool { reserve != nil }

    private init(
        _ connection: consuming SQLiteConnection, version: Int64, _ reserve: StateReserve?,
        identity: FileIdentity? = nil
    ) {
        self.connection = connection
        schemaVersion = version
        self.reserve = reserve
        self.identity = identity
    }

    /// Whether the file still stands where it was opened: SQLite writes to none that was moved or removed.
    func isInPlace(_ folder: String) -> Bool {
        identity == nil || identity == StateFiles.identity(in: folder)
    }

    /// Opens the file in a folder, which is made (private) when it isn't there.
    static func open(folder: String) throws(StateError) -> StateStore {
        let files = try StateFiles(folder: folder)
        let store = try open(files)
        guard store.schemaVersion == StateSchema.version else {
            throw .tooNew(path: files.path, version: store.schemaVersion)
        }
        files.reserve.make()
        try files.flush()
        return store
    }

    private static func open(_ files: StateFiles) throws(StateError) -> StateStore {
        do throws(SQLiteError) {
            return try connect(files)
        } catch {
            guard error.meansDamage else { throw StateError("open the state", files.path, error) }
            try files.moveAside(because: error.message)
        }
        do throws(SQLiteError) {
            return try connect(files)
        } catch {
            throw StateError("begin the state", files.path, error)
        }
    }

    private static func connect(_ files: StateFiles) throws(SQLiteError) -> StateStore {
        try files.reserve.drawOn { () throws(SQLiteError) in
            var connection = try SQLiteConnection(path: files.path)
            let version = try connection.prepareState()
            return StateStore(connection, version: version, files.reserve, identity: files.identity)
        }
    }

    /// Opens a file as it is, for looking at it only.
    static func openToRead(path: String, _ reserve: StateReserve) throws(SQLiteError) -> StateStore {
        // For writing, as the file says: else a change that a crash left half done couldn't be taken back first.
        var connection = try SQLiteConnection(path: path, makes: false)
        let version = try connection.inspectState()
        return StateStore(connection, version: version, reserve)
    }

    /// Changes the tables in one transaction; when it throws, nothing was changed.
    mutating func change<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        guard let reserve else { return try connection.transaction(body) }
        let result = try reserve.drawOn { () throws(SQLiteError) in try connection.transaction(body) }
        reserve.make()
        return result
    }
}

// MARK: - In memory

extension StateStore {
    /// Begins tables in memory, with what can be read of a folder's file.
    static func inMemory(insteadOf folder: String) throws(StateError) -> StateStore {
        do throws(SQLiteError) {
            var connection = try SQLiteConnection(path: ":memory:")
            let version = try connection.prepareState()
            let isKeyRead = try connection.addTables(ofStateIn: folder)
            try connection.noteWhatIsForgotten()
            var store = StateStore(connection, version: version, nil)
            store.hasUnreadKey = !isKeyRead
            return store
        } catch {
            throw StateError("keep the state in memory in the place of", folder, error)
        }
    }

    /// Adds what these tables hold to those of a folder's file, durably.
    ///
    /// - Returns: the store in the file, to be used from now on.
    mutating func moved(to folder: String) throws(StateError) -> StateStore {
        let store = try StateStore.open(folder: folder)
        guard let reserve = store.reserve else { return store }
        let path = folder + "/" + ClientState.fileName
        let isInMemory = !isDurable
        do throws(SQLiteError) {
            try reserve.drawOn { () throws(SQLiteError) in
                try connection.addTables(to: path, forgetting: isInMemory)
            }
        } catch {
            throw StateError("move the state", path, error)
        }
        reserve.make()
        return store
    }
}

// MARK: - From one file to another

extension SQLiteConnection {
    /// Adds what a folder's file holds, as far as it can be read: what isn't known is asked about, or sent again.
    ///
    /// - Returns: false when there is a file, and whether it holds a receipt key, or which, can't be read.
    fileprivate mutating func addTables(ofStateIn folder: String) throws(SQLiteError) -> Bool {
        let path: String
        do throws(StateError) {
            path = try StateFiles.existing(in: folder).path
        } catch {
            if case .system(_, let error) = error { return error.errno == .noEntry }
            return false
        }
        guard (try? execute("ATTACH ? AS other", [.blob(Array(path.utf8))])) != nil else { return false }
        defer { try? execute("DETACH other") }
        // Receipts are only ever added.
        for table in Self.currentTables { try? copy(table, from: "other", to: "main") }
        return (try? copyKey()) != nil
    }

    /// Without its key any would be believed.
    private mutating func copyKey() throws(SQLiteError) {
        let isThere = "SELECT 1 FROM other.sqlite_schema WHERE name = 'receipt_key'"
        guard try query(isThere, row: { _ in () }).first != nil else { return }
        try copy("receipt_key", from: "other", to: "main")
    }

    /// Copies rows, in the place of those with the same key. By the columns that both have: an earlier version has left fewer.
    private mutating func copy(_ table: String, from: String, to: String) throws(SQLiteError) {
        let common =
            "SELECT a.name FROM pragma_table_info('\(table)', '\(from)') a JOIN pragma_table_info('\(table)', '\(to)') b USING (name)"
        let columns = try query(common) { $0.text(0) }
        if columns.isEmpty { return }
        let names = columns.joined(separator: ", ")
        try execute("INSERT OR REPLACE INTO \(to).\(table) (\(names)) SELECT \(names) FROM \(from).\(table)")
    }

    /// Adds what these tables hold to another file, durably.
    ///
    /// - Parameter forgetting: removes there what `noteWhatIsForgotten` has noted.
    fileprivate mutating func addTables(to path: String, forgetting: Bool) throws(SQLiteError) {
        try execute("ATTACH ? AS other", [.blob(Array(path.utf8))])
        defer { try? execute("DETACH other") }
        _ = try query("PRAGMA other.journal_mode = TRUNCATE") { $0.text(0) }
        try execute("PRAGMA other.synchronous = FULL")
        try transaction { connection throws(SQLiteError) in
            if forgetting { try connection.forgetElsewhere() }
            for table in Self.currentTables + ["receipts"] {
                try connection.copy(table, from: "main", to: "other")
            }
            // The key that was expected first counts.
            try connection.execute("INSERT OR IGNORE INTO other.receipt_key SELECT * FROM main.receipt_key")
            // That it signs over nonces, once seen, isn't forgotten.
            try connection.execute(
                "UPDATE other.receipt_key SET is_bound = 1 WHERE key IN (SELECT key FROM main.receipt_key WHERE is_bound = 1)"
            )
        }
    }

    private static let currentTables = ["confirmations", "uploads", "wipes", "holds", "wiped_paths", "latest_time"]

    // MARK: What is forgotten meanwhile

    /// What the server has lost, say, must not come back with the file: where files stay, it would never be sent again.
    fileprivate mutating func noteWhatIsForgotten() throws(SQLiteError) {
        for (table, key) in Self.forgettable {
            try execute("CREATE TABLE forgotten_\(table) (key BLOB PRIMARY KEY NOT NULL) WITHOUT ROWID")
            try execute(
                "CREATE TRIGGER forget_\(table) AFTER DELETE ON \(table) "
                    + "BEGIN INSERT OR REPLACE INTO forgotten_\(table) VALUES (OLD.\(key)); END")
        }
    }

    private mutating func forgetElsewhere() throws(SQLiteError) {
        for (table, key) in Self.forgettable {
            try execute("DELETE FROM other.\(table) WHERE \(key) IN (SELECT key FROM main.forgotten_\(table))")
        }
    }

    private static let forgettable = [
        ("confirmations", "path"), ("uploads", "path"), ("holds", "path"), ("wipes", "id"),
    ]
}

extension StateReserve {
    /// Does something, and again for as long as it fails for want of room and there is some to give back.
    fileprivate func drawOn<R: ~Copyable>(_ body: () throws(SQLiteError) -> R) throws(SQLiteError) -> R {
        while true {
            do throws(SQLiteError) {
                return try body()
            } catch {
                guard error.mayMeanFullDisk, release() else { throw error }
            }
        }
    }
}
