import Platform

/// Why a wipe can't go on, for a person to read.
struct WipeFailure: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) {
        self.reason = reason
    }

    /// Runs what asks the system.
    static func system<R: ~Copyable>(_ body: () throws(SystemError) -> R) throws(WipeFailure) -> R {
        do throws(SystemError) {
            return try body()
        } catch {
            throw WipeFailure(error.description)
        }
    }

    /// Runs what asks the client's state.
    static func state<R>(_ body: () throws(StateError) -> R) throws(WipeFailure) -> R {
        do throws(StateError) {
            return try body()
        } catch {
            throw WipeFailure(error.description)
        }
    }
}
