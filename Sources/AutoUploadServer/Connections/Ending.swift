package import Domain

/// How a connection ends.
package struct Ending {
    /// For the log.
    package let reason: String
    /// What the client is told, last of all.
    package let words: Refusal?

    package init(reason: String, words: Refusal? = nil) {
        (self.reason, self.words) = (reason, words)
    }

    package static let clientGone = Ending(reason: "the client has gone")
}

extension Ending {
    package init(_ refusal: Refusal) {
        self.init(reason: "\(refusal.status): \(refusal.text)", words: refusal)
    }
}
