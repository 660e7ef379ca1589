import Synchronization
import Wire

/// Why the server ends a connection whose client has done nothing wrong.
enum Eviction: UInt8, Sendable {
    /// Before its login.
    case lostItsPlace = 1
    case passwordChanged
    case userRemoved

    /// For the log.
    var reason: String {
        switch self {
        case .lostItsPlace: "made room for another: too many connections, and it had not logged in"
        case .passwordChanged: "ended: the user's password has changed"
        case .userRemoved: "ended: the user isn't in the password file any more"
        }
    }

    /// What the client is told: to come back, when its login will be judged anew.
    var words: Refusal? {
        switch self {
        case .lostItsPlace: nil
        case .passwordChanged, .userRemoved:
            Refusal(status: .busy, retryAfterSeconds: 1, text: "this login doesn't count any more: log in again")
        }
    }

    /// Tells a connection of its own.
    final class Notice: Sendable {
        private let value = Atomic<UInt8>(0)

        /// Nil as long as it may go on.
        var eviction: Eviction? { Eviction(rawValue: value.load(ordering: .acquiring)) }

        /// The first counts.
        func give(_ eviction: Eviction) {
            _ = value.compareExchange(expected: 0, desired: eviction.rawValue, ordering: .acquiringAndReleasing)
        }
    }
}
