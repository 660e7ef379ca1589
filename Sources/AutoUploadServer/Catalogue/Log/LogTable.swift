package import SQLite

extension SQLiteConnection {
    /// Adds a line to the log.
    package mutating func add(_ entry: LogEntry) throws(SQLiteError) {
        try execute(
            "INSERT INTO log (time, user, address, action, info) VALUES (?, ?, ?, ?, ?)",
            [
                .integer(entry.time), .text(entry.user), .text(entry.address), .integer(entry.action.rawValue),
                .text(entry.info),
            ])
    }

    /// Adds a line to the log, unless there is the same.
    ///
    /// - Returns: whether it was added.
    package mutating func addOnce(_ entry: LogEntry) throws(SQLiteError) -> Bool {
        let same = try number(
            "SELECT count(*) FROM log WHERE time = ? AND action = ? AND info = ?",
            [.integer(entry.time), .integer(entry.action.rawValue), .text(entry.info)])
        if same == 0 { try add(entry) }
        return same == 0
    }

    /// Takes user and address out of the lines of the log that are older, some at a time.
    ///
    /// - Parameter time: Unix seconds.
    /// - Returns: lines that were changed; 0 when none is left.
    package mutating func anonymise(before time: Int64, atMost count: Int = 5000) throws(SQLiteError) -> Int {
        let milliseconds = time.multipliedReportingOverflow(by: 1000)
        let bound = milliseconds.overflow ? (time < 0 ? Int64.min : .max) : milliseconds.partialValue
        let before = try number("SELECT total_changes()")
        // What was done at the console names nobody.
        try execute(
            "UPDATE log SET is_anonymous = 1, user = CASE address WHEN '' THEN user ELSE ?1 END, "
                + "address = CASE address WHEN '' THEN '' ELSE ?1 END WHERE id IN "
                + "(SELECT id FROM log WHERE is_anonymous = 0 AND time < ?2 LIMIT ?3)",
            [.text(LogEntry.anonymous), .integer(bound), .integer(Int64(count))])
        return Int(try number("SELECT total_changes()") - before)
    }
}

extension CatalogueStore {
    mutating func anonymise(before time: Int64) throws(SQLiteError) -> Int {
        try change { connection, _ throws(SQLiteError) in try connection.anonymise(before: time) }
    }
}
