import Platform

/// Where the state's tables are: in a file, or, for as long as the disk has no room for them, in memory.
struct StateStore: ~Copyable {
    var connection: SQLiteConnection
    let schemaVersion: Int64
    /// Room on the disk for what is to be written; nil while the tables are in memory.
    let reserve: StateReserve?

    /// Whether what is changed survives the end of the program.
    var isDurable: Bool { reserve != nil }

    private init(_ connection: consuming SQLiteConnection, version: Int64, _ reserve: StateReserve?) {
        self.connection = connection
        schemaVersion = version
        self.reserve = reserve
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
            return StateStore(connection, version: version, files.reserve)
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
            if let path = try? StateFiles.existing(in: folder).path { connection.addTables(of: path) }
            return StateStore(connection, version: version, nil)
        } catch {
            throw StateError("keep the state", "memory", error)
        }
    }

    /// Adds what these tables hold to those of a folder's file, durably.
    ///
    /// - Returns: the store in the file, to be used from now on.
    mutating func moved(to folder: String) throws(StateError) -> StateStore {
        let store = try StateStore.open(folder: folder)
        guard let reserve = store.reserve else { return store }
        let path = folder + "/" + ClientState.fileName
        do throws(SQLiteError) {
            try reserve.drawOn { () throws(SQLiteError) in try connection.addTables(to: path) }
        } catch {
            throw StateError("move the state", path, error)
        }
        reserve.make()
        return store
    }
}

extension SQLiteConnection {
    /// Adds what the tables of another file hold, as far as it can be read: what isn't known is asked about, or sent again.
    fileprivate mutating func addTables(of path: String) {
        guard (try? execute("ATTACH ? AS other", [.blob(Array(path.utf8))])) != nil else { return }
        // Receipts are only ever added.
        for table in Self.currentTables {
            try? execute("INSERT OR REPLACE INTO main.\(table) SELECT * FROM other.\(table)")
        }
        // By name: what an earlier version has left has no more than these. Without its key any would be believed.
        try? execute("INSERT OR REPLACE INTO main.receipt_key (id, key) SELECT id, key FROM other.receipt_key")
        try? execute("INSERT OR REPLACE INTO main.receipt_key SELECT * FROM other.receipt_key")
        try? execute("DETACH other")
    }

    /// Adds what these tables hold to another file, durably. What was forgotten meanwhile stays there: it does no harm.
    fileprivate mutating func addTables(to path: String) throws(SQLiteError) {
        try execute("ATTACH ? AS other", [.blob(Array(path.utf8))])
        defer { try? execute("DETACH other") }
        _ = try query("PRAGMA other.journal_mode = TRUNCATE") { $0.text(0) }
        try execute("PRAGMA other.synchronous = FULL")
        try transaction { connection throws(SQLiteError) in
            for table in Self.currentTables + ["receipts"] {
                try connection.execute("INSERT OR REPLACE INTO other.\(table) SELECT * FROM main.\(table)")
            }
            // The key that was expected first counts.
            try connection.execute("INSERT OR IGNORE INTO other.receipt_key SELECT * FROM main.receipt_key")
            // That it signs over nonces, once seen, isn't forgotten.
            try connection.execute(
                "UPDATE other.receipt_key SET is_bound = 1 WHERE key IN (SELECT key FROM main.receipt_key WHERE is_bound = 1)"
            )
        }
    }

    private static let currentTables = ["confirmations", "uploads", "wipes", "holds", "wiped_paths"]
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
