import Domain

/// Counts wrong one-time codes of a user, which only who has the password gets to try: a million codes are soon tried, where as many
/// may be tried as one likes (RFC 4226, section 7.3).
struct CodeGuesses {
    private var step = TimeStep(number: 0)
    private var inStep = 0
    private var inRow = 0

    /// Codes that are looked at in each step. Three of a million are right: who tries ten in each is let in after some eight days.
    static let perStep = 10
    /// Wrong ones in a row after which one is looked at in each step.
    static let mostInRow = 100

    /// Whether another code is looked at.
    func mayTry(in step: TimeStep) -> Bool {
        if step != self.step { return true }
        return inStep < (inRow < Self.mostInRow ? Self.perStep : 1)
    }

    mutating func wasWrong(in step: TimeStep) {
        if step != self.step { (self.step, inStep) = (step, 0) }
        (inStep, inRow) = (inStep + 1, inRow &+ 1)
    }
}
