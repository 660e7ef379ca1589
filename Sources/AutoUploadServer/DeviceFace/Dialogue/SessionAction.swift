import Domain
import Wire

/// What a session has to do because of a message. The performer (`Connection`) does it.
enum SessionAction: Hashable {
    case send(ServerMessage)
    /// Answer an upload or query with a refusal. The path, as far as it is known, is for the log.
    case refuse(upload: UInt32, path: [UInt8], Refusal)
    /// Check the password, then report to `loginDecided`.
    case verify(Authenticate)
    /// Look whether the token counts, then report to `loginDecided`.
    case verifyToken(Reauthenticate)
    /// Make room for an upload; report to `uploadEnded` if it can't be had.
    case begin(upload: UInt32, Offer, RemotePath)
    /// Make the upload durable and confirm it, or refuse it. The session counts it until `uploadEnded`.
    case commit(upload: UInt32, ContentDigest)
    /// Forget what was received of an upload.
    case discard(upload: UInt32)
    /// Say whether exactly this content is stored; then `uploadEnded`.
    case look(upload: UInt32, Query, RemotePath)
    /// Send this, if anything, and end the connection.
    case close(Refusal?)
}

/// What becomes of a `data` payload, decided before a byte of it is taken.
enum DataDecision: Hashable {
    case append
    /// The upload is over already: its bytes were under way when it was refused.
    case drop
    case close(Refusal)
}
