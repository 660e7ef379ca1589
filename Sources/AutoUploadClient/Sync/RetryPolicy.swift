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

/// The table of all pauses. What a server asks for is the least in any case.
extension RetryPolicy {
    // Of passes. A new start, SIGHUP and a pass that succeeds begin anew; what is marked by an asterisk (*) also does when the
    // addresses of this machine have changed.

    /// * A link that has worked before and broke. Confirmations, and offsets that are higher than ever, count as success.
    static let link = RetryPolicy(first: 2, factor: 2, longest: 60, spread: 0.75...1.25)
    /// An interface that comes up is to be noticed soon.
    static let interface = RetryPolicy(first: 5)
    /// * What gets better by itself: a server that can't be reached, or takes nobody for now; a folder that isn't there.
    static let passing = RetryPolicy()
    /// * The certificate of a captive portal, say, whose network is soon left. A wrong clock is set soon, too.
    static let untrusted = RetryPolicy(factor: 2, longest: 300)
    /// * What answers isn't our server: the same portal, or another program.
    static let stranger = RetryPolicy(factor: 2, longest: 600)
    /// A login that was denied must not be repeated by itself until the account is locked.
    static let turnedAway = RetryPolicy(factor: 2, longest: 3600)

    // Of files, told of at each try. A new start, SIGHUP and a change of the file begin anew.

    /// Refused for now before its bytes were sent: to ask costs little.
    static let refusedUnsent = RetryPolicy(first: 30, factor: 2, longest: 600)
    /// Refused for now after they were: to try again costs all of them.
    static let sentInVain = RetryPolicy(first: 30, factor: 2, longest: 4 * 3600)
    /// Refused until a person does something about it.
    static let refusedForGood = RetryPolicy(first: 3600, factor: 2, longest: 4 * 3600)
    /// This machine can't read it.
    static let unreadable = RetryPolicy(first: 300, factor: 2, longest: 4 * 3600)

    // Of files, told of once.

    /// It has settled, and somebody has it open for writing: to ask takes opening it.
    static let open = RetryPolicy(first: 10, factor: 2, longest: 300)
    /// It couldn't be wiped: somebody may have read it just then. To try again costs reading it, here and there.
    static let kept = RetryPolicy(first: 10, factor: 2, longest: 600)
    /// It can't be told whether somebody has it open.
    static let unproven = RetryPolicy(first: 60, factor: 2, longest: 3600)
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
        case .untrusted, .notOurServer, .unreachable, .broken: true
        case .stopped, .interfaceDown, .loginDenied, .closed, .local: false
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
