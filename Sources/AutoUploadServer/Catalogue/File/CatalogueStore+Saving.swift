import SQLite

extension CatalogueStore {
    /// Copies into this file what can be read of a damaged one: first what nothing else knows, then what a rebuilding keeps as far as
    /// it is still true.
    ///
    /// - Returns: rows of what nothing else knows.
    mutating func save(from path: String) -> Int {
        guard (try? connection.execute("ATTACH ? AS broken", [.text(path)])) != nil else { return 0 }
        defer { try? connection.execute("DETACH broken") }
        var saved = 0
        for table in CatalogueSchema.irreplaceable { saved += save(table) }
        for table in CatalogueSchema.findable { _ = save(table) }
        return saved
    }

    /// - Returns: rows.
    private mutating func save(_ table: String) -> Int {
        guard let names = try? columns(of: table), !names.isEmpty else { return 0 }
        let list = names.joined(separator: ", ")
        // From both ends, as far as each can be read.
        return save(table, list, isFromEnd: false) + save(table, list, isFromEnd: true)
    }

    /// Those that both files have: an earlier version has left fewer.
    private mutating func columns(of table: String) throws(SQLiteError) -> [String] {
        try connection.query(
            "SELECT a.name FROM pragma_table_info('\(table)', 'broken') a JOIN pragma_table_info('\(table)', 'main') b "
                + "USING (name)"
        ) { $0.text(0) }
    }

    /// Rows that are copied at a time.
    private static let together = 500

    private mutating func save(_ table: String, _ columns: String, isFromEnd: Bool) -> Int {
        var position = isFromEnd ? Int64.max : Int64.min
        var saved = 0
        let (comparison, order) = isFromEnd ? ("<", "DESC") : (">", "ASC")
        var step = Self.together
        while true {
            let rows =
                "FROM broken.\(table) WHERE rowid \(comparison) ? ORDER BY rowid \(order) LIMIT \(step)"
            do throws(SQLiteError) {
                let copied = try connection.transaction { connection throws(SQLiteError) in
                    let numbers = try connection.query("SELECT rowid \(rows)", [.integer(position)]) { $0.integer(0) }
                    let before = try connection.number("SELECT total_changes()")
                    try connection.execute(
                        "INSERT OR IGNORE INTO main.\(table) (\(columns)) SELECT \(columns) \(rows)",
                        [.integer(position)])
                    return (numbers.last, Int(try connection.number("SELECT total_changes()") - before))
                }
                saved += copied.1
                guard let last = copied.0 else { return saved }
                position = last
            } catch {
                // Nearer to what can't be read.
                if step == 1 { return saved }
                step = 1
            }
        }
    }

    /// Whether somebody has asked for the index to be compared with the folder; asked once, it is over.
    mutating func takeWish() throws(SQLiteError) -> Bool {
        guard try connection.number("SELECT is_asked FROM upkeep") == 1 else { return false }
        try connection.execute("UPDATE upkeep SET is_asked = 0")
        return true
    }

    mutating func run(_ job: Job) throws(SQLiteError) { try job.run(on: &self) }

    /// As `Catalogue.change`.
    mutating func changed<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(CatalogueError) -> R {
        do throws(SQLiteError) {
            return try durably(body)
        } catch {
            throw error.meansLocked ? .busy : .failed(error)
        }
    }
}
