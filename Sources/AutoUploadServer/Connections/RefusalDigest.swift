package import Platform

/// Tells of refusals now and then: a flood of connections mustn't become a flood of log lines.
package struct RefusalDigest {
    private var next = Instant(nanoseconds: 0)
    private var untold = 0

    private static let seconds = 1.0

    package init() {}

    /// Takes in a refusal.
    ///
    /// - Returns: what to tell, if it is time to.
    package mutating func add(_ reason: String, now: Instant = .now) -> String? {
        guard now >= next else {
            untold += 1
            return nil
        }
        defer { (next, untold) = (now.advanced(bySeconds: Self.seconds), 0) }
        return untold == 0 ? reason : "\(reason) (and \(untold) more refused before it)"
    }
}
