import Platform

/// How a pass ended.
struct PassResult {
    /// What was due and isn't confirmed, what still changes included.
    var remaining = 0
    /// What of that is held, as it is known to be unfinished.
    var held = 0
    /// Why it ended before everything that is due was tried.
    var failure: SyncFailure?
    /// Files that wait until they have settled.
    var settling: [LocalPath: Settling] = [:]
    private(set) var confirmed = 0
    private(set) var wiped = 0
    /// What wiping is worth in the folder itself; nil where nothing is wiped.
    var ground: ErasureGround?
    /// How the files stand that aren't done with.
    var standings = Standings()
    /// Whether a connection did its work, which tells that all is well with the server.
    var hasConnected = false
    /// Whether files stay only because the server's receipt key, or what it signs, has changed.
    var mayNotWipe = false
    /// Whether the server let us in, whatever came of it.
    var wasLoggedIn = false
    /// Whether something was confirmed, or a large file came forward.
    var hasHeadway = false

    mutating func take(_ book: ConfirmationBook) {
        (confirmed, wiped) = (book.confirmed, book.wiped)
        remaining += book.unfinished + book.unproven
    }

    struct Settling: Hashable {
        let fingerprint: Fingerprint
        /// How long it still takes at least.
        let seconds: Double
    }
}
