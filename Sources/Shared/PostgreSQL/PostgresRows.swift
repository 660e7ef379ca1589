internal import CPostgreSQL

/// A value that a statement is given.
package enum PostgresValue: Hashable, Sendable {
    case integer(Int64)
    case text(String)
    case bytes([UInt8])
    /// None, where a text or bytes could stand.
    case null(Kind)

    package enum Kind: Sendable {
        case text, bytes
    }

    /// As SQL's bigint has it: the same 64 bits.
    package static func unsigned(_ number: UInt64) -> PostgresValue { .integer(Int64(bitPattern: number)) }

    /// The number of its type: bigint, text, bytea.
    var type: UInt32 {
        switch self {
        case .integer: 20
        case .text, .null(.text): 25
        case .bytes, .null(.bytes): 17
        }
    }

    /// In the binary format; nil stands for NULL.
    var encoded: [UInt8]? {
        switch self {
        case .integer(let number): (0..<8).reversed().map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
        case .text(let text): Array(text.utf8)
        case .bytes(let bytes): bytes
        case .null: nil
        }
    }
}

/// What a statement gave: rows and columns, counted from 0. libpq's PGresult.
///
/// What isn't there, or is of another type, reads as nothing: 0, "", no bytes.
@safe package final class PostgresRows {
    private let handle: OpaquePointer

    init(takingOwnership handle: OpaquePointer) {
        unsafe self.handle = handle
    }

    deinit {
        unsafe shim_pq_clear(handle)
    }

    package var count: Int { unsafe Int(shim_pq_rows(handle)) }

    /// Of a column of type bigint.
    package func integer(_ row: Int, _ column: Int) -> Int64 {
        let bytes = bytes(row, column)
        guard bytes.count == 8 else { return 0 }
        return Int64(bitPattern: bytes.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    }

    package func unsigned(_ row: Int, _ column: Int) -> UInt64 { UInt64(bitPattern: integer(row, column)) }

    package func text(_ row: Int, _ column: Int) -> String { String(decoding: bytes(row, column), as: UTF8.self) }

    package func bytes(_ row: Int, _ column: Int) -> [UInt8] {
        guard !isNull(row, column), let value = unsafe shim_pq_value(handle, CInt(row), CInt(column)) else { return [] }
        let count = unsafe Int(shim_pq_length(handle, CInt(row), CInt(column)))
        return unsafe Array(UnsafeRawBufferPointer(start: value, count: max(0, count)))
    }

    package func isNull(_ row: Int, _ column: Int) -> Bool {
        guard (0..<count).contains(row), unsafe (0..<Int(shim_pq_columns(handle))).contains(column) else { return true }
        return unsafe shim_pq_is_null(handle, CInt(row), CInt(column))
    }

    /// - Returns: nil when it stands for success.
    var error: PostgresError? {
        let outcome = unsafe shim_pq_outcome(handle)
        if [PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY].contains(outcome) { return nil }
        return .refused(state: field(shim_pq_state), field(shim_pq_message))
    }

    private func field(_ code: CInt) -> String {
        guard let text = unsafe shim_pq_field(handle, code) else { return "" }
        return unsafe String(cString: text)
    }
}
