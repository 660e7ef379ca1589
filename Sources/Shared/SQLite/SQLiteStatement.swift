internal import CSQLite

/// A value in a table.
package enum SQLiteValue: Hashable, Sendable {
    case integer(Int64)
    case blob([UInt8])
    case text(String)
    case null

    /// SQLite's integers are signed: the same 64 bits.
    package static func unsigned(_ number: UInt64) -> SQLiteValue { .integer(Int64(bitPattern: number)) }
}

/// A prepared statement: SQLite's `sqlite3_stmt`. A row is there to be read until the next step.
@safe package final class SQLiteStatement {
    private let handle: OpaquePointer

    init(takingOwnership handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe sqlite3_finalize(handle)
    }

    /// - Returns: `SQLITE_OK`, or why not.
    func bind(_ values: [SQLiteValue]) -> CInt {
        for (offset, value) in values.enumerated() {
            let result = bind(value, at: CInt(offset + 1))
            if result != SQLITE_OK { return result }
        }
        return SQLITE_OK
    }

    private func bind(_ value: SQLiteValue, at index: CInt) -> CInt {
        switch value {
        case .null: return unsafe sqlite3_bind_null(handle, index)
        case .integer(let number): return unsafe sqlite3_bind_int64(handle, index, number)
        // The address of no bytes is NULL, which SQLite would take as the value NULL.
        case .blob(let bytes) where bytes.isEmpty: return unsafe sqlite3_bind_zeroblob(handle, index, 0)
        case .blob(let bytes):
            return unsafe sqlite3_bind_blob64(handle, index, bytes, UInt64(bytes.count), Self.transient)
        case .text(let text):
            return unsafe sqlite3_bind_text(handle, index, text, CInt(clamping: text.utf8.count), Self.transient)
        }
    }

    /// SQLITE_TRANSIENT, a macro: SQLite copies the bytes before it returns.
    private static var transient: sqlite3_destructor_type {
        unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// - Returns: `SQLITE_ROW`, `SQLITE_DONE`, or why not.
    func step() -> CInt {
        unsafe sqlite3_step(handle)
    }

    /// Makes it ready for another run, and lets go of the values.
    func reset() {
        unsafe sqlite3_reset(handle)
        unsafe sqlite3_clear_bindings(handle)
    }

    /// Whether a column of the row, counted from 0, holds no value.
    package func isNull(_ column: CInt) -> Bool {
        unsafe sqlite3_column_type(handle, column) == SQLITE_NULL
    }

    /// The integer in a column of the row, counted from 0.
    package func integer(_ column: CInt) -> Int64 {
        unsafe sqlite3_column_int64(handle, column)
    }

    package func unsigned(_ column: CInt) -> UInt64 { UInt64(bitPattern: integer(column)) }

    /// The bytes in a column of the row, counted from 0; none when it holds something else.
    package func blob(_ column: CInt) -> [UInt8] {
        guard unsafe sqlite3_column_type(handle, column) == SQLITE_BLOB,
            let start = unsafe sqlite3_column_blob(handle, column)
        else { return [] }
        let count = unsafe Int(sqlite3_column_bytes(handle, column))
        return unsafe Array(UnsafeRawBufferPointer(start: start, count: max(0, count)))
    }

    /// The text in a column of the row, counted from 0.
    package func text(_ column: CInt) -> String {
        guard let start = unsafe sqlite3_column_text(handle, column) else { return "" }
        return unsafe String(cString: start)
    }
}
