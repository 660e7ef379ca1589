import Wire

/// How long the server waits and how much it takes on, in one place.
struct Limits: Sendable {
    /// Connections at a time; one more is turned away.
    var connections = 10_000
    /// Uploads and queries of one connection that may be unanswered.
    var openUploads: UInt16 = 256
    /// Uploads that share one round of flushes.
    var commitBatch = 64

    /// Bytes of answers that wait, at most, while a client sends without a pause.
    var queuedBytes = 64 * 1024

    // Seconds.
    /// That a finished upload, or an answer, waits at most for others, while its client sends without a pause.
    var commitDelay = 0.25
    var handshake = 30.0
    /// From the handshake until a login has come: nothing else that a client says makes it longer.
    var login = 30.0
    /// Waiting for a turn at checking a password: a fleet that reconnects at once queues here.
    var passwordQueue = 170.0
    /// Logged in, and not a word.
    var idle = 300.0
    /// For the next piece (up to 256 KiB) of a message that has begun.
    var piece = 120.0
    /// For the peer to take what is sent to it.
    var send = 120.0
    /// From SIGTERM until the process ends whatever is still going on.
    var shutdown = 10.0
}
