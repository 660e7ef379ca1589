package import Domain
package import Platform

/// How many uploads may be under way: each has a descriptor, of which no account may take all.
package final class UploadSlots: Sendable {
    private struct Counts {
        var inAll: Int
        var perUser: Int
        var all = 0
        var users: [FileName: Int] = [:]
    }

    private let counts: Monitor<Counts>

    package init(inAll: Int, perUser: Int) {
        counts = Monitor(Counts(inAll: inAll, perUser: perUser))
    }

    /// What is under way stays.
    func take(inAll: Int, perUser: Int) {
        counts.withLock { ($0.inAll, $0.perUser) = (inAll, perUser) }
    }

    /// A place for one upload, until it is let go.
    package final class Slot: Sendable {
        private let slots: UploadSlots
        private let user: FileName

        fileprivate init(_ slots: UploadSlots, _ user: FileName) {
            self.slots = slots
            self.user = user
        }

        deinit {
            slots.giveBack(user)
        }
    }

    package func take(for user: FileName) -> Result<Slot, Full> {
        counts.withLock { counts in
            let mine = counts.users[user, default: 0]
            if mine >= counts.perUser { return .failure(.user(counts.perUser)) }
            if counts.all >= counts.inAll { return .failure(.server) }
            counts.all += 1
            counts.users[user] = mine + 1
            return .success(Slot(self, user))
        }
    }

    private func giveBack(_ user: FileName) {
        counts.withLock { counts in
            counts.all -= 1
            let rest = counts.users[user, default: 1] - 1
            counts.users[user] = rest > 0 ? rest : nil
        }
    }

    /// Why there is no place.
    package enum Full: Error {
        /// The user has so many.
        case user(Int)
        case server

        package var refusal: Refusal {
            switch self {
            case .user(let most):
                Refusal(
                    status: .tooManyUploads, retryAfterSeconds: 30,
                    text: "at most \(most) uploads of one user may be under way at a time")
            case .server:
                Refusal(status: .busy, retryAfterSeconds: 30, text: "the server has too many uploads under way")
            }
        }
    }
}
