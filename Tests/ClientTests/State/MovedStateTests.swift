import Domain
import Foundation
import Platform
import SQLite
import Testing
import Wire

@testable import AutoUploadClient

@Suite("A state that moves")
struct MovedStateTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    private var folder: String { recordings.statePath }

    private func hasUnreadKey() throws -> Bool {
        let memory = try StateStore.inMemory(insteadOf: folder)
        return memory.hasUnreadKey
    }
    private var file: String { folder + "/" + ClientState.fileName }

    @Test(
        "away while it is open, or goes, is gone on with in its place, wipes included",
        arguments: ["folder moved", "file moved", "file removed", "file replaced"])
    func followed(_ what: String) throws {
        let path = try LocalPath.of("a")
        let record = try wipe(path)
        let state = try recordings.openState()
        try state.record(try confirmation(path))
        try state.beginWipe(record)
        try state.decideWipes([record.id])
        switch what {
        case "folder moved": try FileManager.default.moveItem(atPath: folder, toPath: folder + "-old")
        case "file removed": try FileManager.default.removeItem(atPath: file)
        default: try FileManager.default.moveItem(atPath: file, toPath: file + "-old")
        }
        if what == "file replaced" { try recordings.openState().record(try confirmation(.of("newcomer"))) }
        // SQLite writes to no file that isn't where it was.
        #expect(throws: StateError.self) { try state.record(confirmation(.of("other"))) }
        try state.followPlace()
        try state.record(try confirmation(.of("b")))
        let reopened = try recordings.openState()
        #expect(try reopened.wipeRecord(record.id)?.isDecided == true)
        #expect(try reopened.confirmation(of: path) != nil && reopened.confirmation(of: .of("b")) != nil)
        #expect(try (reopened.confirmation(of: .of("newcomer")) != nil) == (what == "file replaced"))
        // Where nothing has happened, nothing does.
        try state.followPlace()
        #expect(try state.wipeRecords().count == 1)
    }

    @Test("into memory and back doesn't bring back what was forgotten meanwhile")
    func forgets() throws {
        let (lost, kept, late) = try (LocalPath.of("lost"), LocalPath.of("kept"), LocalPath.of("late"))
        let (ended, open) = try (wipe(.of("x")), wipe(.of("y")))
        do {
            let state = try recordings.openState()
            try state.record([try confirmation(lost), try confirmation(kept), try confirmation(late)])
            try state.beginWipes([ended, open])
        }
        var memory = try StateStore.inMemory(insteadOf: folder)
        try memory.change { connection throws(SQLiteError) in
            try connection.forget(lost)
            try connection.forget(late)
            try connection.execute("DELETE FROM wipes WHERE id = ?", [.blob(ended.id.bytes)])
        }
        let again = try confirmation(late)
        try memory.change { connection throws(SQLiteError) in
            let columns =
                "device, inode, born_s, born_ns, size, modified_s, modified_ns, changed_s, changed_ns, digest, remote_path, "
                + "stored_path, confirmed_at, volume"
            try connection.execute(
                "INSERT INTO confirmations (path, \(columns)) SELECT ?, \(columns) FROM confirmations LIMIT 1",
                [.blob(again.path.bytes)])
        }
        _ = try memory.moved(to: folder)
        let state = try recordings.openState()
        #expect(try state.confirmation(of: lost) == nil)
        #expect(try state.confirmation(of: kept) != nil && state.confirmation(of: late) != nil)
        #expect(try state.wipeRecords().map(\.id) == [open.id])
    }

    @Test("into memory keeps what an earlier version has written, by the columns that it had")
    func earlier() throws {
        let key = try #require(ReceiptKey(Array(repeating: 7, count: ReceiptKey.byteCount)))
        let record = try wipe(.of("x"))
        do {
            let state = try recordings.openState()
            try state.setReceiptKey(key)
            try state.beginWipe(record)
            var connection = try SQLiteConnection(path: file)
            try connection.execute("ALTER TABLE wipes DROP COLUMN volume")
            try connection.execute("ALTER TABLE receipt_key DROP COLUMN is_bound")
        }
        var memory = try StateStore.inMemory(insteadOf: folder)
        let isUnread = memory.hasUnreadKey
        #expect(!isUnread)
        let keys = try memory.connection.query("SELECT key FROM receipt_key WHERE is_bound = 0") { $0.blob(0) }
        let wipes = try memory.connection.query("SELECT id FROM wipes") { $0.blob(0) }
        #expect(keys == [key.bytes] && wipes == [record.id.bytes])
    }

    @Test("into memory while the expected receipt key can't be read, knows that")
    func unreadKey() throws {
        #expect(try !hasUnreadKey())
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data().write(to: URL(filePath: file))
        #expect(try !hasUnreadKey())
        try Data("no database at all, but something".utf8).write(to: URL(filePath: file))
        #expect(try hasUnreadKey())
    }
}
