import Foundation
import Platform
import SQLite
import TestSupport
import Testing
import Wire

/// Whatever befalls the catalogue, uploads go on, and it comes back by itself.
@Suite("What befalls the catalogue")
struct CatalogueLifeTests {
    private func upload(_ names: String..., to server: TestServer) throws {
        let client = try server.loggedIn()
        for name in names {
            guard case .stored = try client.upload(sample(3000, seed: name.utf8.count), to: name) else {
                throw Failure("\(name) isn't stored")
            }
        }
    }

    @Test("killed with its server, it finds what came meanwhile, and keeps what it knew")
    func killed() throws {
        let site = try Site()
        let server = try TestServer(site)
        try upload("a", "folder/bb", to: server)
        try site.expectListed()
        try server.kill()
        try site.scratch.write("by hand", to: "storage/\(Fixtures.user)/hand")
        let next = try TestServer(site)
        _ = try next.logLine(with: " catalogue-rebuilt ")
        try upload("ccc", to: next)
        try site.expectListed(except: ["hand"])
    }

    @Test("ended in good order it isn't compared with the folder again")
    func ended() throws {
        let site = try Site()
        let server = try TestServer(site)
        _ = try server.logLine(with: " catalogue-rebuilt ")
        try upload("a", to: server)
        #expect(try server.stop().status == 0)
        let next = try TestServer(site)
        try upload("bb", to: next)
        try site.expectListed()
        #expect(!next.log.contains("catalogue-rebuilt"))
    }

    @Test("removed while the server runs, it is made anew")
    func removed() throws {
        let server = try TestServer()
        try upload("a", to: server)
        try server.site.expectListed()
        for companion in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: server.site.catalogueFile + companion)
        }
        try upload("bb", to: server)
        _ = try server.logLine(with: " catalogue-gone ")
        let listed = try eventually { try Set(server.site.listed().keys) == ["a", "bb"] }
        #expect(listed)
    }

    @Test("written over while the server runs, it goes on, or is put aside and made anew")
    func corrupted() throws {
        let server = try TestServer()
        try upload("a", to: server)
        try server.site.expectListed()
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: server.site.catalogueFile))
        try file.write(contentsOf: Data(repeating: 0x5A, count: 400_000))
        try upload("bb", to: server)
        let listed = try eventually { try Set(server.site.listed().keys) == ["a", "bb"] }
        #expect(listed, "\(server.log)")
    }

    @Test("written over while no server runs, it is put aside, and made anew")
    func corruptedBefore() throws {
        let site = try Site()
        let server = try TestServer(site)
        try upload("a", to: server)
        try server.kill()
        // The write-ahead log may hold all pages, and bring them back.
        for companion in ["-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: site.catalogueFile + companion)
        }
        try Data(repeating: 0x5A, count: 100_000).write(to: URL(fileURLWithPath: site.catalogueFile))
        let next = try TestServer(site)
        try upload("bb", to: next)
        _ = try next.logLine(with: " catalogue-damaged ")
        let listed = try eventually { try Set(site.listed().keys) == ["a", "bb"] }
        #expect(listed)
    }

    @Test("of a schema that no server knows any more, it gives up what it has")
    func old() throws {
        let site = try Site()
        let server = try TestServer(site)
        try upload("a", to: server)
        try site.expectListed()
        #expect(try site.command("links", "make", "a", "--of", Fixtures.user).status == 0)
        #expect(try server.stop().status == 0)
        do {
            var connection = try SQLiteConnection(path: site.catalogueFile)
            try connection.execute("PRAGMA user_version = 0")
            try connection.execute("ALTER TABLE links DROP COLUMN note")
        }
        let next = try TestServer(site)
        try upload("bb", to: next)
        try site.expectListed()
        #expect(try site.command("links", "list").output.split(separator: "\n").count == 1)
        #expect(try site.command("log", "list", "--action", "upload").output.split(separator: "\n").count == 2)
    }

    @Test("locked by another program, it is written once it is let go of")
    func locked() throws {
        let server = try TestServer()
        _ = try server.logLine(with: " catalogue-rebuilt ")
        var connection = try SQLiteConnection(path: server.site.catalogueFile)
        try connection.execute("BEGIN EXCLUSIVE")
        try upload("a", "bb", to: server)
        _ = try server.logLine(with: " catalogue-away ")
        try upload("ccc", to: server)
        try connection.execute("COMMIT")
        _ = try server.logLine(with: " catalogue-back ")
        try server.site.expectListed()
    }

    @Test("locked when the server starts, it is opened once it is let go of")
    func lockedBefore() throws {
        let site = try Site()
        let server = try TestServer(site)
        try upload("a", to: server)
        try site.expectListed()
        #expect(try server.stop().status == 0)
        var connection = try SQLiteConnection(path: site.catalogueFile)
        try connection.execute("BEGIN EXCLUSIVE")
        let next = try TestServer(site)
        try upload("bb", to: next)
        _ = try next.logLine(with: " catalogue-away ")
        try connection.execute("COMMIT")
        try site.expectListed()
    }

    @Test("on a full disk, it is written once there is room", .enabled(if: SmallDisk.isPossible, SmallDisk.reason))
    func fullDisk() async throws {
        try await onThread {
            let disk = try SmallDisk(mebibytes: 24)
            let server = try TestServer(disk.site, after: disk.mounting)
            _ = try server.logLine(with: " catalogue-rebuilt ")
            let root = "/proc/\(server.program.processID)/root\(disk.site.storage)"
            try upload("a", to: server)
            #expect(try eventually { try Set(server.site.listed(as: server).keys) == ["a"] })
            #expect(throws: (any Error).self) { try Self.fill(root + "/filler") }
            let client = try server.loggedIn()
            for number in 0..<200 {
                guard case .refused = try client.upload(sample(100_000, seed: number), to: "no-\(number)") else {
                    throw Failure("not refused")
                }
            }
            try FileManager.default.removeItem(atPath: root + "/filler")
            try upload("bb", to: server)
            #expect(try eventually { try Set(server.site.listed(as: server).keys) == ["a", "bb"] })
            #expect(try server.stop().status == 0)
        }
    }

    @Test(
        "on a btrfs it needs no file that is mapped into memory: where that is full, such a one would end the process",
        .enabled(if: VolumeDisk.Kind.subvolume.isPossible, VolumeDisk.reason))
    func fullBtrfs() async throws {
        try await onThread {
            let disk = try VolumeDisk(.subvolume)
            let server = try TestServer(disk.site, after: disk.mounting)
            _ = try server.logLine(with: " catalogue-rebuilt ")
            let root = disk.root(of: server)
            try upload("a", to: server)
            #expect(try eventually { try Set(server.site.listed(as: server).keys) == ["a"] })
            let companions = try FileManager.default.contentsOfDirectory(atPath: root + "/.auto-upload")
            #expect(!companions.contains("catalogue.sqlite-shm") && !companions.contains("catalogue.sqlite-wal"))
            #expect(throws: (any Error).self) { try Self.fill(root + "/filler") }
            let client = try server.loggedIn()
            for number in 0..<50 { _ = try client.upload(sample(100_000, seed: number), to: "n-\(number)") }
            try FileManager.default.removeItem(atPath: root + "/filler")
            let isStored = try eventually {
                if case .stored = try client.upload(sample(3000), to: "bb") { true } else { false }
            }
            #expect(isStored)
            #expect(try eventually { try server.site.listed(as: server)["bb"] != nil })
            #expect(try server.stop().status == 0)
        }
    }

    /// Until nothing more can be written.
    private static func fill(_ path: String) throws {
        #expect(FileManager.default.createFile(atPath: path, contents: nil))
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        for size in [1 << 20, 4096, 1] {
            while (try? file.write(contentsOf: Data(repeating: 1, count: size))) != nil {}
        }
        throw Failure("full")
    }
}
