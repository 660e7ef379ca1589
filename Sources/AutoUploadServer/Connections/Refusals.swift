package import Domain
package import Storage

/// What the vault says, in the words of the protocol.
extension VaultError {
    package var refusal: Refusal {
        switch self {
        case .nameTaken, .taken: Refusal(status: .nameTaken, text: description)
        case .elsewhere, .apart:
            Refusal(status: .folderElsewhere, text: "the server's admin must act: its log says what to do")
        case .nameUnusable: Refusal(status: .nameUnusable, text: description)
        case .denied:
            Refusal(
                status: .storageDenied, retryAfterSeconds: 600,
                text: "the server may not write there: its admin must act, its log says what to do")
        case .away:
            Refusal(status: .storageAway, retryAfterSeconds: 60, text: "the server's storage isn't where it should be")
        case .digestMismatch: Refusal(status: .digestMismatch, text: description)
        case .full: Refusal(status: .storageFull, retryAfterSeconds: 300, text: "the server's storage has no room")
        case .tooLarge: Refusal(status: .tooLarge, text: "the server's storage takes no file of this size")
        case .overLimit: Refusal(status: .tooLarge, text: description)
        case .quotaExceeded: Refusal(status: .quotaExceeded, retryAfterSeconds: 600, text: description)
        case .askedTooOften: Refusal(status: .busy, retryAfterSeconds: 600, text: description)
        case .counting: Refusal(status: .busy, retryAfterSeconds: 30, text: description)
        case .readBackDiffers: Refusal(status: .storageFailed, retryAfterSeconds: 300, text: description)
        case .beingStored: Refusal(status: .busy, retryAfterSeconds: 10, text: description)
        case .busy: Refusal(status: .busy, retryAfterSeconds: 30, text: "the server is too busy")
        case .alreadyCommitted: Refusal(status: .alreadyCommitted, text: description)
        case .takenOver: Refusal(status: .takenOver, text: description)
        // The client learns that it failed, not how the server's disk is laid out; the log has the rest.
        case .failed, .unnamed:
            Refusal(status: .storageFailed, retryAfterSeconds: 300, text: "the server's storage failed")
        }
    }
}

/// Why an upload or a query isn't done: the client is told what it can act on, the log why.
package struct Declined: Error {
    package let refusal: Refusal
    /// For the log, where it has more to say.
    package let reason: String?

    package init(_ refusal: Refusal) {
        (self.refusal, reason) = (refusal, nil)
    }

    package init(_ error: VaultError) {
        (refusal, reason) = (error.refusal, error.description)
    }
}

extension Refusal {
    package static let stopping = Refusal(
        status: .shuttingDown, retryAfterSeconds: 10, text: "the server is being stopped")

    package static let tooSlow = Refusal(status: .timedOut, text: "an upload came too slowly")
    package static let tooSilent = Refusal(status: .timedOut, text: "nothing was heard for too long")

    /// All places are taken, and nobody has more than the newcomer and doesn't use it.
    static let crowded = Refusal(
        status: .busy, retryAfterSeconds: 60, text: "the server has as many connections as it takes")

    /// What is asked about isn't stored.
    package static let absent = Refusal(status: .absent, text: "no such content under that path")

    /// Others have stored files read.
    package static let readingBusy = Refusal(
        status: .busy, retryAfterSeconds: 30, text: "the server is busy reading what it has stored")

    /// The file is stored, but can't be confirmed: the client asks again.
    package static let unsigned = Refusal(
        status: .busy, retryAfterSeconds: 30, text: "the server can't sign a receipt just now")
}
