/// The tables of a database file, and what makes those of today of earlier ones.
package struct SQLiteSchema: Sendable {
    /// Stands in the file's header, and tells whose it is.
    package let applicationID: Int64
    package let version: Int64
    /// The statements that make a new file.
    let tables: [String]
    /// By the version that they are for: the statements that make it one of the version after.
    let migrations: [Int64: [String]]

    package init(applicationID: Int64, version: Int64, tables: [String], migrations: [Int64: [String]]) {
        (self.applicationID, self.version) = (applicationID, version)
        (self.tables, self.migrations) = (tables, migrations)
    }
}

extension SQLiteConnection {
    /// Makes the tables in a new file, and brings those of an earlier version up to date.
    ///
    /// - Parameter checksIntegrity: whether all of a file that is there is looked through first, for damage.
    /// - Returns: the version of the file; its tables are ours to use only when it is the schema's.
    /// - Throws: damage where the file isn't of this schema's program.
    package mutating func prepare(
        _ schema: SQLiteSchema, checksIntegrity: Bool = true
    ) throws(SQLiteError) -> Int64 {
        if try isEmpty() {
            try makeTables(schema)
            return schema.version
        }
        var version = try inspect(schema)
        if checksIntegrity { try checkIntegrity() }
        while let steps = schema.migrations[version] { version = try migrate(from: version, steps) }
        return version
    }

    /// Whether nothing has been made in the file yet: whoever makes the tables makes all of them in one step.
    package mutating func isEmpty() throws(SQLiteError) -> Bool {
        guard try number("PRAGMA user_version") == 0, try number("PRAGMA application_id") == 0 else { return false }
        return try number("SELECT count(*) FROM sqlite_schema") == 0
    }

    /// Looks at a file that is there, and changes nothing.
    ///
    /// - Returns: the version of its tables.
    /// - Throws: as `prepare`.
    package mutating func inspect(_ schema: SQLiteSchema) throws(SQLiteError) -> Int64 {
        guard try number("PRAGMA application_id") == schema.applicationID else { throw .damaged(Self.foreign) }
        return try number("PRAGMA user_version")
    }

    private static let foreign = "it is no database of this program"

    private mutating func makeTables(_ schema: SQLiteSchema) throws(SQLiteError) {
        try transaction { connection throws(SQLiteError) in
            // Another process may have been first.
            if try connection.number("PRAGMA user_version") == schema.version { return }
            for table in schema.tables { try connection.execute(table) }
            try connection.execute("PRAGMA application_id = \(schema.applicationID)")
            try connection.execute("PRAGMA user_version = \(schema.version)")
        }
    }

    private mutating func migrate(from version: Int64, _ steps: [String]) throws(SQLiteError) -> Int64 {
        try transaction { connection throws(SQLiteError) in
            // Another process may have been first.
            let current = try connection.number("PRAGMA user_version")
            guard current == version else { return current }
            for step in steps { try connection.execute(step) }
            try connection.execute("PRAGMA user_version = \(version + 1)")
            return version + 1
        }
    }

    /// Looks through all of the file.
    ///
    /// - Throws: what is damaged, if anything is.
    package mutating func checkIntegrity() throws(SQLiteError) {
        let findings = try query("PRAGMA quick_check(1)") { $0.text(0) }
        guard findings == ["ok"] else { throw .damaged(findings.first ?? "the check of its integrity says nothing") }
    }

    /// The integer in the first row of what a query gives; 0 when it gives none.
    package mutating func number(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) -> Int64 {
        try query(sql, values) { $0.integer(0) }.first ?? 0
    }
}
