package import Domain
import Logins
import Platform
import Synchronization

/// What a connection and the registry tell each other: the one how busy it is, the other that it has to end.
package final class Standing: Sendable {
    private let order = Atomic<UInt8>(0)
    private let lastWork = Atomic<UInt64>(Instant.now.nanoseconds)
    private let busy = Atomic(false)

    /// Why it has to end; nil as long as it may go on.
    package var eviction: Eviction? { Eviction(rawValue: order.load(ordering: .acquiring)) }

    /// Has it end. The first reason counts.
    func evict(_ eviction: Eviction) {
        _ = order.compareExchange(expected: 0, desired: eviction.rawValue, ordering: .acquiringAndReleasing)
    }

    /// Its client has said something that is work; a ping isn't.
    package func worked() {
        lastWork.store(Instant.now.nanoseconds, ordering: .relaxed)
    }

    /// - Parameter isBusy: whether an upload is under way.
    package func rests(_ isBusy: Bool) {
        busy.store(isBusy, ordering: .relaxed)
    }

    var activity: Activity {
        Activity(
            isBusy: busy.load(ordering: .relaxed),
            lastWork: Instant(nanoseconds: lastWork.load(ordering: .relaxed)))
    }

    /// How busy a connection is: the idlest first.
    struct Activity: Comparable {
        let isBusy: Bool
        let lastWork: Instant

        static func < (left: Activity, right: Activity) -> Bool {
            left.isBusy == right.isBusy ? left.lastWork < right.lastWork : right.isBusy
        }
    }
}

/// Why the server ends a connection whose client has done nothing wrong.
package enum Eviction: UInt8, Sendable {
    /// Before its login.
    case lostItsPlace = 1
    /// After it.
    case gaveItsPlace
    case passwordChanged
    case userRemoved
    case prefixChanged
    case seedChanged
    case userLocked
    case storageOpened
    /// In the midst of an upload.
    case lostItsUpload
    /// The client's.
    case certificateRevoked

    init(_ objection: Login.Objection) {
        switch objection {
        case .passwordChanged: self = .passwordChanged
        case .userRemoved: self = .userRemoved
        case .prefixChanged: self = .prefixChanged
        case .seedChanged: self = .seedChanged
        case .userLocked: self = .userLocked
        }
    }

    /// For the log.
    package var reason: String {
        switch self {
        case .lostItsPlace: "made room for another: too many connections, and it had not logged in"
        case .gaveItsPlace: "made room for another: too many connections, and its user had most"
        case .passwordChanged: "ended: the user's password has changed"
        case .userRemoved: "ended: the user isn't in the password file any more"
        case .prefixChanged: "ended: the user's files go elsewhere now (prefix)"
        case .seedChanged: "ended: the seed of the user's one-time codes has changed"
        case .userLocked: "ended: the user was locked"
        case .storageOpened: "ended: the storage was opened anew"
        case .lostItsUpload: "ended: another connection goes on with its upload"
        case .certificateRevoked: "ended: the client's certificate was revoked"
        }
    }

    /// What the client is told: to come back, when its login will be judged anew, or to come back to another storage.
    package var words: Refusal? {
        switch self {
        case .lostItsPlace: nil
        case .gaveItsPlace:
            Refusal(
                status: .busy, retryAfterSeconds: 60, text: "the server has too many connections, and you have most")
        case .passwordChanged, .userRemoved, .prefixChanged, .seedChanged, .userLocked, .certificateRevoked:
            Refusal(status: .busy, retryAfterSeconds: 1, text: "this login doesn't count any more: log in again")
        case .storageOpened:
            Refusal(status: .shuttingDown, retryAfterSeconds: 1, text: "the storage was opened anew")
        case .lostItsUpload:
            Refusal(status: .takenOver, text: "another connection goes on with this upload")
        }
    }
}
