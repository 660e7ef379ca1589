import Platform
import SQLite

@testable import AutoUploadClient

extension ClientState {
    /// Lets the state's file be full for one kind of change (`INSERT ON main.wipes`, say), as on a full disk. Where the state moves
    /// to memory for it, the file takes all again.
    func leaveNoRoom(after change: String) throws {
        try read("leave no room") { connection throws(SQLiteError) in
            try connection.execute("CREATE TABLE filler (bytes BLOB)")
            try connection.execute(
                "CREATE TEMP TRIGGER full AFTER \(change) BEGIN INSERT INTO filler VALUES (zeroblob(1048576)); END")
            // It stays at what there is.
            _ = try connection.query("PRAGMA max_page_count = 1") { $0.integer(0) }
        }
    }
}
