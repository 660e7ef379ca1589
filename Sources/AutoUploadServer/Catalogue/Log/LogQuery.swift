package import SQLite

/// Which lines of the log are asked for: the newest first.
package struct LogQuery: Hashable, Sendable {
    package var user: String?
    package var action: LogEntry.Action?
    /// Unix milliseconds.
    package var times: ClosedRange<Int64>?
    /// Nil: from the newest one on.
    package var after: ListPosition?
    package var limit = 100

    package init() {}
}

/// Lines of the log, and how to go on.
package struct LogPage: Hashable, Sendable {
    package var entries: [LogEntry] = []
    /// Nil: there are no older ones.
    package var next: ListPosition?
}

extension SQLiteConnection {
    package mutating func log(_ query: LogQuery) throws(SQLiteError) -> LogPage {
        let limit = min(max(query.limit, FileQuery.limits.lowerBound), FileQuery.limits.upperBound)
        let part = query.part
        var rows = try self.query(
            "SELECT id, time, user, address, action, info FROM log \(part.text) ORDER BY time DESC, id DESC LIMIT ?",
            part.values + [.integer(Int64(limit + 1))]
        ) { row in LogEntry(row).map { (id: row.integer(0), entry: $0) } }
        let isMore = rows.count > limit
        if isMore { rows.removeLast() }
        let last = rows.last.map { ListPosition(key: $0.entry.time, id: $0.id) }
        return LogPage(entries: rows.map(\.entry), next: isMore ? last : nil)
    }

    /// Removes all lines of the log.
    package mutating func clearLog() throws(SQLiteError) { try execute("DELETE FROM log") }
}

extension LogQuery {
    fileprivate var part: SQLPart {
        let index = user != nil ? "log_by_user" : action != nil ? "log_by_action" : "log_by_time"
        var part = SQLPart(text: "INDEXED BY \(index) WHERE 1")
        if let user { part = part + SQLPart(text: " AND user = ?", values: [.text(user)]) }
        if let action { part = part + SQLPart(text: " AND action = ?", values: [.integer(action.rawValue)]) }
        if let times {
            part =
                part
                + SQLPart(
                    text: " AND time BETWEEN ? AND ?",
                    values: [.integer(times.lowerBound), .integer(times.upperBound)])
        }
        if let after {
            part =
                part
                + SQLPart(text: " AND (time, id) < (?, ?)", values: [.integer(after.key), .integer(after.id)])
        }
        return part
    }
}

extension LogEntry {
    fileprivate init?(_ row: SQLiteStatement) {
        guard let action = Action(rawValue: row.integer(4)) else { return nil }
        self.init(time: row.integer(1), user: row.text(2), address: row.text(3), action, info: row.text(5))
    }
}
