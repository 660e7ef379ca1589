internal import Platform

/// Connections to one database, for threads that need one for a moment each.
///
/// One that has ended is replaced without anybody noticing. A database that can't be reached, or is silent, is taken for down: from then on
/// everybody is refused at once, until `probe` has found it well.
package final class PostgresPool: Sendable {
    private let most: Int
    private let connect: @Sendable () throws(PostgresError) -> PostgresConnection
    /// Told when the database is taken for down.
    private let onDown: @Sendable () -> Void
    private let state = Monitor(State())

    private struct State {
        var idle: [PostgresConnection] = []
        /// Connections, those in use included.
        var count = 0
        var trouble: PostgresError?
    }

    /// Seconds that a connection is waited for which others have.
    private static let patience = 5.0

    /// - Parameters:
    ///   - most: connections at a time.
    ///   - connect: makes one that is ready for use, within a few seconds.
    package init(
        most: Int, onDown: @escaping @Sendable () -> Void = {},
        connecting connect: @escaping @Sendable () throws(PostgresError) -> PostgresConnection
    ) {
        (self.most, self.connect, self.onDown) = (most, connect, onDown)
    }

    /// Does something over a connection. Where one that was idle has ended meanwhile, it is done once more over a new one, also when the
    /// database may have done it already: what is done twice has to come to the same.
    package func run<R>(_ body: (PostgresConnection) throws(PostgresError) -> R) throws(PostgresError) -> R {
        let (connection, isFresh) = try take()
        do throws(PostgresError) {
            return try use(connection, body)
        } catch {
            guard connection.isBroken, !isFresh, !connection.hasTimedOut else {
                if connection.isBroken { fail(error) }
                throw error
            }
        }
        // The others have waited as long, and ended with it.
        dropIdle()
        let another = try take().connection
        do throws(PostgresError) {
            return try use(another, body)
        } catch {
            if another.isBroken { fail(error) }
            throw error
        }
    }

    private func use<R>(
        _ connection: PostgresConnection, _ body: (PostgresConnection) throws(PostgresError) -> R
    ) throws(PostgresError) -> R {
        defer { giveBack(connection) }
        return try body(connection)
    }

    private enum Turn {
        case has(PostgresConnection)
        case mayConnect
        case refused(PostgresError)
    }

    private func take() throws(PostgresError) -> (connection: PostgresConnection, isFresh: Bool) {
        let turn = state.wait(before: .after(seconds: Self.patience)) { state -> Turn? in
            if let trouble = state.trouble { return .refused(trouble) }
            if let connection = state.idle.popLast() { return .has(connection) }
            guard state.count < most else { return nil }
            state.count += 1
            return .mayConnect
        }
        switch turn {
        case .has(let connection): return (connection, false)
        case .mayConnect: return (try connected(), true)
        case .refused(let trouble): throw trouble
        case nil: throw .busy("all \(most) connections to the database are busy")
        }
    }

    /// Makes a connection, which is counted already.
    private func connected() throws(PostgresError) -> PostgresConnection {
        do throws(PostgresError) {
            return try connect()
        } catch {
            state.change { $0.count -= 1 }
            fail(error)
            throw error
        }
    }

    private func giveBack(_ connection: PostgresConnection) {
        state.change { state in
            if connection.isBroken || state.trouble != nil { state.count -= 1 } else { state.idle.append(connection) }
        }
    }

    private func dropIdle() {
        let dropped = state.change { state in
            defer { state.idle = [] }
            state.count -= state.idle.count
            return state.idle
        }
        withExtendedLifetime(dropped) {}
    }

    private func fail(_ error: PostgresError) {
        state.change { if $0.trouble == nil { $0.trouble = error } }
        dropIdle()
        onDown()
    }

    /// Looks whether the database is well, whatever was known of it before.
    package func probe() throws(PostgresError) {
        state.change { $0.count += 1 }
        let connection: PostgresConnection
        do throws(PostgresError) {
            connection = try connect()
        } catch {
            state.change { state in
                state.count -= 1
                state.trouble = error
            }
            throw error
        }
        state.change { $0.trouble = nil }
        giveBack(connection)
    }
}
