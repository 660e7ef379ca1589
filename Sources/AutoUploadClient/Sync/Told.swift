import Platform

/// What people know already, so that they are told once, or again only after its time.
struct Told {
    private var problems: Set<ScanProblem> = []
    private var leftOut = LeftOut()
    private var untilAgain: [String: Instant] = [:]

    /// Whether nobody was told this before.
    ///
    /// - Parameter seconds: after so long it is told again.
    mutating func isNews(_ text: String, again seconds: Double = .infinity) -> Bool {
        if let next = untilAgain[text], Instant.now < next { return false }
        untilAgain[text] = Instant.now.advanced(bySeconds: seconds)
        return true
    }

    /// Takes in all that can't be looked at.
    ///
    /// - Returns: what could be at the look before.
    mutating func news(among problems: [ScanProblem]) -> [ScanProblem] {
        defer { self.problems = Set(problems) }
        return problems.filter { !self.problems.contains($0) }
    }

    /// Whether so much is left out that it is another number than people know.
    mutating func isNews(_ leftOut: LeftOut) -> Bool {
        defer { self.leftOut = leftOut }
        return leftOut != self.leftOut
    }
}
