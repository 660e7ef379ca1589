import Platform
import SQLite

/// What is known of a blob.
struct BlobRow: Hashable, Sendable {
    let id: BlobID
    /// Bytes.
    let size: UInt64
    /// Unix time in milliseconds.
    var uploaded: Int64
    /// Unix time in milliseconds, at which it is gone.
    var expiry: Int64

    /// Bytes that it takes of the disk, about: whole blocks, and its name.
    var charge: UInt64 { Self.charge(size) }

    static func charge(_ size: UInt64) -> UInt64 {
        let (sum, overflows) = ((max(1, size) - 1) | 4095).addingReportingOverflow(4097)
        return overflows ? .max : sum
    }
}

/// The table of blobs, in a file of its own. What is written is durable when the call returns.
final class BlobRows: Sendable {
    private struct Slot: ~Copyable {
        var connection: SQLiteConnection
    }

    private let writer: Monitor<Slot>
    private let reader: Monitor<Slot>
    private let queue = Monitor(Queue())

    /// Rows that wait at the same moment are written in one transaction, whose flush serves all of them.
    private struct Queue {
        var waiting: [(ticket: Int, row: BlobRow)] = []
        var outcomes: [Int: Result<Void, SQLiteError>] = [:]
        var last = 0
        var isLed = false
    }

    private static let schema = SQLiteSchema(
        // "AUpB".
        applicationID: 0x4155_7042, version: 1,
        tables: [
            // Times are Unix milliseconds.
            """
            CREATE TABLE blobs (
                id TEXT PRIMARY KEY, size INTEGER NOT NULL, uploaded INTEGER NOT NULL, expiry INTEGER NOT NULL
            ) WITHOUT ROWID
            """,
            "CREATE INDEX blobs_by_expiry ON blobs (expiry)",
            // One row. is_complete: each file that was there when the table was made has its row.
            "CREATE TABLE upkeep (id INTEGER PRIMARY KEY CHECK (id = 1), is_complete INTEGER NOT NULL)",
            "INSERT INTO upkeep VALUES (1, 0)",
        ], migrations: [:])

    /// Milliseconds that another process is waited for.
    private static let patience: CInt = 5000

    /// Opens the file, and makes it where there is none.
    init(path: String, logsAhead: Bool) throws(SQLiteError) {
        var connection = try Self.connect(path, logsAhead)
        let version = try connection.prepare(Self.schema)
        guard version == Self.schema.version else { throw .damaged("it has schema \(version)") }
        var second = try Self.connect(path, logsAhead)
        try second.execute("PRAGMA query_only = ON")
        writer = Monitor(Slot(connection: connection))
        reader = Monitor(Slot(connection: second))
    }

    private static func connect(_ path: String, _ logsAhead: Bool) throws(SQLiteError) -> SQLiteConnection {
        var connection = try SQLiteConnection(path: path)
        connection.setBusyTimeout(milliseconds: patience)
        _ = try connection.query("PRAGMA journal_mode = \(logsAhead ? "WAL" : "TRUNCATE")") { $0.text(0) }
        try connection.execute("PRAGMA synchronous = FULL")
        _ = try connection.query("PRAGMA journal_size_limit = 4194304") { $0.integer(0) }
        // There is no other folder that this process may write to.
        try connection.execute("PRAGMA temp_store = MEMORY")
        return connection
    }

    private func change<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        try writer.withLock { slot throws(SQLiteError) in try slot.connection.transaction(body) }
    }
}

// MARK: - Asking

extension BlobRows {
    func find(_ id: BlobID) throws(SQLiteError) -> BlobRow? {
        try reader.withLock { slot throws(SQLiteError) in
            try slot.connection.query(
                "SELECT id, size, uploaded, expiry FROM blobs WHERE id = ?", [.text(id.text)], row: BlobRow.init
            ).first
        }
    }

    /// - Returns: their number, and the bytes that they take.
    func total() throws(SQLiteError) -> (count: UInt64, charge: UInt64) {
        try reader.withLock { slot throws(SQLiteError) in
            try slot.connection.query("SELECT count(*), sum(((size - 1) | 4095) + 4097) FROM blobs") {
                ($0.unsigned(0), $0.unsigned(1))
            }.first ?? (0, 0)
        }
    }

    /// When the next one is gone, in Unix milliseconds; nil where there is none.
    func nextExpiry() throws(SQLiteError) -> Int64? {
        try reader.withLock { slot throws(SQLiteError) in
            try slot.connection.query("SELECT expiry FROM blobs ORDER BY expiry LIMIT 1") { $0.integer(0) }.first
        }
    }

    /// Whether the files that were there before it have their rows.
    func isComplete() throws(SQLiteError) -> Bool {
        try reader.withLock { slot throws(SQLiteError) in
            try slot.connection.number("SELECT is_complete FROM upkeep") == 1
        }
    }
}

extension BlobRow {
    fileprivate init?(_ row: SQLiteStatement) {
        guard let id = BlobID(row.text(0)) else { return nil }
        self.init(id: id, size: row.unsigned(1), uploaded: row.integer(2), expiry: row.integer(3))
    }
}

// MARK: - Changing

extension BlobRows {
    /// Writes a row down, in the place of one of the same name. Those who call at the same moment share a flush.
    func put(_ row: BlobRow) throws(SQLiteError) {
        enum Role {
            case done(Result<Void, SQLiteError>)
            case leads([(ticket: Int, row: BlobRow)])
        }
        let ticket = queue.change { queue in
            queue.last &+= 1
            queue.waiting.append((queue.last, row))
            return queue.last
        }
        while true {
            let role = queue.wait { queue -> Role? in
                if let outcome = queue.outcomes.removeValue(forKey: ticket) { return .done(outcome) }
                if queue.isLed { return nil }
                queue.isLed = true
                defer { queue.waiting = [] }
                return .leads(queue.waiting)
            }
            switch role {
            case .done(let outcome): return try outcome.get()
            case .leads(let batch):
                let outcome = Result { () throws(SQLiteError) in try add(batch.map(\.row)) }
                queue.change { queue in
                    for entry in batch { queue.outcomes[entry.ticket] = outcome }
                    queue.isLed = false
                }
            }
        }
    }

    private func add(_ rows: [BlobRow]) throws(SQLiteError) {
        try change { connection throws(SQLiteError) in
            for row in rows { try connection.add("INSERT OR REPLACE", row) }
        }
    }

    /// Adds rows of files that are there already, and leaves those that are known as they are.
    ///
    /// - Parameter isComplete: whether these were the last.
    func adopt(_ rows: [BlobRow], isComplete: Bool) throws(SQLiteError) {
        try change { connection throws(SQLiteError) in
            for row in rows { try connection.add("INSERT OR IGNORE", row) }
            if isComplete { try connection.execute("UPDATE upkeep SET is_complete = 1") }
        }
    }

    /// Forgets those whose time is over, the first ones first.
    ///
    /// - Returns: which they were.
    func removeExpired(by time: Int64, atMost count: Int) throws(SQLiteError) -> [BlobRow] {
        try change { connection throws(SQLiteError) in
            let rows = try connection.query(
                "SELECT id, size, uploaded, expiry FROM blobs WHERE expiry <= ? ORDER BY expiry LIMIT ?",
                [.integer(time), .integer(Int64(count))], row: BlobRow.init)
            for row in rows { try connection.execute("DELETE FROM blobs WHERE id = ?", [.text(row.id.text)]) }
            return rows
        }
    }
}

extension SQLiteConnection {
    fileprivate mutating func add(_ verb: StaticString, _ row: BlobRow) throws(SQLiteError) {
        try execute(
            "\(verb) INTO blobs (id, size, uploaded, expiry) VALUES (?, ?, ?, ?)",
            [.text(row.id.text), .unsigned(row.size), .integer(row.uploaded), .integer(row.expiry)])
    }
}
