import Domain
import Platform

/// What was read of a file, from its beginning to its end.
struct ReadContent: Hashable, Sendable {
    /// Of what is sent.
    let digest: ContentDigest
    let standing: Standing
    /// Who had it open for writing when it was opened.
    let writer: WriterState
    /// The hash of the content itself, where something else is sent.
    var plaintext: ContentDigest?
    /// How far its seal was used.
    var mark: SealMark?
}

/// What became of a file while it was read, besides its content, which is what was read as far as anything tells.
enum Standing: Hashable, Sendable {
    /// It is still all that the scan saw.
    case unchanged
    /// Its change time moved: it may have got another link or other permissions, or it was rewritten and its modification
    /// time put back. What was read may be stored, but nothing wiped on that.
    case touched
    /// Its name doesn't lead to it any more: it was removed, renamed or replaced. What was read may be its last copy.
    case gone
}
