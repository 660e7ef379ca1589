package import Platform

/// How long the server waits and how much it takes on, in one place. The options of the section "Limits" set them.
package struct Limits: Sendable {
    /// Connections at a time.
    package var connections = 10_000
    /// Of one IPv4 address, or one /64 network of IPv6.
    package var connectionsPerAddress = 5000
    /// That aren't logged in yet.
    package var beforeLogin = 2000
    /// Uploads and queries of one connection that may be unanswered.
    package var openUploads: UInt16 = 1024
    /// Uploads of one user that may be under way, over all of their connections.
    package var openUploadsPerUser = 8192
    /// Uploads that may be under way: see `fit`.
    package private(set) var openUploadsInAll = 1_000_000
    /// Uploads that share one round of flushes.
    package var commitBatch = 512

    /// Bytes of answers that wait, at most, while a client sends without a pause.
    package var queuedBytes = 64 * 1024

    /// Bytes a second that a client with an unfinished upload must send, on an average of `rateWindow`.
    package var lowestRate = 100.0

    // Seconds.
    /// That a finished upload, or an answer, waits at most for others, while its client sends without a pause.
    package var commitDelay = 0.25
    package var handshake = 30.0
    /// From the handshake until a login has come: nothing else that a client says makes it longer.
    package var login = 30.0
    /// Waiting for a turn at checking a password: a fleet that reconnects at once queues here.
    package var loginQueue = 170.0
    /// That a login token is good for; 0: none are given.
    package var tokenLifetime: UInt32 = 12 * 3600
    /// Without use, until a session of the admin site ends.
    package var sessionIdle = 1800.0
    /// From its login until it ends in any case.
    package var sessionLifetime = 43_200.0
    /// For the rest of a message that has begun; not for `data`.
    package var frame = 60.0
    /// An upload is unfinished, and not a byte comes.
    package var stall = 90.0
    /// Of waiting, over which the lowest rate is an average: longer than a stall, so that one alone doesn't end a link.
    package var rateWindow = 180.0
    /// Logged in, nothing unfinished, and not a word.
    package var idle = 300.0
    /// For the peer to take what is sent to it.
    package var send = 120.0
    /// From SIGTERM until the process ends whatever is still going on.
    package var shutdown = 10.0

    package var socket = SocketOptions()

    package init() {}
}

// MARK: - Descriptors

extension Limits {
    /// Shares out the descriptors that the process may have: some stay in reserve for the server's own files and for
    /// publishing, no connection is accepted at the expense of an upload, and no user can have all that are left for uploads.
    ///
    /// - Returns: what an admin should know, if the limits had to be lowered.
    package mutating func fit(openFiles: UInt64) -> String? {
        let files = Int(clamping: min(openFiles, 1 << 40))
        let usable = max(2, files - Self.reserve(of: files))
        let wanted = connections
        connections = min(connections, usable * 3 / 5)
        openUploadsInAll = max(1, (usable - connections) / Self.descriptorsOfUpload)
        openUploadsPerUser = max(1, min(openUploadsPerUser, openUploadsInAll * 3 / 4))
        guard connections < wanted else { return nil }
        return
            "--max-connections is \(connections) rather than \(wanted): this process may open only \(files) files at a "
            + "time; raise the limit (ulimit -n, LimitNOFILE=)"
    }

    /// Uploads and queries that a new connection is told to leave unanswered: the fewer, the more there are, as all may be one
    /// user's, whose uploads beyond the bound would be sent for nothing.
    ///
    /// - Parameter connections: how many there are, this one included.
    package func openUploads(among connections: Int) -> UInt16 {
        let share = max(openUploadsPerUser / max(1, connections), min(Self.fewestOpenUploads, openUploadsPerUser), 1)
        return UInt16(clamping: min(Int(openUploads), share))
    }

    /// As many as keep a link busy.
    private static let fewestOpenUploads = 64

    /// Its bytes, and the record of what is durable of them.
    private static let descriptorsOfUpload = 2

    private static func reserve(of files: Int) -> Int { min(256, files / 3) }

    package var admission: Admission.Limits {
        // Who has lost its place and isn't gone yet lives on the reserve.
        // So do those who come in to log in when all places are taken.
        Admission.Limits(
            all: connections, perAddress: connectionsPerAddress, beforeLogin: beforeLogin,
            lobby: max(1, min(32, connections / 8)), leaving: max(1, min(64, connections / 4)))
    }
}
