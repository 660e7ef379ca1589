import Foundation
import Platform
import SQLite
import Testing

@testable import AutoUploadClient

@Suite("A damaged state")
struct DamagedStateTests {
    private let recordings: RecordingsFolder

    init() throws {
        recordings = try RecordingsFolder()
    }

    private var database: URL { URL(fileURLWithPath: recordings.statePath + "/state.sqlite") }

    private func names() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: recordings.statePath).sorted()
    }

    @Test("is moved aside, each time to a name of its own, and begun anew")
    func isMovedAside() throws {
        for round in 1...3 {
            try recordings.openState().record(try confirmation(.of("a")))
            try Data("no database, but longer than its header: \(String(repeating: "x", count: 200))".utf8)
                .write(to: database)
            let state = try recordings.openState()
            #expect(try state.confirmation(of: .of("a")) == nil)
            #expect(try names().filter { $0.contains("damaged") && !$0.contains("-journal") }.count == round)
        }
        let kept = try Data(contentsOf: database.deletingLastPathComponent().appending(path: "state.sqlite.damaged-2"))
        #expect(kept.starts(with: Data("no database".utf8)))
    }

    @Test("is found by its structure too", arguments: [100, 4096, 2 * 4096])
    func isChecked(_ offset: Int) throws {
        do {
            let state = try recordings.openState()
            for number in 0..<200 { try state.record(try confirmation(.of("\(number)"))) }
        }
        var bytes = try Data(contentsOf: database)
        try #require(bytes.count > offset + 2000)
        bytes.replaceSubrange(offset..<(offset + 2000), with: Data(repeating: 0x5a, count: 2000))
        try bytes.write(to: database)
        let state = try recordings.openState()
        #expect(try names().contains("state.sqlite.damaged-1"))
        #expect(try state.confirmation(of: .of("3")) == nil)
        try state.record(try confirmation(.of("a")))
    }

    @Test("is one that is cut short, but not an empty file")
    func isCutShort() throws {
        do {
            let state = try recordings.openState()
            for number in 0..<200 { try state.record(try confirmation(.of("\(number)"))) }
        }
        let bytes = try Data(contentsOf: database)
        try bytes.prefix(bytes.count / 2).write(to: database)
        _ = try recordings.openState()
        #expect(try names().contains("state.sqlite.damaged-1"))
        try Data().write(to: database)
        _ = try recordings.openState()
        #expect(try !names().contains("state.sqlite.damaged-2"))
    }

    @Test("is a database that isn't ours")
    func isForeign() throws {
        try FileManager.default.createDirectory(atPath: recordings.statePath, withIntermediateDirectories: true)
        var foreign = try SQLiteConnection(path: database.path)
        try foreign.execute("CREATE TABLE photos (name TEXT)")
        _ = try recordings.openState()
        #expect(try names().contains("state.sqlite.damaged-1"))
    }

    @Test("isn't one of a newer version: that is refused, and stays")
    func isNotNewer() throws {
        _ = try recordings.openState()
        do {
            var connection = try SQLiteConnection(path: database.path)
            try connection.execute("PRAGMA user_version = \(StateSchema.version + 1)")
        }
        let error = #expect(throws: StateError.self) { try recordings.openState() }
        #expect(error?.exitCode == .configuration)
        #expect(try !names().contains("state.sqlite.damaged-1"))
    }

    @Test("isn't a folder that can't be made")
    func isNotWrongPlace() throws {
        try recordings.write("x", to: "file")
        #expect(throws: StateError.self) { try ClientState.open(folder: recordings.path("file/state")) }
        #expect(throws: StateError.self) { try ClientState.open(folder: recordings.path("file")) }
    }

    @Test("a row that can't be understood is no row")
    func ignoresBadRows() throws {
        let state = try recordings.openState()
        let record = try wipe(.of("a"))
        try state.record(try confirmation(.of("a")))
        try state.beginWipe(record)
        var connection = try SQLiteConnection(path: database.path)
        try connection.execute("UPDATE confirmations SET digest = x'00'")
        try connection.execute("UPDATE wipes SET path = x'612f2f62'")
        #expect(try state.confirmation(of: .of("a")) == nil)
        #expect(try state.wipeRecord(record.id) == nil)
        #expect(try state.wipeRecords().isEmpty)
    }
}
