/// When what has come of an upload is made durable, and how long it is kept for its client to come back.
struct PartialRules: Sendable {
    /// So many bytes after the last durable one, a growing upload is made durable again.
    var checkpointBytes: UInt64 = 32 << 20
    /// Or after so many seconds, if it has grown by `worthwhileBytes`.
    var checkpointSeconds = 5.0
    /// Fewer bytes aren't worth flushes of their own: they are sent again.
    var worthwhileBytes: UInt64 = 1 << 20
    /// Seconds for which an upload that nobody goes on with is kept.
    var expiry = 7 * 86_400.0
}
