import Domain

/// How a connection ends.
struct Ending {
    /// For the log.
    let reason: String
    /// What the client is told, last of all.
    var words: Refusal?

    static let clientGone = Ending(reason: "the client has gone")
}

extension Ending {
    init(_ refusal: Refusal) {
        self.init(reason: "\(refusal.status): \(refusal.text)", words: refusal)
    }
}
