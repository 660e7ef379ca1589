/// When what has come of an upload is made durable, and how long it is kept for its client to come back.
package struct PartialRules: Sendable {
    /// So many bytes after the last durable one, a growing upload is made durable again.
    var checkpointBytes: UInt64 = 32 << 20
    /// Or after so many seconds, if it has grown by `quickBytes`.
    var quickSeconds = 5.0
    var quickBytes: UInt64 = 1 << 20
    /// Or after so many seconds, if it has grown by `worthwhileBytes`: over a slow link these took long.
    var slowSeconds = 30.0
    /// Fewer bytes aren't worth flushes of their own: they are sent again. When a connection ends, that goes only for uploads
    /// of which nothing is durable yet.
    var worthwhileBytes: UInt64 = 16 << 10
    /// While there are more unfinished uploads than these, what is below `quickBytes` isn't kept: a client that breaks off all
    /// day fills neither memory nor the staging folder with little ones.
    var mostLittle = 20_000
    /// Bytes of a file from which on it is written past the page cache.
    var largeBytes: UInt64 = 16 << 20
    /// Seconds for which an upload that nobody goes on with isn't removed to make room for another of its user: its client may be
    /// about to come back.
    var reclaimAge = 3600.0
    /// Or for the same file, offered anew: a client that has lost its state doesn't go on with what it had begun.
    var reclaimAgeOfSame = 600.0
    /// Or one that has a URL, of which nothing was told but that: its client loses nothing that it counts on.
    var reclaimAgeOfUntold = 600.0
    /// Seconds for which an upload that nobody goes on with is kept.
    var expiry = 7 * 86_400.0
    /// Seconds for which it is remembered of an upload that has a URL that it was stored.
    var finishedExpiry = 3 * 86_400.0
    /// Uploads with a URL that are remembered of one user: beyond these, those that were stored longest ago are forgotten, or
    /// else given up that nobody goes on with; no more are begun where that isn't enough.
    var mostResources = 5000

    /// Whether a growing upload is to be made durable.
    ///
    /// - Parameters:
    ///   - grown: bytes since that was last tried.
    ///   - seconds: since then.
    func isCheckpointDue(grown: UInt64, seconds: Double) -> Bool {
        grown >= checkpointBytes || (grown >= quickBytes && seconds >= quickSeconds)
            || (grown >= worthwhileBytes && seconds >= slowSeconds)
    }
}

extension PartialRules {
    /// - Parameter expiry: seconds for which an upload that nobody goes on with is kept.
    package init(expiry: Double) {
        self.init()
        self.expiry = expiry
    }
}
