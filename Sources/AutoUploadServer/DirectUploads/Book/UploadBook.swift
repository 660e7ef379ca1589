internal import Encodings
internal import Platform
package import S3
internal import SQLite

/// What uploads were begun, in a small database beside the storage: a restart of the server goes on with them. It is opened for each look and
/// closed again, so that it stands in no disk's way; its rows are durable when a call returns.
package final class UploadBook: Sendable {
    private let path: String
    private let turn = Monitor(())

    package init(path: String) { self.path = path }

    /// "AUpS" stands in the file's header.
    private static let schema = SQLiteSchema(
        applicationID: 0x4155_7053, version: 1, tables: tables, migrations: [:])

    private static let tables = [
        // dialect 0: this server's own page, 1: Fine Uploader. state 0: open, 1: completion was asked for, 2: stored. token: what the engine
        // calls it; NULL: not known yet. Times: Unix seconds. size, part: bytes; NULL: not said.
        """
        CREATE TABLE uploads (
            id TEXT PRIMARY KEY NOT NULL, user BLOB NOT NULL, key TEXT NOT NULL, token TEXT, dialect INTEGER NOT NULL,
            state INTEGER NOT NULL, size INTEGER, part INTEGER, used INTEGER NOT NULL, digest BLOB)
        """,
        "CREATE UNIQUE INDEX uploads_by_key ON uploads (key)",
        "CREATE INDEX uploads_by_time ON uploads (used)",
        "CREATE INDEX uploads_of_user ON uploads (user, state)",
        // What was signed of each part: its SHA-256 and bytes.
        """
        CREATE TABLE parts (
            upload TEXT NOT NULL, number INTEGER NOT NULL, size INTEGER, digest BLOB, PRIMARY KEY (upload, number))
            WITHOUT ROWID
        """,
        """
        CREATE TRIGGER upload_removed AFTER DELETE ON uploads BEGIN DELETE FROM parts WHERE upload = OLD.id; END
        """,
    ]

    /// Milliseconds that another process is waited for that writes.
    private static let patience: CInt = 5000

    /// Does something in one transaction.
    func change<R>(_ body: (inout SQLiteConnection) throws(SQLiteError) -> R) throws(DirectRefusal) -> R {
        do throws(SQLiteError) {
            return try turn.withLock { _ throws(SQLiteError) in
                var connection = try SQLiteConnection(path: path)
                connection.setBusyTimeout(milliseconds: Self.patience)
                try connection.execute("PRAGMA synchronous = FULL")
                // There is no other folder that this process may write to.
                try connection.execute("PRAGMA temp_store = MEMORY")
                let version = try connection.prepare(Self.schema, checksIntegrity: false)
                guard version == Self.schema.version else { throw .damaged("it is of a newer version") }
                return try connection.transaction(body)
            }
        } catch {
            throw DirectRefusal(.failed, "what uploads were begun can't be looked up or noted: \(error)")
        }
    }
}

/// An upload that was begun.
package struct NotedUpload: Hashable, Sendable {
    package enum Dialect: Int64, Sendable {
        case page, fineUploader
    }

    package enum State: Int64, Sendable {
        case open, completing, stored
    }

    package let id: String
    let user: [UInt8]
    package let key: ObjectKey
    package var token: UploadToken?
    package let dialect: Dialect
    package var state: State
    /// Bytes in all, and of each part but the last.
    package let size: UInt64?
    package let part: UInt64?

    /// Parts that it has when it is whole.
    package var partCount: Int {
        guard let size, let part, part > 0 else { return 0 }
        return Int(clamping: max(1, (size + part - 1) / part))
    }

    /// Bytes of a part.
    package func size(ofPart number: Int) -> UInt64? {
        guard let size, let part, (1...partCount).contains(number) else { return nil }
        return number < partCount ? part : size - part * UInt64(partCount - 1)
    }
}
