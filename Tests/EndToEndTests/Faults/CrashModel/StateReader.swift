internal import CSQLite

/// A look into the client's state as SQLite finds it, with a journal that a crash has left played back.
@safe struct StateReader: ~Copyable {
    private let database: OpaquePointer

    init(_ path: String) throws {
        var opened: OpaquePointer?
        let result = unsafe sqlite3_open_v2(path, &opened, SQLITE_OPEN_READWRITE, nil)
        guard result == SQLITE_OK, let opened = unsafe opened else { throw Failure("can't open \(path)") }
        unsafe database = opened
    }

    deinit {
        unsafe sqlite3_close_v2(database)
    }

    /// The number in the first row of what a query gives; nil when it gives none.
    func number(_ query: String) throws -> Int64? {
        var prepared: OpaquePointer?
        guard unsafe sqlite3_prepare_v2(database, query, -1, &prepared, nil) == SQLITE_OK else {
            throw Failure("\(query): \(unsafe String(cString: sqlite3_errmsg(database)))")
        }
        defer { unsafe sqlite3_finalize(prepared) }
        return unsafe sqlite3_step(prepared) == SQLITE_ROW ? unsafe sqlite3_column_int64(prepared, 0) : nil
    }
}
