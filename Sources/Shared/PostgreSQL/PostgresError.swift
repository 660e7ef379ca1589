/// Why a database didn't do something.
package enum PostgresError: Error, Hashable, Sendable {
    /// It can't be reached, or doesn't answer in time. In libpq's words or ours, without line breaks; neither names a password.
    case away(String)
    /// Others use all connections.
    case busy(String)
    /// It answered with an error: its SQLSTATE, as in PostgreSQL's appendix A, and its words.
    case refused(state: String, String)
    /// It isn't what is needed: no later try helps before somebody has done something about it.
    case unfit(String)

    /// Whether it may be well again by itself: it ends, starts, is full of connections, or has become a standby.
    package var isPassing: Bool {
        switch self {
        case .away, .busy: true
        case .unfit: false
        case .refused(let state, _):
            ["08", "57P"].contains { state.hasPrefix($0) } || ["53300", "25006"].contains(state)
        }
    }

    /// Whether it lacks room on its disk.
    package var meansFull: Bool {
        if case .refused("53100", _) = self { true } else { false }
    }
}

extension PostgresError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .away(let text), .busy(let text), .unfit(let text): text
        case .refused(let state, let text): "\(text) (SQLSTATE \(state))"
        }
    }
}
