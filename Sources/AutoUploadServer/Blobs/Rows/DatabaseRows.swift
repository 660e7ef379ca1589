import Platform
import PostgreSQL

/// Rows in a PostgreSQL database, with what small blobs hold. Any number of servers may share it: what one keeps, all see.
///
/// A blob that is larger lies in the folder of the server that it came to, which its row names by a mark (`BlobPlace.mark`).
final class DatabaseRows: BlobRows {
    let mostInside: UInt64
    private let pool: PostgresPool
    /// Of this server's folder.
    private let mark: String

    static let schema = PostgresSchema(
        name: "auto_upload", version: 1,
        tables: [
            // Times are Unix milliseconds. place: the mark of the folder that it lies in.
            """
            CREATE TABLE auto_upload.blobs (
                id text COLLATE "C" PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9_-]{1,44}$'), size bigint NOT NULL CHECK (size > 0),
                uploaded bigint NOT NULL, expiry bigint NOT NULL, place text COLLATE "C", content bytea,
                CHECK ((place IS NULL) <> (content IS NULL)))
            """,
            // What is sealed can't be compressed.
            "ALTER TABLE auto_upload.blobs ALTER COLUMN content SET STORAGE EXTERNAL",
            "CREATE INDEX blobs_by_expiry ON auto_upload.blobs (expiry)",
            // is_complete: each file that was there when the folder came to the database has its row. seen: when its server was last there.
            """
            CREATE TABLE auto_upload.places (
                mark text COLLATE "C" PRIMARY KEY, is_complete boolean NOT NULL, seen bigint NOT NULL)
            """,
        ], migrations: [:])

    /// - Parameter onDown: is told when the database can't be reached any more.
    init(
        _ database: BlobDatabase, mark: String, onDown: @escaping @Sendable () -> Void
    ) throws(BlobRowsError) {
        (mostInside, self.mark) = (database.mostInside, mark)
        pool = PostgresPool(most: database.connections, onDown: onDown) { () throws(PostgresError) in
            try database.connect()
        }
        try run { connection throws(PostgresError) in try connection.prepare(Self.schema) }
        try noteSeen()
    }

    private func run<R>(
        _ body: (PostgresConnection) throws(PostgresError) -> R
    ) throws(BlobRowsError) -> R {
        do throws(PostgresError) {
            return try pool.run(body)
        } catch {
            throw .database(error)
        }
    }

    @discardableResult
    private func query(
        _ statement: String, _ values: [PostgresValue], bytes: UInt64 = 0
    ) throws(BlobRowsError) -> PostgresRows {
        try run { connection throws(PostgresError) in
            try connection.query(statement, values, within: Self.patience + Double(bytes) / Self.slowest)
        }
    }

    /// Seconds for an answer, and bytes a second at which large ones come at least.
    private static let (patience, slowest) = (5.0, 1e6)

    private func noteSeen() throws(BlobRowsError) {
        try query(
            "INSERT INTO auto_upload.places VALUES ($1, false, $2) ON CONFLICT (mark) DO UPDATE SET seen = excluded.seen",
            [.text(mark), .integer(BlobShelf.time())])
    }

    func probe() throws(BlobRowsError) {
        do throws(PostgresError) {
            try pool.probe()
        } catch {
            throw .database(error)
        }
    }
}

// MARK: - Asking

extension DatabaseRows {
    /// What each row is read as; `$2` is the mark.
    private static let columns =
        "id, size, uploaded, expiry, (CASE WHEN place IS NULL THEN 1 WHEN place = $2 THEN 0 ELSE 2 END)::bigint"

    func find(_ id: BlobID) throws(BlobRowsError) -> BlobRow? {
        let rows = try query(
            "SELECT \(Self.columns) FROM auto_upload.blobs WHERE id = $1", [.text(id.text), .text(mark)])
        return BlobRow(rows, 0)
    }

    func content(of row: BlobRow) throws(BlobRowsError) -> [UInt8]? {
        let rows = try query(
            "SELECT content FROM auto_upload.blobs WHERE id = $1", [.text(row.id.text)], bytes: row.size)
        return rows.isNull(0, 0) ? nil : rows.bytes(0, 0)
    }

    func total() throws(BlobRowsError) -> (count: UInt64, charge: UInt64) {
        let rows = try query(
            "SELECT count(*), sum(((size - 1) | 4095) + 4097)::bigint FROM auto_upload.blobs", [])
        return (rows.unsigned(0, 0), rows.unsigned(0, 1))
    }

    func nextExpiry() throws(BlobRowsError) -> Int64? {
        let rows = try query(
            "SELECT expiry FROM auto_upload.blobs WHERE place IS NULL OR place = $1 ORDER BY expiry LIMIT 1",
            [.text(mark)])
        return rows.count == 0 ? nil : rows.integer(0, 0)
    }

    func isComplete() throws(BlobRowsError) -> Bool {
        try query("SELECT 1 FROM auto_upload.places WHERE mark = $1 AND is_complete", [.text(mark)]).count == 1
    }

    func warning(for rules: BlobRules) throws(BlobRowsError) -> String? {
        try noteSeen()
        let now = try query(
            """
            SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint,
                (SELECT count(*) FROM auto_upload.places WHERE mark <> $1 AND seen > $2)
            """, [.text(mark), .integer(BlobShelf.time() &- Self.day)])
        let apart = now.integer(0, 0) &- BlobShelf.time()
        if !(-Self.mostApart...Self.mostApart).contains(apart) {
            return
                "this machine's clock and the database's are \(abs(apart / 1000)) s apart: blobs end at the wrong time"
        }
        guard now.integer(0, 1) > 0, mostInside < rules.largest else { return nil }
        return
            "another server uses this database, too, and can't answer for blobs of more than \(mostInside) bytes that come "
            + "to this one: start all with a --database-blob-size that is as large as --blob-max-size"
    }

    private static let (day, mostApart): (Int64, Int64) = (86_400_000, 10_000)
}

extension BlobRow {
    /// - Returns: nil where there is no such row.
    fileprivate init?(_ rows: PostgresRows, _ row: Int) {
        guard let id = BlobID(rows.text(row, 0)) else { return nil }
        self.init(
            id: id, size: rows.unsigned(row, 1), uploaded: rows.integer(row, 2), expiry: rows.integer(row, 3),
            lies: Self.place(rows.integer(row, 4)))
    }

    /// As `columns` has it.
    private static func place(_ number: Int64) -> Place {
        switch number {
        case 0: .inFolder
        case 1: .inRow
        default: .elsewhere
        }
    }
}

// MARK: - Changing

extension DatabaseRows {
    func put(_ row: BlobRow, holding content: [UInt8]?, replaces: Bool) throws(BlobRowsError) -> Bool {
        let conflict =
            replaces
            ? """
            UPDATE SET size = excluded.size, uploaded = excluded.uploaded, expiry = excluded.expiry, place = excluded.place,
                content = excluded.content
            """ : "NOTHING"
        let rows = try query(
            "INSERT INTO auto_upload.blobs VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO \(conflict) RETURNING 1",
            values(of: row) + [
                content == nil ? .text(mark) : .null(.text), content.map(PostgresValue.bytes) ?? .null(.bytes),
            ], bytes: row.size)
        return rows.count == 1
    }

    private func values(of row: BlobRow) -> [PostgresValue] {
        [.text(row.id.text), .unsigned(row.size), .integer(row.uploaded), .integer(row.expiry)]
    }

    func refresh(_ row: BlobRow) throws(BlobRowsError) -> Bool {
        let rows = try query(
            """
            UPDATE auto_upload.blobs SET uploaded = $3, expiry = $4
            WHERE id = $1 AND size = $2 AND (place IS NULL OR place = $5) RETURNING 1
            """, values(of: row) + [.text(mark)])
        return rows.count == 1
    }

    /// What lies in another folder, as far as the database knows, is taken over: here its file was found.
    func adopt(_ rows: [BlobRow], isComplete: Bool) throws(BlobRowsError) {
        try run { connection throws(PostgresError) in
            try connection.transaction { connection throws(PostgresError) in
                for row in rows {
                    try connection.query(
                        """
                        INSERT INTO auto_upload.blobs AS known VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id)
                        DO UPDATE SET size = excluded.size, place = excluded.place WHERE known.place <> excluded.place
                        """, self.values(of: row) + [.text(mark)])
                }
                guard isComplete else { return }
                try connection.query(
                    "UPDATE auto_upload.places SET is_complete = true WHERE mark = $1", [.text(mark)])
            }
        }
    }

    /// What lies in another server's folder is that server's to remove, unless it hasn't for a day.
    func removeExpired(by time: Int64, atMost count: Int) throws(BlobRowsError) -> [BlobRow] {
        let rows = try query(
            """
            DELETE FROM auto_upload.blobs WHERE id = ANY (ARRAY(
                SELECT id FROM auto_upload.blobs
                WHERE expiry <= $1 AND (place IS NULL OR place = $2 OR expiry <= $1 - \(Self.day))
                ORDER BY expiry LIMIT $3 FOR UPDATE SKIP LOCKED))
            RETURNING \(Self.columns)
            """, [.integer(time), .text(mark), .integer(Int64(count))])
        return (0..<rows.count).compactMap { BlobRow(rows, $0) }
    }
}
