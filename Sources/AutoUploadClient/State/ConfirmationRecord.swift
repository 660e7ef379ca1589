import Domain
import SQLite

/// What the server vouched for, and what the file was when it was read for that.
struct ConfirmationRecord: Hashable, Sendable {
    let path: LocalPath
    /// Of the descriptor that the content was read from.
    let fingerprint: Fingerprint
    let digest: ContentDigest
    /// The path that was offered.
    let remotePath: RemotePath
    /// The path that it is stored under.
    let storedPath: RemotePath
    /// Found genuine; nil where the server signs none, and where the record was read from the state, which keeps
    /// receipts apart.
    let receipt: Receipt?
    /// Seconds since 1970, UTC, by this machine's clock.
    let confirmedAt: Int64
    /// What it was before it was encrypted; nil where it is stored as it is.
    var encrypted: EncryptedContent?
}

/// What became of a content that was encrypted, by a key that nobody here has any more.
struct EncryptedContent: Hashable, Sendable {
    /// The hash of the content itself.
    let plaintext: ContentDigest
    /// Bytes of what is stored.
    let storedSize: UInt64
}

extension SQLiteStatement {
    /// The digest in a column; nil when it holds anything else.
    func digest(_ column: CInt) -> ContentDigest? { ContentDigest(blob(column)) }

    func remotePath(_ column: CInt) -> RemotePath? { try? RemotePath(blob(column)) }

    func localPath(_ column: CInt) -> LocalPath? { LocalPath(bytes: blob(column)) }
}
