import Platform

/// When the next pass is due, by how the last ones ended.
struct PassRetries {
    let intervalSeconds: Double
    private let link: RetryPolicy
    private let spread: ClosedRange<Double>
    /// What the last pass failed by, and how often in a row nothing came of a try.
    private var policy: RetryPolicy?
    private(set) var failures = 0

    init(
        intervalSeconds: Double, link: RetryPolicy = .link, spread: ClosedRange<Double> = RetryPolicy.spreadOfCrowd
    ) {
        self.intervalSeconds = intervalSeconds
        self.spread = spread
        self.link = link
    }

    /// Whether what broke is a link that has worked before.
    var isReconnecting: Bool { policy == link }

    /// Begins anew: a person asks for a pass now, perhaps as they have mended what was wrong, or the network is another.
    mutating func forget() {
        (policy, failures) = (nil, 0)
    }

    /// Takes in how a pass ended.
    ///
    /// - Returns: seconds until the next try, at least what the server asked for; nil after a success.
    mutating func pause(after result: PassResult) -> Double? {
        guard let failure = result.failure else {
            forget()
            return nil
        }
        let isLink = failure.mayBeLink && (isReconnecting || result.wasLoggedIn)
        let next = isLink ? link : failure.retryPolicy
        failures = result.hasHeadway ? 0 : next == policy ? failures + 1 : 1
        policy = next
        let asked = min(failure.retryAfterSeconds, RetryPolicy.longestAsked)
        return max(next.pause(after: failures, interval: intervalSeconds), asked)
    }

    /// When the daemon's next pass is due.
    ///
    /// - Parameter began: when the last one did.
    mutating func nextPass(after result: PassResult, began: Instant) -> Instant {
        let pause = pause(after: result)
        guard let failure = result.failure, let pause else {
            let regular = began.advanced(bySeconds: intervalSeconds)
            // A file that needs settling is looked at as soon as its time is over.
            let settled = result.settling.values.map(\.seconds).min()
            return min(regular, settled.map(Instant.now.advanced) ?? regular)
        }
        return Instant.now.advanced(bySeconds: seconds(pause, after: failure))
    }

    private func seconds(_ pause: Double, after failure: SyncFailure) -> Double {
        if case .interfaceDown = failure {
            return min(intervalSeconds, RetryPolicy.interface.pause(after: 1, interval: intervalSeconds))
        }
        // A link that has just worked may work again soon.
        guard isReconnecting else { return max(intervalSeconds, pause) * Double.random(in: spread) }
        return max(min(failure.retryAfterSeconds, RetryPolicy.longestAsked), min(pause, intervalSeconds))
    }
}
