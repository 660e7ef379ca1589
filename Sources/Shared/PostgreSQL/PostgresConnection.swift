internal import CPostgreSQL
package import Platform

/// A session with a database. libpq's PGconn, used by one thread at a time; it waits for nothing longer than it is told to.
@safe package final class PostgresConnection: @unchecked Sendable {
    // Sendable: the pool hands it to one thread at a time.
    private let handle: OpaquePointer
    /// Nothing more can be had of it.
    package private(set) var isBroken = false
    /// It was silent for too long, rather than that it ended.
    package private(set) var hasTimedOut = false

    /// - Parameters:
    ///   - password: nil where there is none, or libpq finds it by itself.
    ///   - seconds: to wait at most for the network and the database; names are looked up by the C library, in its own time.
    package init(
        _ address: PostgresAddress, password: borrowing SecretBytes?, within seconds: Double
    ) throws(PostgresError) {
        guard let handle = unsafe Parameters.start(address, password) else { throw .away("there is no memory left") }
        unsafe self.handle = handle
        do throws(PostgresError) {
            try connect(until: .after(seconds: seconds))
        } catch {
            isBroken = true
            throw error
        }
    }

    deinit {
        unsafe shim_pq_finish(handle)
    }

    private func connect(until deadline: Deadline) throws(PostgresError) {
        guard unsafe shim_pq_status(handle) != CONNECTION_BAD else { throw failure }
        var event = Socket.Event.writable
        while true {
            try wait(for: event, until: deadline)
            switch unsafe shim_pq_go_on(handle) {
            case PGRES_POLLING_OK:
                guard unsafe shim_pq_set_up(handle) else { throw failure }
                return
            case PGRES_POLLING_READING: event = .readable
            case PGRES_POLLING_WRITING: event = .writable
            default: throw failure
            }
        }
    }

    /// Runs one statement.
    ///
    /// - Parameters:
    ///   - values: for `$1` and so on, 16 at most.
    ///   - seconds: until its answer has to be there.
    @discardableResult
    package func query(
        _ statement: String, _ values: [PostgresValue] = [], within seconds: Double = 5
    ) throws(PostgresError) -> PostgresRows {
        guard !isBroken else { throw .away("the connection has ended") }
        let deadline = Deadline.after(seconds: seconds)
        do throws(PostgresError) {
            guard unsafe Parameters.send(statement, values, on: handle) else { throw failure }
            try flush(until: deadline)
            return try answer(until: deadline)
        } catch {
            // After an answer it can be used on, unless that said that the session is over.
            if case .away = error { isBroken = true }
            if unsafe shim_pq_status(handle) == CONNECTION_BAD { isBroken = true }
            throw error
        }
    }

    private func flush(until deadline: Deadline) throws(PostgresError) {
        while true {
            switch unsafe shim_pq_flush(handle) {
            case 0: return
            case 1:
                try wait(for: .either, until: deadline)
                guard unsafe shim_pq_consume(handle) else { throw failure }
            default: throw failure
            }
        }
    }

    private func answer(until deadline: Deadline) throws(PostgresError) -> PostgresRows {
        var last: PostgresRows?
        while true {
            while unsafe shim_pq_is_busy(handle) {
                try wait(for: .readable, until: deadline)
                guard unsafe shim_pq_consume(handle) else { throw failure }
            }
            guard let result = unsafe shim_pq_take(handle) else { break }
            let rows = unsafe PostgresRows(takingOwnership: result)
            // The first error is the one that says what was wrong.
            if last?.error == nil { last = rows }
        }
        guard let last else { throw failure }
        if let error = last.error { throw unsafe shim_pq_status(handle) == CONNECTION_BAD ? .away("\(error)") : error }
        return last
    }

    private func wait(for event: Socket.Event, until deadline: Deadline) throws(PostgresError) {
        let isReady: Bool
        do throws(SystemError) {
            isReady = try ForeignSocket.wait(unsafe shim_pq_socket(handle), for: event, until: deadline)
        } catch {
            throw .away("\(error)")
        }
        if isReady { return }
        hasTimedOut = true
        throw .away("the database doesn't answer in time")
    }

    private var failure: PostgresError {
        let text = unsafe shim_pq_text(handle).map { unsafe String(cString: $0) } ?? ""
        return .away(text.split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }

    /// Runs statements that are done together or not at all.
    package func transaction<R>(
        _ body: (PostgresConnection) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        try query("BEGIN")
        do throws(PostgresError) {
            let result = try body(self)
            try query("COMMIT")
            return result
        } catch {
            if !isBroken { _ = try? query("ROLLBACK") }
            throw error
        }
    }
}
