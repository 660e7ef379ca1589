internal import CSQLite
import Platform

/// An open database: SQLite's `sqlite3`. One thread at a time uses it; its owner sees to that.
@safe package struct SQLiteConnection: ~Copyable {
    private let handle: OpaquePointer
    private var statements: [String: SQLiteStatement] = [:]

    /// Opens the database file, which is made when it isn't there unless that isn't wished.
    package init(path: String, makes: Bool = true) throws(SQLiteError) {
        var opened: OpaquePointer?
        // The caller guards against use by two threads, so that SQLite need not.
        let making = makes ? SQLITE_OPEN_CREATE : 0
        let flags = SQLITE_OPEN_READWRITE | making | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let result = unsafe sqlite3_open_v2(path, &opened, flags, nil)
        guard result == SQLITE_OK, let opened = unsafe opened else {
            let error = unsafe Self.error(result, opened)
            unsafe sqlite3_close_v2(opened)
            throw error
        }
        unsafe handle = opened
    }

    deinit {
        // Waits for the statements, which are finalised when the last of them goes.
        unsafe sqlite3_close_v2(handle)
    }

    /// How long to wait for another process that writes.
    package func setBusyTimeout(milliseconds: CInt) {
        unsafe sqlite3_busy_timeout(handle, milliseconds)
    }

    /// Runs one statement to its end.
    package mutating func execute(_ sql: String, _ values: [SQLiteValue] = []) throws(SQLiteError) {
        _ = try query(sql, values) { _ in () }
    }

    /// Runs one statement and makes something of each row.
    ///
    /// - Parameters:
    ///   - sql: one statement, always a literal of ours: what varies goes into `values`.
    ///   - values: for the statement's `?` in their order.
    ///   - row: looks at one row; nil leaves it out.
    package mutating func query<R>(
        _ sql: String, _ values: [SQLiteValue] = [], row: (SQLiteStatement) -> R?
    ) throws(SQLiteError) -> [R] {
        let statement = try prepared(sql)
        defer { statement.reset() }
        try check(statement.bind(values))
        var rows: [R] = []
        while true {
            switch statement.step() {
            case SQLITE_ROW:
                if let value = row(statement) { rows.append(value) }
            case SQLITE_DONE: return rows
            case let code: throw unsafe Self.error(code, handle)
            }
        }
    }

    /// Runs `body` as one transaction: all of it is durable when this returns, or, when it throws, none of it is.
    package mutating func transaction<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        // At once for writing: a transaction that begins by reading can fail later for a writer in between.
        try execute("BEGIN IMMEDIATE")
        do throws(SQLiteError) {
            let result = try body(&self)
            try execute("COMMIT")
            return result
        } catch {
            // Some errors have rolled back already; then this one fails, and it doesn't matter.
            try? execute("ROLLBACK")
            throw error
        }
    }

    /// Runs `body`, whose queries all see the same state: the file is locked, and looked at for changes of others, once and
    /// not for each of them.
    package mutating func snapshot<R>(
        _ body: (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(SQLiteError) -> R {
        try execute("BEGIN")
        // It has changed nothing: there is nothing to be made durable, or to be lost.
        defer { try? execute("COMMIT") }
        return try body(&self)
    }

    /// Gives back what it keeps of the file in memory: it is read again when it is needed.
    package mutating func releaseMemory() throws(SQLiteError) { try execute("PRAGMA shrink_memory") }

    private mutating func prepared(_ sql: String) throws(SQLiteError) -> SQLiteStatement {
        if let statement = statements[sql] { return statement }
        var made: OpaquePointer?
        let result = unsafe sqlite3_prepare_v2(handle, sql, -1, &made, nil)
        guard result == SQLITE_OK, let made = unsafe made else { throw unsafe Self.error(result, handle) }
        let statement = unsafe SQLiteStatement(takingOwnership: made)
        statements[sql] = statement
        return statement
    }

    private func check(_ result: CInt) throws(SQLiteError) {
        if result != SQLITE_OK { throw unsafe Self.error(result, handle) }
    }

    private static func error(_ result: CInt, _ handle: OpaquePointer?) -> SQLiteError {
        let message = unsafe handle == nil ? sqlite3_errstr(result) : sqlite3_errmsg(handle)
        let code = result & 0xff
        let number = unsafe handle == nil ? 0 : sqlite3_system_errno(handle)
        return SQLiteError(
            code: code, message: unsafe message.map { unsafe String(cString: $0) } ?? "",
            cause: number == 0 ? nil : Errno(rawValue: number))
    }
}
