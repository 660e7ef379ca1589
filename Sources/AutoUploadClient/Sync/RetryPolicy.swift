import Platform

/// How long something that failed waits for its next try.
struct RetryPolicy: Hashable, Sendable {
    /// Seconds after the first failure; nil: as long as from one pass to the next.
    var first: Double?
    /// By how much each pause is longer than the one before it.
    var factor = 1.0
    /// Seconds at most.
    var longest = Double.infinity
    /// By how much chance makes a pause shorter or longer: a thousand clients whose server restarts don't all come back in the
    /// same moment.
    var spread = 1.0...1.0

    /// - Parameters:
    ///   - failures: so many in a row; 0 where something came of the last try all the same.
    ///   - interval: seconds from one pass to the next.
    func pause(after failures: Int, interval: Double = 0) -> Double {
        var seconds = first ?? interval
        if failures == 0 { seconds /= factor }
        var doublings = failures
        while doublings > 1, factor > 1, seconds < longest {
            seconds *= factor
            doublings -= 1
        }
        return min(seconds, longest) * Double.random(in: spread)
    }
}

extension RetryPolicy {
    /// The longest time, in seconds, that a server is granted.
    static let longestAsked = 3600.0

    /// The same where the server asked for so many seconds at least.
    func asked(for seconds: Double) -> RetryPolicy {
        var policy = self
        let seconds = min(seconds, Self.longestAsked)
        policy.first = max(first ?? 0, seconds)
        policy.longest = max(longest, seconds)
        return policy
    }
}

extension SyncFailure {
    var retryPolicy: RetryPolicy {
        switch self {
        case .interfaceDown: .interface
        case .untrusted: .untrusted
        case .notOurServer: .stranger
        case .loginDenied, .closed: needsPerson ? .turnedAway : .passing
        case .stopped, .unreachable, .broken, .local: .passing
        }
    }

    /// Whether it may have been the network that this machine was in.
    var concernsNetwork: Bool {
        switch self {
        case .interfaceDown, .untrusted, .notOurServer, .unreachable, .broken: true
        case .stopped, .loginDenied, .closed, .local: false
        }
    }

    /// Whether it is of the kind that dying links and restarting servers cause.
    var mayBeLink: Bool {
        switch self {
        case .stopped, .local, .untrusted, .notOurServer: false
        case .interfaceDown, .unreachable, .broken: true
        case .loginDenied, .closed: !needsPerson
        }
    }
}
