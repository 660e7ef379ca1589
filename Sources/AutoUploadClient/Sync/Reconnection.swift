import Wire

/// How soon a link that broke is tried again: at once where work comes forward, else after pauses that double.
struct Reconnection {
    /// The first pause.
    var firstSeconds = 1.0
    /// A thousand clients whose server restarts don't all come back in the same moment.
    var spread = 0.75...1.25

    /// How often in a row nothing came of a try, since a link broke; nil while none has.
    private(set) var fruitless: Int?

    /// - Returns: seconds until the next try, at least what the server asked for; nil where the failure isn't a link's that
    ///   has worked before.
    mutating func pause(after result: PassResult) -> Double? {
        guard let failure = result.failure, failure.isPassing else {
            fruitless = nil
            return nil
        }
        guard fruitless != nil || result.wasLoggedIn else { return nil }
        let count = result.hasHeadway ? 0 : (fruitless ?? 0) + 1
        fruitless = count
        let seconds = firstSeconds * Double(1 << min(count, 20)) * Double.random(in: spread)
        return max(seconds, failure.retryAfterSeconds)
    }
}

extension SyncFailure {
    /// Whether it is of the kind that dying links and restarting servers cause.
    fileprivate var isPassing: Bool {
        switch self {
        case .stopped, .local, .untrusted, .notOurServer: false
        case .interfaceDown, .unreachable, .broken: true
        case .loginDenied(let refusal), .closed(let refusal): refusal.status.statusClass != .fix
        }
    }
}
