import Platform
import SQLite

/// The catalogue's file, open for the one thread that writes.
struct CatalogueStore: ~Copyable {
    var connection: SQLiteConnection
    let place: CataloguePlace
    let identity: FileIdentity
    /// Whether a write-ahead log is used: then nobody who reads waits for who writes.
    private let logsAhead: Bool
    /// Whether its index has to be compared with the folder: it is new, or the server wasn't ended in good order.
    private(set) var needsRebuilding = true
    private let version: Int64
    private var known = KnownFolders()

    /// Milliseconds that another process is waited for that writes.
    static let patience: CInt = 2000

    /// Opens the file, and makes it where there is none.
    static func open(_ place: CataloguePlace) throws(CatalogueError) -> CatalogueStore {
        do throws(SystemError) {
            if place.identity == nil { try place.make() }
        } catch {
            throw .unavailable("the catalogue can't be made: \(error)")
        }
        guard let identity = place.identity, place.isAtPath(identity) else {
            throw .unavailable("the catalogue's folder isn't where it was")
        }
        let opened = try connect(place, identity)
        // What no migration knows of, is put aside, and what it holds is saved.
        if opened.version < CatalogueSchema.version { throw .failed(.damaged("it has schema \(opened.version)")) }
        if opened.version > CatalogueSchema.version { throw .tooNew(version: opened.version) }
        return try opened.begun()
    }

    private static func connect(
        _ place: CataloguePlace, _ identity: FileIdentity
    ) throws(CatalogueError) -> CatalogueStore {
        do throws(SQLiteError) {
            var connection = try SQLiteConnection(path: place.path, makes: false)
            connection.setBusyTimeout(milliseconds: Self.patience)
            let logsAhead = try connection.setUpForWriting(logsAhead: place.mayLogAhead)
            let version = try connection.prepare(CatalogueSchema.all, checksIntegrity: false)
            return CatalogueStore(connection, place, identity, logsAhead: logsAhead, version: version)
        } catch {
            throw .failed(error)
        }
    }

    private init(
        _ connection: consuming SQLiteConnection, _ place: CataloguePlace, _ identity: FileIdentity, logsAhead: Bool,
        version: Int64
    ) {
        self.connection = connection
        (self.place, self.identity, self.logsAhead, self.version) = (place, identity, logsAhead, version)
    }

    private consuming func begun() throws(CatalogueError) -> CatalogueStore {
        do throws(SQLiteError) {
            needsRebuilding = try connection.number("SELECT is_current FROM upkeep") == 0
            if needsRebuilding { try connection.checkIntegrity() }
            try noteIsCurrent(false)
            return self
        } catch {
            throw .failed(error)
        }
    }

    /// Whether the file still stands where it was opened.
    var isInPlace: Bool { place.identity == identity && place.isAtPath(identity) }

    /// Writes down whether the index is known to be as the folder is. Durable at once: a power cut mustn't bring back an earlier word.
    mutating func noteIsCurrent(_ isCurrent: Bool) throws(SQLiteError) {
        try durably { connection throws(SQLiteError) in
            try connection.execute("UPDATE upkeep SET is_current = ?", [.integer(isCurrent ? 1 : 0)])
        }
    }

    /// A change that survives a power cut once this has returned.
    mutating func durably<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        guard logsAhead else { return try connection.transaction(body) }
        try connection.execute("PRAGMA synchronous = FULL")
        defer { try? connection.execute("PRAGMA synchronous = NORMAL") }
        return try connection.transaction(body)
    }

    /// Changes the index: a power cut may take back the latest of it, which a rebuilding brings again.
    mutating func change<R>(
        _ body: (inout SQLiteConnection, inout KnownFolders) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        var known = known
        // What a transaction that failed has added to it isn't there.
        self.known = KnownFolders()
        let result = try connection.transaction { connection throws(SQLiteError) in try body(&connection, &known) }
        self.known = known
        return result
    }

    /// Makes the write-ahead log empty, so that nothing old stays in it.
    mutating func emptyLog() {
        if logsAhead { _ = try? connection.query("PRAGMA wal_checkpoint(TRUNCATE)") { $0.integer(0) } }
    }
}

extension SQLiteConnection {
    /// - Returns: whether there is a write-ahead log.
    fileprivate mutating func setUpForWriting(logsAhead: Bool) throws(SQLiteError) -> Bool {
        let mode = try query("PRAGMA journal_mode = \(logsAhead ? "WAL" : "TRUNCATE")") { $0.text(0) }.first
        let isAhead = mode == "wal"
        try execute("PRAGMA synchronous = \(isAhead ? "NORMAL" : "FULL")")
        // The log's file is cut to this when it has been taken over.
        _ = try query("PRAGMA journal_size_limit = 4194304") { $0.integer(0) }
        try setUpMemory(kilobytes: 1024)
        return isAhead
    }

    /// For as long as it isn't used it takes less.
    mutating func setUpMemory(kilobytes: Int) throws(SQLiteError) {
        try execute("PRAGMA cache_size = -\(kilobytes)")
        // There is no other folder that this process may write to.
        try execute("PRAGMA temp_store = MEMORY")
    }
}
