import Platform
import Wire

/// A file that something is to be done with over a connection.
struct DueFile: Hashable, Sendable {
    let path: LocalPath
    /// What the scan saw; what is sent must still be that.
    let fingerprint: Fingerprint
    let remote: RemotePath
    /// Who may have it open for writing, as far as the system could tell when it was planned.
    let writer: WriterState

    var size: UInt64 { fingerprint.size }
}

/// What is to be done with it.
enum Purpose: Hashable, Sendable {
    /// Send it.
    case upload
    /// It was confirmed earlier: ask whether it still is, so that it may be wiped.
    case confirmAgain
}

/// A file in the line of those that wait for their turn.
struct SyncTask: Hashable, Sendable {
    let file: DueFile
    var purpose: Purpose
    /// How often it was begun in this pass.
    var tries = 0
    /// When it was begun last.
    var began = Instant(nanoseconds: 0)
}
