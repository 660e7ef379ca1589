import Domain

/// A file that may be wiped: what was read, and what the server confirmed of it just now.
struct WipeRequest: Hashable, Sendable {
    let path: LocalPath
    /// Of the descriptor that the content was read from; that descriptor is closed.
    let fingerprint: Fingerprint
    /// Of the content that was read, and of the confirmation.
    let digest: ContentDigest
    /// The path that was offered or asked about.
    let remotePath: RemotePath
    /// The path that the server stores it under.
    let storedPath: RemotePath
    /// The confirmation's.
    let fileTag: FileTag
    /// Bytes of what is stored, where that is encrypted.
    var storedSize: UInt64?
}

/// What became of a file that was to be wiped.
enum WipeOutcome: Hashable, Sendable {
    /// It is gone, durably; what was overwritten is worth so much.
    case wiped(ErasureGrade)
    /// It stands where it stood, as it was. The reason is for a person to read.
    case kept(reason: String)
    /// It stands under its wiping name, if at all: `Eraser.finishInterrupted` goes on with it.
    case unfinished(reason: String)
}

/// What a wipe does to the file and to the state, in this order; the last three take back what can be taken back. Only where a
/// flush of the folder isn't enough for its names there is a `flushRenamed`.
enum WipeStep: Hashable, Sendable, CaseIterable {
    case look, record, rename, open, flushRenamed, flushName, decide
    case overwrite, flushContent, truncate, remove, flushRemoval, end
    case putBack, flushBack, cancel
}
