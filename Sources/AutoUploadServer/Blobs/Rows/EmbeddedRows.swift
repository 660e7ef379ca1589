import Platform
import SQLite

/// The table of blobs, in a file of its own. What is written is durable when the call returns.
final class EmbeddedRows: BlobRows {
    var mostInside: UInt64 { 0 }

    private struct Slot: ~Copyable {
        var connection: SQLiteConnection
    }

    private let writer: Monitor<Slot>
    private let reader: Monitor<Slot>
    private let queue = Monitor(Queue())

    /// Rows that wait at the same moment are written in one transaction, whose flush serves all of them.
    private struct Queue {
        var waiting: [(ticket: Int, row: BlobRow)] = []
        var outcomes: [Int: Result<Void, BlobRowsError>] = [:]
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
    ) throws(BlobRowsError) -> R {
        do throws(SQLiteError) {
            return try writer.withLock { slot throws(SQLiteError) in try slot.connection.transaction(body) }
        } catch {
            throw .file(error)
        }
    }

    private func ask<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(BlobRowsError) -> R {
        do throws(SQLiteError) {
            return try reader.withLock { slot throws(SQLiteError) in try body(&slot.connection) }
        } catch {
            throw .file(error)
        }
    }
}

// MARK: - Asking

extension EmbeddedRows {
    func content(of row: BlobRow) throws(BlobRowsError) -> [UInt8]? { nil }

    func find(_ id: BlobID) throws(BlobRowsError) -> BlobRow? {
        try ask { connection throws(SQLiteError) in
            try connection.query(
                "SELECT id, size, uploaded, expiry FROM blobs WHERE id = ?", [.text(id.text)], row: BlobRow.init
            ).first
        }
    }

    func total() throws(BlobRowsError) -> (count: UInt64, charge: UInt64) {
        try ask { connection throws(SQLiteError) in
            try connection.query("SELECT count(*), sum(((size - 1) | 4095) + 4097) FROM blobs") {
                ($0.unsigned(0), $0.unsigned(1))
            }.first ?? (0, 0)
        }
    }

    func nextExpiry() throws(BlobRowsError) -> Int64? {
        try ask { connection throws(SQLiteError) in
            try connection.query("SELECT expiry FROM blobs ORDER BY expiry LIMIT 1") { $0.integer(0) }.first
        }
    }

    func isComplete() throws(BlobRowsError) -> Bool {
        try ask { connection throws(SQLiteError) in
            try connection.number("SELECT is_complete FROM upkeep") == 1
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

extension EmbeddedRows {
    /// Writes a row down, in the place of one of the same name. Those who call at the same moment share a flush.
    ///
    /// Names that are taken were looked for, under a claim.
    func put(_ row: BlobRow, holding content: [UInt8]?, replaces: Bool) throws(BlobRowsError) -> Bool {
        enum Role {
            case done(Result<Void, BlobRowsError>)
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
            case .done(let outcome):
                try outcome.get()
                return true
            case .leads(let batch):
                let outcome = Result { () throws(BlobRowsError) in try add(batch.map(\.row)) }
                queue.change { queue in
                    for entry in batch { queue.outcomes[entry.ticket] = outcome }
                    queue.isLed = false
                }
            }
        }
    }

    private func add(_ rows: [BlobRow]) throws(BlobRowsError) {
        try change { connection throws(SQLiteError) in
            for row in rows { try connection.add("INSERT OR REPLACE", row) }
        }
    }

    /// Whoever has claimed it has found its file: it is there.
    func refresh(_ row: BlobRow) throws(BlobRowsError) -> Bool { try put(row, holding: nil, replaces: true) }

    func adopt(_ rows: [BlobRow], isComplete: Bool) throws(BlobRowsError) {
        try change { connection throws(SQLiteError) in
            for row in rows { try connection.add("INSERT OR IGNORE", row) }
            if isComplete { try connection.execute("UPDATE upkeep SET is_complete = 1") }
        }
    }

    func removeExpired(by time: Int64, atMost count: Int) throws(BlobRowsError) -> [BlobRow] {
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
