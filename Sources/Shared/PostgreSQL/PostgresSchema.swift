/// The tables that a program has in a database, in a schema of its own, and what makes those of today of earlier ones.
package struct PostgresSchema: Sendable {
    /// Of the schema: letters and low lines.
    package let name: String
    package let version: Int64
    /// The statements that make a new one. They name its tables with the schema's name in front.
    let tables: [String]
    /// By the version that they are for: the statements that make it one of the version after.
    let migrations: [Int64: [String]]

    package init(name: String, version: Int64, tables: [String], migrations: [Int64: [String]]) {
        (self.name, self.version, self.tables, self.migrations) = (name, version, tables, migrations)
    }
}

extension PostgresConnection {
    /// Seconds that a change of the tables may take: another server may be at it, or an index be long.
    private static let patience = 600.0

    /// Makes the tables where there are none, and brings those of an earlier version up to date: all of it, or nothing.
    ///
    /// - Throws: `.unfit` where they are of a later version.
    package func prepare(_ schema: PostgresSchema) throws(PostgresError) {
        // Mostly there is nothing to be done, which needs neither a right nor a lock.
        if try isThere(schema), try version(of: schema) == schema.version { return }
        try transaction { connection throws(PostgresError) in
            try connection.query("SET LOCAL statement_timeout = 0")
            try connection.query("SET LOCAL lock_timeout = 0")
            // One server after the other: whoever comes second finds it done.
            try connection.query(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [.text(schema.name)], within: Self.patience)
            if try !connection.isThere(schema) { try connection.make(schema) }
            var version = try connection.version(of: schema)
            while version < schema.version, let steps = schema.migrations[version] {
                for step in steps { try connection.query(step, within: Self.patience) }
                version += 1
                try connection.query("UPDATE \(schema.name).version SET version = $1", [.integer(version)])
            }
            guard version == schema.version else { throw schema.misfit(version) }
        }
    }

    /// By the catalogue's tables: what to_regclass says may be older than another server's commit, which an advisory lock has waited for.
    private func isThere(_ schema: PostgresSchema) throws(PostgresError) -> Bool {
        try query("SELECT 1 FROM pg_tables WHERE schemaname = $1 AND tablename = 'version'", [.text(schema.name)])
            .count == 1
    }

    private func version(of schema: PostgresSchema) throws(PostgresError) -> Int64 {
        try query("SELECT version FROM \(schema.name).version").integer(0, 0)
    }

    private func make(_ schema: PostgresSchema) throws(PostgresError) {
        // Whoever may not make a schema may have been given one.
        if try query("SELECT 1 FROM pg_namespace WHERE nspname = $1", [.text(schema.name)]).count == 0 {
            try query("CREATE SCHEMA \(schema.name)")
        }
        try query("CREATE TABLE \(schema.name).version (version bigint NOT NULL)")
        for table in schema.tables { try query(table) }
        try query("INSERT INTO \(schema.name).version VALUES ($1)", [.integer(schema.version)])
    }
}

extension PostgresSchema {
    fileprivate func misfit(_ version: Int64) -> PostgresError {
        .unfit(
            "the database's schema \(name) is of version \(version), and this program knows \(self.version): "
                + (version > self.version ? "start a newer one, or name another database" : "name another database"))
    }
}
