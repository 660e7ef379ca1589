import Domain
import Foundation
import Platform
import SQLite
import TestSupport
import Testing

@testable import Catalogue
@testable import Storage

@Suite("A damaged catalogue")
struct DamagedCatalogueTests {
    private let vault: TestVault

    init() throws {
        vault = try TestVault()
    }

    private var file: URL { URL(fileURLWithPath: vault.scratch.path(TestCatalogue.file)) }

    /// One with files, a log and a link, ended in good order.
    private func fill() throws {
        let catalogue = try TestCatalogue(over: vault)
        for number in 0..<50 { try catalogue.store([UInt8(number)], as: "file-\(number)") }
        for number in 0..<5000 {
            let line = LogEntry(time: Int64(number), user: "alice", address: "::1", .upload, info: "file-\(number)")
            catalogue.catalogue.note([.logged(line)])
        }
        try catalogue.catalogue.change { connection throws(SQLiteError) in
            try connection.execute(
                "INSERT INTO links (id, kind, user, path, made, made_by) VALUES ('abc', 0, x'61', x'62', 1, 'admin')")
        }
        catalogue.catalogue.end(within: 60)
    }

    private func aside() throws -> [String] {
        try vault.scratch.names(in: ".auto-upload").filter { $0.contains("broken") }
    }

    @Test("that isn't one at all is put aside, and made anew")
    func isNone() throws {
        try fill()
        try Data("no database: \(String(repeating: "x", count: 5000))".utf8).write(to: file)
        let catalogue = try TestCatalogue(over: vault)
        try catalogue.line("catalogue-damaged")
        #expect(try aside().count == 1)
        #expect(try catalogue.files().count == 50)
        #expect(try catalogue.log().isEmpty)
    }

    @Test("that can be read in parts loses only the others", arguments: [8, 20, 40])
    func isSaved(_ page: Int) throws {
        try fill()
        var bytes = try Data(contentsOf: file)
        let start = page * 4096
        try #require(bytes.count > start + 8192)
        bytes.replaceSubrange(start..<(start + 4096), with: Data(repeating: 0x5A, count: 4096))
        try bytes.write(to: file)
        // As after a power cut: else nobody looks before somebody finds out.
        var connection = try SQLiteConnection(path: file.path)
        try connection.execute("UPDATE upkeep SET is_current = 0")
        let catalogue = try TestCatalogue(over: vault)
        try catalogue.line("catalogue-damaged")
        let files = try catalogue.files()
        #expect(files.count == 50)
        let (lines, links) = try catalogue.catalogue.read { connection throws(SQLiteError) in
            (
                try connection.number("SELECT count(*) FROM log"),
                try connection.number("SELECT count(*) FROM links WHERE id = 'abc'")
            )
        }
        #expect(lines > 3000 && links == 1)
        withExtendedLifetime(connection) {}
    }

    @Test("that shows while it is used is put aside, and what comes meanwhile isn't lost")
    func isFoundInUse() throws {
        try fill()
        let catalogue = try TestCatalogue(over: vault, starts: false)
        try catalogue.start()
        #expect(try catalogue.files().count == 50)
        let handle = try FileHandle(forWritingTo: file)
        for page in 2..<60 {
            try handle.seek(toOffset: UInt64(page * 4096))
            try handle.write(contentsOf: Data(repeating: 0x5A, count: 4096))
        }
        try catalogue.store([77], as: "new")
        try catalogue.line("catalogue-damaged")
        try catalogue.line("catalogue-rebuilt")
        #expect(try catalogue.files().count == 51)
    }

    @Test("of a schema that nobody knows any more gives what it has")
    func isOld() throws {
        try fill()
        do {
            var connection = try SQLiteConnection(path: file.path)
            try connection.execute("PRAGMA user_version = 0")
            try connection.execute("ALTER TABLE links DROP COLUMN note")
        }
        let catalogue = try TestCatalogue(over: vault)
        #expect(try catalogue.files().allSatisfy { $0.digest != nil })
        let links = try catalogue.catalogue.read { connection throws(SQLiteError) in
            try connection.number("SELECT count(*) FROM links")
        }
        #expect(links == 1)
        #expect(
            try catalogue.catalogue.read { connection throws(SQLiteError) in try connection.log(LogQuery()) }.next
                != nil)
    }

    @Test("of a newer program is left alone")
    func isNewer() throws {
        try fill()
        do {
            var connection = try SQLiteConnection(path: file.path)
            try connection.execute("PRAGMA user_version = 1000")
        }
        let catalogue = try TestCatalogue(over: vault, starts: false)
        try catalogue.start()
        #expect(try catalogue.line("catalogue-away").contains("newer"))
        #expect(throws: CatalogueError.self) { try catalogue.catalogue.settle() }
        #expect(try aside().isEmpty)
    }

    @Test("only the two newest are kept")
    func areFew() throws {
        for _ in 0..<4 {
            try Data("no database: \(String(repeating: "x", count: 5000))".utf8).write(to: file)
            let catalogue = try TestCatalogue(over: vault)
            try catalogue.line("catalogue-damaged")
        }
        #expect(try aside().count == 2)
    }
}
