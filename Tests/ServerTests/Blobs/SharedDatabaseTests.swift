import Platform
import PostgreSQL
import Synchronization
import TestSupport
import Testing

@testable import Blobs

@Suite(
    "Blobs of two servers with one database",
    .enabled(if: PostgresServer.isInstalled, Comment(rawValue: PostgresServer.reason)))
struct SharedDatabaseTests {
    private let address: String

    init() throws {
        address = try PostgresServer.shared.get().makeDatabase()
    }

    private func ask(_ statement: String) throws -> String { try PostgresServer.shared.get().ask(address, statement) }

    @Test("what one keeps, the other answers, makes live longer, and removes")
    func share() throws {
        let (one, two) = (try TestBlobs(.database, at: address), try TestBlobs(.database, at: address))
        let (here, there) = (try one.open { $0.naming = .hash }, try two.open { $0.naming = .hash })
        let content = [UInt8](repeating: 7, count: 300_000)
        let id = try here.keep(content)
        #expect(try there.content(of: id) == content)
        var row = try here.find(id)
        row.uploaded -= 1000
        try here.set(row)
        #expect(try there.keep(content) == id)
        #expect(try here.find(id).uploaded > row.uploaded)
        #expect(try there.removeExpired(by: here.find(id).expiry) == 1)
        #expect(throws: BlobTrouble.missing) { try here.find(id) }
        #expect(try here.removeExpired(by: .max / 2) == 0)
    }

    @Test("of the same content that comes to both at once there is one")
    func sameContent() throws {
        let shelves = try (0..<2).map { _ in try TestBlobs(.database, at: address) }.map { blobs in
            (blobs, try blobs.open { $0.naming = .hash })
        }
        let ids = try inParallel(8) { thread in
            (0..<20).map { try? shelves[thread % 2].1.keep([UInt8($0)]).text }
        }.joined()
        let names = Set(try ids.map { try #require($0) })
        #expect(names.count == 20)
        #expect(try Set(shelves[0].0.names()) == names)
        for number in 0..<20 {
            let id = try #require(BlobID(Array(ids)[number] ?? ""))
            #expect(try shelves[1].1.content(of: id) == [UInt8(number)])
        }
    }

    @Test("numbers that both draw belong to one of them each", arguments: [TestBlobs.Store.database, .rowsAlone])
    func sameNumbers(_ store: TestBlobs.Store) throws {
        let (one, two) = (try TestBlobs(store, at: address), try TestBlobs(store, at: address))
        let counters = [Counting(), Counting()]
        let shelves = [
            try one.open({ _ in }, drawing: { counters[0].next() }),
            try two.open({ _ in }, drawing: { counters[1].next() }),
        ]
        let ids = try inParallel(2) { server in (0..<20).map { try? shelves[server].keep([UInt8(server), UInt8($0)]) } }
        let all = try ids.joined().map { try #require($0) }
        #expect(Set(all).count == 40)
        for (server, ids) in ids.enumerated() {
            for (number, id) in ids.enumerated() {
                #expect(try shelves[server].content(of: try #require(id)) == [UInt8(server), UInt8(number)])
            }
        }
        if store == .rowsAlone { #expect(try one.files().count == 20 && two.files().count == 20) }
    }

    /// Draws 0, 1, 2, …
    private final class Counting: Sendable {
        private let number = Atomic<UInt64>(0)
        func next() -> UInt64 { number.add(1, ordering: .relaxed).oldValue }
    }

    @Test("a large one is its own server's, until the other gets it, too; no sweep takes what isn't its own")
    func large() throws {
        let (one, two) = (try TestBlobs(.rowsAlone, at: address), try TestBlobs(.rowsAlone, at: address))
        let (here, there) = (try one.open { $0.naming = .hash }, try two.open { $0.naming = .hash })
        let id = try here.keep([1])
        #expect(throws: BlobTrouble.away) { try there.content(of: id) }
        let expiry = try here.find(id).expiry
        #expect(try there.removeExpired(by: expiry) == 0)
        try there.removeStrays()
        try here.removeStrays()
        #expect(try here.content(of: id) == [1])
        // It comes to the other server.
        #expect(try there.keep([1]) == id)
        #expect(try there.content(of: id) == [1])
        try here.removeStrays()
        #expect(try one.files() == [])
        #expect(try there.content(of: id) == [1])
        // Of a server that is gone the rows go a day later.
        #expect(try here.removeExpired(by: there.find(id).expiry + 86_400_000) == 1)
        #expect(try here.rows.warning(for: here.rules)?.contains("another server") == true)
    }

    @Test("one that is swept while it comes again is there, or kept anew")
    func sweptWhileItComes() throws {
        let (one, two) = (try TestBlobs(.database, at: address), try TestBlobs(.database, at: address))
        let (here, there) = (try one.open { $0.naming = .hash }, try two.open { $0.naming = .hash })
        for number in 0..<30 {
            let content = [UInt8(number)]
            var row = try here.find(here.keep(content))
            row.expiry = 1
            try here.set(row)
            let kept = try inParallel(2) { thread -> BlobID? in
                if thread == 0 { return try? here.keep(content) }
                _ = try? there.removeExpired()
                return nil
            }
            #expect(try there.content(of: try #require(kept[0])) == content)
        }
    }

    @Test("files that were there before come along to a database, and back")
    func moves() throws {
        let embedded = try TestBlobs()
        let ids = try (0..<5).map { try embedded.open().keep([$0]) }
        let other = TestBlobs(embedded, at: address)
        let shelf = try other.open()
        try shelf.removeStrays()
        for (number, id) in ids.enumerated() { #expect(try shelf.content(of: id) == [UInt8(number)]) }
        let later = try shelf.keep([9])
        // Back, once more there, and to the database again.
        let back = try embedded.open()
        try back.removeStrays()
        for id in ids + [later] { #expect(try back.content(of: id).count == 1) }
        let last = try back.keep([10])
        let again = try other.open()
        try again.removeStrays()
        for id in ids + [later, last] { #expect(try again.content(of: id).count == 1) }
    }

    @Test("what a database commits is flushed, also where that was turned off for it")
    func flushes() throws {
        let name = try ask("SELECT current_database()").split(separator: "\n").first ?? ""
        _ = try ask("ALTER DATABASE \(name) SET synchronous_commit = off")
        let blobs = try TestBlobs(.database, at: address)
        let connection = try #require(try blobs.database).connect()
        #expect(try connection.query("SHOW synchronous_commit").text(0, 0) == "on")
    }

    @Test("tables of a later version are refused, in words, and left alone")
    func laterVersion() throws {
        let before = try TestBlobs(.database, at: address)
        try before.open().keep([1])
        _ = try ask("UPDATE auto_upload.version SET version = 7")
        let blobs = try TestBlobs(.database, at: address)
        do {
            _ = try blobs.open()
            Issue.record("opened")
        } catch let error as BlobShelfError {
            #expect("\(error)".contains("is of version 7, and this program knows 1: start a newer one"))
            #expect(!error.isPassing && !error.meansDamage)
        }
        #expect(try ask("SELECT count(*) FROM auto_upload.blobs") == "1\n")
    }

    @Test("servers that begin at the same moment make the tables once")
    func together() throws {
        let blobs = try (0..<6).map { _ in try TestBlobs(.database, at: address) }
        let troubles = try inParallel(6) { number -> String? in
            do {
                _ = try blobs[number].open()
                return nil
            } catch {
                return "\(error)"
            }
        }
        #expect(troubles == Array(repeating: nil, count: 6))
    }

    @Test("a table that is made need not be made by the server's user")
    func given() throws {
        let server = try PostgresServer.shared.get()
        let before = try TestBlobs(.database, at: address)
        _ = try before.open()
        // The role is the cluster's: it may be there.
        _ = try? server.ask(address, "CREATE ROLE modest LOGIN")
        _ = try server.ask(
            address,
            """
            GRANT USAGE ON SCHEMA auto_upload TO modest;
            GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA auto_upload TO modest
            """)
        let blobs = try TestBlobs(.database, at: address.replacing("blobs@", with: "modest@"))
        let shelf = try blobs.open()
        #expect(try shelf.content(of: shelf.keep([1])) == [1])
    }
}
