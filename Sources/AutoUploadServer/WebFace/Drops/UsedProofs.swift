import Platform

/// Which proofs have been used: each counts once. Kept in two halves, of which the older one is forgotten as a whole once all of
/// its proofs have expired.
struct UsedProofs {
    private var recent: Set<[UInt8]> = []
    private var older: Set<[UInt8]> = []
    private var begun: Instant
    /// Seconds that a proof counts, at most.
    private let lifetime: Double
    private let capacity: Int

    enum Outcome: Hashable {
        case fresh
        case used
        /// Too many are known: none is taken until some have expired.
        case full
    }

    /// - Parameter capacity: proofs that each half holds.
    init(lifetime: Double, capacity: Int, now: Instant) {
        (self.lifetime, self.capacity, begun) = (lifetime, capacity, now)
    }

    mutating func use(_ proof: [UInt8], now: Instant) -> Outcome {
        let age = now.seconds(since: begun)
        if age >= lifetime {
            older = age >= 2 * lifetime ? [] : recent
            recent = []
            begun = now
        }
        if recent.contains(proof) || older.contains(proof) { return .used }
        if recent.count >= capacity { return .full }
        recent.insert(proof)
        return .fresh
    }
}
