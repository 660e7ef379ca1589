import Platform

/// How long the daemon waits from one pass to the next.
struct Pauses {
    let intervalSeconds: Double
    private var reconnection: Reconnection
    /// How often in a row something failed that only a person can mend.
    private var hopeless = 0

    /// An interface that comes up is to be noticed soon.
    private static let interfaceSeconds = 5.0
    /// A login that was denied must not be repeated by itself until the account is locked.
    private static let longestSeconds = 3600.0

    init(intervalSeconds: Double, reconnection: Reconnection = Reconnection()) {
        self.intervalSeconds = intervalSeconds
        self.reconnection = reconnection
    }

    /// A person asks for a pass now, perhaps as they have mended what was wrong.
    mutating func forget() {
        hopeless = 0
    }

    /// When the next pass is due.
    ///
    /// - Parameter began: when the last one did.
    mutating func nextPass(after result: PassResult, began: Instant) -> Instant {
        let regular = began.advanced(bySeconds: intervalSeconds)
        let reconnecting = reconnection.pause(after: result)
        guard let failure = result.failure else {
            hopeless = 0
            // A file that needs settling is looked at as soon as its time is over.
            let settled = result.settling.values.map(\.seconds).min()
            return min(regular, settled.map(Instant.now.advanced) ?? regular)
        }
        hopeless = failure.needsPerson ? hopeless + 1 : 0
        return Instant.now.advanced(bySeconds: pause(after: failure, reconnecting: reconnecting))
    }

    private func pause(after failure: SyncFailure, reconnecting: Double?) -> Double {
        if case .interfaceDown = failure { return min(intervalSeconds, Self.interfaceSeconds) }
        let asked = min(failure.retryAfterSeconds, Self.longestSeconds)
        // A link that has just worked may work again soon.
        if let reconnecting { return max(asked, min(reconnecting, intervalSeconds)) }
        guard failure.needsPerson else { return max(intervalSeconds, asked) }
        let factor = Double(1 << min(hopeless - 1, 10))
        return max(intervalSeconds, asked, min(intervalSeconds * factor, Self.longestSeconds))
    }
}
