import Foundation
import Platform
import SQLite
import TestSupport
import Testing

@Suite("Blobs after crashes and damage")
struct BlobDurabilityTests {
    @Test("what was answered is there after a kill, and nothing else", arguments: ["numeric", "hash"])
    func kill(_ naming: String) throws {
        let site = try Site()
        var answered: [String: [UInt8]] = [:]
        for round in 0..<3 {
            let blobs = try BlobServer(site, "--blobs", naming)
            let server = blobs.server
            // Each on a connection of its own, and the server dies while they come.
            let kept = Monitor<[String: [UInt8]]>([:])
            let results = Monitor(0)
            for thread in 0..<4 {
                try Thread.detach {
                    for number in 0..<100 {
                        let seed: Int = 10_000 * round + 1000 * thread + number
                        let content = sample(20_000, seed: seed)
                        guard let id = try? blobs.keep(content) else { break }
                        kept.change { $0[id] = content }
                    }
                    results.change { $0 += 1 }
                }
            }
            _ = kept.wait(before: .after(seconds: 120)) { $0.count >= 20 + 5 * round ? () : nil }
            try server.kill()
            _ = results.wait(before: .after(seconds: 120)) { $0 == 4 ? () : nil }
            answered.merge(kept.withLock { $0 }) { $1 }
        }
        let blobs = try BlobServer(site, "--blobs", naming)
        #expect(answered.count >= 60)
        for (id, content) in answered { #expect(try blobs.content(of: id) == content, "\(id)") }
        // A row for each file and a file for each row: those that were kept, though nobody was told, included.
        let hasSettled = try eventually { try Set(site.blobFiles()) == site.blobRows() }
        #expect(hasSettled)
        #expect(try site.blobRows().isSuperset(of: answered.keys))
        #expect(try site.scratch.names(in: "\(Site.blobs)/incoming") == [])
    }

    @Test("a database that can't be used stops no device's uploads, and blobs are back once it can")
    func brokenDatabase() throws {
        let site = try Site()
        // A folder in the place of the database.
        _ = try site.scratch.makeFolder("\(Site.blobs)/rows.sqlite/x")
        let server = try TestServer(site, options: ["--blobs", "hash"])
        _ = try server.logLine(with: " blobs-away ")
        let curl = try Curl(server)
        let refused = try curl("/file", ["-d", "hello"])
        #expect(try refused.isError(503) && refused.fields["retry-after"] != nil)
        #expect(try curl("/file/1", []).isError(503))
        try server.expectServing()
        try FileManager.default.removeItem(atPath: site.scratch.path("\(Site.blobs)/rows.sqlite"))
        _ = try server.logLine(with: " blobs-back ")
        #expect(try curl("/file", ["-d", "hello"]).status == 200)
    }

    @Test("a damaged database is made anew from the files, whatever of it is damaged")
    func damage() throws {
        let site = try Site()
        let blobs = try BlobServer(site, "--blobs", "numeric")
        let ids = try (0..<20).map { try blobs.keep([$0]) }
        #expect(try blobs.server.stop().status == 0)
        for name in try site.scratch.names(in: Site.blobs) where name.hasPrefix("rows.sqlite-") {
            try FileManager.default.removeItem(atPath: site.scratch.path("\(Site.blobs)/\(name)"))
        }
        try site.scratch.write(sample(10_000), to: "\(Site.blobs)/rows.sqlite")
        let again = try BlobServer(site, "--blobs", "numeric")
        _ = try again.server.logLine(with: " blobs-damaged ")
        for (number, id) in ids.enumerated() { #expect(try again.content(of: id) == [UInt8(number)]) }
        try again.server.expectServing()
        #expect(try site.scratch.names(in: Site.blobs).contains("rows.sqlite.broken"))
    }

    @Test("an upload that breaks off leaves nothing")
    func broken() throws {
        let blobs = try BlobServer(nil, "--blobs", "hash")
        let client = try WebClient(blobs.server)
        try client.begin("POST", "/file", [], length: 1000)
        try client.send(sample(500))
        let isComing = try eventually { try blobs.server.site.scratch.names(in: "\(Site.blobs)/incoming").count == 1 }
        #expect(isComing)
        client.cut()
        let isGone = try eventually { try blobs.server.site.scratch.names(in: "\(Site.blobs)/incoming") == [] }
        #expect(isGone)
        #expect(try blobs.server.site.blobFiles() == [])
    }
}

extension Site {
    /// Names that the database knows.
    fileprivate func blobRows() throws -> Set<String> {
        var connection = try SQLiteConnection(path: scratch.path("\(Site.blobs)/rows.sqlite"), makes: false)
        connection.setBusyTimeout(milliseconds: 60_000)
        return Set(try connection.query("SELECT id FROM blobs") { $0.text(0) })
    }
}
