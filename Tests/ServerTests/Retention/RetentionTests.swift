import CommandLine
import Domain
import Platform
import SQLite
import TestSupport
import Testing

@testable import AutoUploadServer
@testable import Catalogue
@testable import Connections
@testable import Storage

/// What is deleted by itself, and what never is.
@Suite struct RetentionTests {
    private let server: TestServer
    private let storehouse: Storehouse
    private let own: Directory
    private static let day: Int64 = 86_400
    /// After the files were made, whose own times count as well.
    private let now = currentUnixTime() + 60

    /// With four files of 100 bytes: they were stored now, and one, two and thirty-five days from now.
    init() throws {
        server = try TestServer()
        let folder = server.scratch.path("storage")
        let root = try Directory.open(path: folder)
        own = try root.openFolder(StoragePlace.ownFolder)
        storehouse = Storehouse(server.services, path: folder) { _ throws(ProgramError) in
            throw ProgramError("no other", exitCode: .configuration)
        }
        for (name, _) in Self.files {
            try server.scratch.write([UInt8].content(3, count: 100), to: "storage/camera/\(name)")
        }
        let place = CataloguePlace(folder: folder, own: own, files: StoredFiles(below: root))
        try server.services.catalogue.start(at: place)
        try server.services.catalogue.awaitRebuilding(within: 120)
        for (name, days) in Self.files { try index(name, storedAt: now + days * Self.day) }
    }

    private static let files: KeyValuePairs<String, Int64> = ["a": 0, "b": 1, "c": 2, "young": 35]

    private func index(_ name: String, storedAt time: Int64) throws {
        let values: [SQLiteValue] = [.integer(time), .blob(Array(name.utf8))]
        try server.services.catalogue.change { connection throws(SQLiteError) in
            try connection.execute("UPDATE files SET stored = ? WHERE name = ?", values)
        }
    }

    private func retention(days: Int = 0, most: UInt64? = nil, floor: Int = 7) throws -> Retention {
        Retention(storehouse, try #require(RetentionRules(days: days, most: most, floorDays: floor)))
    }

    private var left: [String] {
        get throws { try server.scratch.names(in: "storage/camera").filter { !$0.hasPrefix(".") }.sorted() }
    }

    private var cleared: [String] { server.lines.filter { $0.contains("cleared of=") } }

    @Test("what is older than it may be goes to the trash, and the log and the catalogue tell")
    func age() throws {
        let retention = try retention(days: 30)
        retention.look(now: now + 29 * Self.day)
        #expect(try left == ["a", "b", "c", "young"])
        // By a day more than the look before.
        retention.look(now: now + 31 * Self.day)
        #expect(try left == ["b", "c", "young"] && cleared.count == 1)
        retention.look(now: now + 32 * Self.day)
        retention.look(now: now + 33 * Self.day)
        #expect(try left == ["young"])
        let batches = try server.services.vault.trashBatches()
        #expect(batches.count == 3)
        try server.services.catalogue.settle()
        let names = try server.services.catalogue.read { connection throws(SQLiteError) in
            try connection.files(FileQuery(.everything)).files.map(\.path.description)
        }
        #expect(names == ["young"])
        #expect(cleared.allSatisfy { $0.contains("of=camera") && $0.contains("reason=age") }, "\(server.lines)")
    }

    @Test("of who has too much the oldest goes, but nothing that is younger than the floor, be it ever so much")
    func size() throws {
        try retention(most: 250).look(now: now + 6 * Self.day)
        #expect(try left == ["a", "b", "c", "young"])
        try own.remove(ClearingClock.Pace.retention.name)
        try retention(most: 250).look(now: now + 8 * Self.day)
        #expect(try left == ["c", "young"] && cleared.allSatisfy { $0.contains("reason=size") })
        try own.remove(ClearingClock.Pace.retention.name)
        try retention(most: 1).look(now: now + 10 * Self.day)
        #expect(try left == ["young"])
    }

    @Test("a clock that jumps makes nothing old, and is told of once")
    func clock() throws {
        let retention = try retention(days: 30)
        retention.look(now: now)
        for _ in 0..<3 { retention.look(now: now + 3650 * Self.day) }
        #expect(try left == ["a", "b", "c", "young"])
        #expect(server.lines.count { $0.contains("nothing is cleared: the clock is more than 30 days after") } == 1)
    }

    @Test("where the catalogue isn't sure, or can't be used, nothing goes")
    func uncertain() throws {
        let retention = try retention(days: 30)
        let later = now + 40 * Self.day
        server.services.catalogue.state.change { $0.isRebuilding = true }
        retention.look(now: later)
        server.services.catalogue.state.change { $0.isRebuilding = false }
        server.services.catalogue.state.change { ($0.isOpen, $0.trouble) = (false, "damaged") }
        retention.look(now: later)
        server.services.catalogue.state.change { ($0.isOpen, $0.trouble) = (true, nil) }
        #expect(try left == ["a", "b", "c", "young"])
        #expect(server.lines.count { $0.contains("nothing is cleared: the catalogue") } == 2)
    }

    @Test(
        "what is in the folder otherwise than the catalogue has it stays, and so does what was touched later, or has no time"
    )
    func differing() throws {
        try server.scratch.write([UInt8].content(3, count: 101), to: "storage/camera/a")
        try server.scratch.remove("storage/camera/b")
        try index("c", storedAt: 1)
        let young = try #require(RetentionRules(days: 1, floorDays: 0))
        // By the catalogue it is old; in the folder it is of now, as what was had back from the trash.
        try index("young", storedAt: now - 100 * Self.day)
        Retention(storehouse, young).look(now: now)
        #expect(try left == ["a", "c", "young"])
        try own.remove(ClearingClock.Pace.retention.name)
        Retention(storehouse, young).look(now: now + 10 * Self.day)
        #expect(try left == ["a", "c"])
    }

    @Test("rules that contradict each other aren't taken")
    func rules() throws {
        func parse(_ words: [String]) throws -> RetentionRules? {
            let files = ["-p", "u", "-c", "c", "-k", "k", "-f", "f"]
            guard case .run(let parsed) = try ServerOptions.parser.parse(ArgumentVector(["server"] + words + files))
            else {
                return nil
            }
            return try RetentionRules(parsed)
        }
        #expect(try parse([]) == nil)
        #expect(try parse(["--keep-days", "30"]) == RetentionRules(days: 30, floorDays: 7))
        #expect(
            try parse(["--keep-size", "1G", "--keep-at-least", "2"]) == RetentionRules(most: 1 << 30, floorDays: 2))
        #expect(throws: ProgramError.self) { try parse(["--keep-days", "3"]) }
    }
}
