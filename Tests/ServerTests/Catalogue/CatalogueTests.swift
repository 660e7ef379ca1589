import Domain
import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

@Suite("The catalogue")
struct CatalogueTests {
    @Test("a new one is made of what is in the folder, whoever put it there")
    func isMade() throws {
        let vault = try TestVault()
        try vault.store([1, 2, 3], as: "2026/11/a.mp4")
        try vault.store([1], as: "b", user: "bob")
        try vault.scratch.write("by hand", to: "bob/c")
        try vault.scratch.link("bob/link", to: "b")
        let catalogue = try TestCatalogue(over: vault)
        #expect(try catalogue.names() == ["alice/2026/11/a.mp4", "bob/b", "bob/c"])
        let totals = try catalogue.catalogue.read { connection throws(SQLiteError) in try connection.totals() }
        #expect(totals.map(\.user.description) == ["alice", "bob"])
        #expect(totals.map(\.files) == [1, 2] && totals.map(\.bytes) == [3, 8])
        #expect(try #require(totals.last?.lastUpload) > 1_700_000_000)
    }

    @Test("what is stored is in it, with its digest and time, and a line of the log")
    func takesNotes() throws {
        let catalogue = try TestCatalogue()
        let stored = try catalogue.store([1, 2, 3], as: "x/a", at: 1_700_000_000)
        catalogue.catalogue.note([.logged(LogEntry(time: 5, user: "alice", address: "::1", .upload, info: "x/a"))])
        let file = try #require(try catalogue.files().first)
        #expect(file.path == stored.path && file.size == 3 && file.stored == 1_700_000_000)
        #expect(file.modified == .testTime)
        let digest = try #require(file.digest)
        #expect(digest == stored.digest)
        #expect(
            try catalogue.log() == [LogEntry(time: 5, user: "alice", address: "::1", .upload, info: "x/a")])
        // Told again, as found: all stays.
        try catalogue.store([1, 2, 3], as: "x/a", at: 1_800_000_000)
        #expect(try catalogue.files() == [file])
        let deleted = DeletedFile(path: stored.path, size: 3, batch: nil)
        catalogue.catalogue.note([.removed(deleted, user: file.user)])
        #expect(try catalogue.files().isEmpty)
        let bytes = try catalogue.catalogue.read { connection throws(SQLiteError) in
            try connection.number("SELECT files + bytes FROM users")
        }
        #expect(bytes == 0)
    }

    @Test("ended in good order it is as the folder was, and isn't compared again; else it is")
    func knowsItsState() throws {
        let first = try TestCatalogue()
        try first.store([1], as: "a")
        try first.catalogue.settle()
        first.catalogue.end(within: 60)
        let second = try TestCatalogue(over: first.vault, starts: false)
        try second.start()
        #expect(try second.names() == ["alice/a"])
        #expect(try second.rebuilt() == 1 && !second.catalogue.isRebuilding)
        // Opened by another while this one is: as after kill -9.
        let third = try TestCatalogue(over: first.vault)
        #expect(try third.rebuilt() == 2)
    }

    @Test("a rebuilding finds what came, went and changed, and keeps what is still true")
    func rebuilds() throws {
        let catalogue = try TestCatalogue()
        let (kept, changed) = (try catalogue.store([1], as: "kept"), try catalogue.store([2], as: "changed"))
        try catalogue.store([3], as: "deep/er/gone")
        catalogue.catalogue.note([.logged(LogEntry(time: 1, user: "alice", address: "::1", .login, info: ""))])
        let before = try catalogue.files()
        #expect(before.count == 3)
        try catalogue.scratch.write("longer", to: "alice/changed")
        try catalogue.scratch.write("new", to: "alice/new")
        try catalogue.scratch.remove("alice/deep/er/gone")
        catalogue.catalogue.rebuild()
        try catalogue.line("catalogue-rebuilt", times: 2)
        let after = try catalogue.files()
        #expect(after.map(\.path.description) == ["changed", "kept", "new"])
        let digests = after.map(\.digest)
        #expect(digests[0] == nil && digests[2] == nil && changed.digest != kept.digest)
        let digest = try #require(digests[1])
        #expect(digest == kept.digest)
        #expect(after[1] == before.first { $0.path == kept.path })
        #expect(try catalogue.log().count == 1)
        let folders = try catalogue.catalogue.read { connection throws(SQLiteError) in
            try connection.number("SELECT count(*) FROM folders")
        }
        #expect(folders == 1)
    }

    @Test("whoever tells it something never waits, and what there was no room for is found in the folder")
    func neverWaits() throws {
        let catalogue = try TestCatalogue()
        var locking = try catalogue.foreign()
        try locking.execute("BEGIN IMMEDIATE")
        try catalogue.store([1], as: "a")
        let line = LogEntry(time: 1, user: "alice", address: "::1", .login, info: "")
        for _ in 0..<30 { catalogue.catalogue.note([CatalogueNote](repeating: .logged(line), count: 1000)) }
        try catalogue.store([2], as: "b")
        #expect(catalogue.catalogue.isRebuilding)
        try catalogue.line("catalogue-away")
        try locking.execute("COMMIT")
        try catalogue.line("catalogue-back")
        try catalogue.line("catalogue-rebuilt", times: 2)
        #expect(try catalogue.names() == ["alice/a", "alice/b"])
        let lines = try catalogue.catalogue.read { connection throws(SQLiteError) in
            try connection.number("SELECT count(*) FROM log")
        }
        #expect(lines == Int64(Catalogue.mostNotes - 1))
    }

    @Test("one that is removed while it is open is made anew")
    func isRemoved() throws {
        let catalogue = try TestCatalogue()
        try catalogue.store([1], as: "a")
        try catalogue.catalogue.settle()
        for companion in ["", "-wal", "-shm"] { try? catalogue.scratch.remove(TestCatalogue.file + companion) }
        try catalogue.store([2], as: "b")
        try catalogue.line("catalogue-gone")
        try catalogue.line("catalogue-rebuilt", times: 2)
        #expect(try catalogue.names() == ["alice/a", "alice/b"])
    }

    @Test("it follows the storage to another place")
    func moves() throws {
        let (first, second) = (try TestCatalogue(), try TestCatalogue())
        try first.store([1], as: "first")
        try second.store([2], as: "second")
        #expect(try second.names() == ["alice/second"])
        second.catalogue.end(within: 60)
        try first.catalogue.start(at: second.place)
        #expect(try first.names() == ["alice/second"])
        #expect(try first.rebuilt() == 1)
    }

    @Test("a command that comes while the server is just making it waits, and says so where it takes too long")
    func beingMade() throws {
        let test = try TestCatalogue(starts: false)
        try test.place.make()
        do throws(CatalogueError) {
            _ = try CatalogueConsole.open(at: test.place, waiting: 0)
            Issue.record("it was opened")
        } catch {
            #expect(error == .beingMade)
        }
        try test.start()
        var console = try CatalogueConsole.open(at: test.place, waiting: 60)
        #expect(try console.perform { connection throws(SQLiteError) in try connection.links() }.isEmpty)
    }
}
