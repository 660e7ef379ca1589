import Foundation
import TestSupport
import Testing

@Suite("Files of a Session file server")
struct BlobImportTests {
    private let site: Site

    init() throws {
        site = try Site()
        // The storage folder is one that a server has used.
        #expect(try TestServer(site).stop().status == 0)
    }

    private func write(_ content: [UInt8], _ name: String, age seconds: Double = 0) throws {
        let file = try site.scratch.write(content, to: "old/\(name)")
        let time = Date().addingTimeInterval(-seconds)
        try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: file)
    }

    private func run(_ options: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(
            Binaries.server, ["import-session-files", "-f", site.storage, site.scratch.path("old")] + options)
    }

    @Test("become blobs of the same numbers, which live as long as they would have")
    func imports() throws {
        let content = sample(3_000_000)
        try write(content, "4503599627370497", age: 86_400)
        try write([1], "7", age: 20 * 86_400)
        try write([2], "8", age: 22 * 86_400)
        for name in ["name", "1.tmp"] { try write([3], name) }
        try write([], "9")
        try FileManager.default.createDirectory(atPath: site.scratch.path("old/10"), withIntermediateDirectories: true)
        let first = try run()
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output == "2 blobs added, 0 were there, 1 have expired, 4 are no blobs\n")
        #expect(try run().output == "0 blobs added, 2 were there, 1 have expired, 4 are no blobs\n")
        let blobs = try BlobServer(site, "--blobs", "numeric")
        #expect(try blobs.content(of: "4503599627370497") == content)
        let info = try blobs.curl("/file/7/info", []).object()
        let (uploaded, expires) = (info["uploaded"] as? Double ?? 0, info["expires"] as? Double ?? 0)
        #expect(abs(expires - Date().timeIntervalSince1970 - 86_400) < 600)
        #expect(abs(expires - uploaded - 21 * 86_400) < 0.01)
        #expect(try blobs.content(of: "8") == nil)
        // A server has the folder.
        let refused = try run()
        #expect(refused.status == 75 && refused.error.contains("end it first"))
    }

    @Test(
        "come out of its database, too, into the storage folder or another database, and end when they would have",
        .enabled(if: PostgresServer.isInstalled, Comment(rawValue: PostgresServer.reason)), arguments: [false, true])
    func database(_ intoDatabase: Bool) throws {
        let server = try PostgresServer.shared.get()
        let old = try server.makeDatabase()
        _ = try server.ask(
            old,
            """
            CREATE TABLE files (id varchar(44) PRIMARY KEY, data bytea NOT NULL, uploaded timestamptz NOT NULL DEFAULT now(),
                expiry timestamptz NOT NULL DEFAULT now() + interval '14 days', CHECK (id ~ '^[a-zA-Z0-9_-]+$'));
            ALTER TABLE files ALTER COLUMN data SET STORAGE EXTERNAL;
            INSERT INTO files (id, data) VALUES ('4503599627370497', decode(repeat('00ff', 1000000), 'hex')), ('7', '\\x01');
            INSERT INTO files (id, data) VALUES ('tKO2VVg1JPHwgZuvqK_7bDHJeSr4UJ_8i13ETlwAn0jB', 'hello'), ('8', '');
            INSERT INTO files (id, data, expiry) VALUES ('9', '\\x02', now() - interval '1 second')
            """)
        let options = intoDatabase ? ["--database", try server.makeDatabase()] : []
        func run() throws -> RunningProgram.Outcome {
            try RunningProgram.run(Binaries.server, ["import-session-files", "-f", site.storage, old] + options)
        }
        let first = try run()
        #expect(first.status == 0, "\(first.error)")
        #expect(first.output == "3 blobs added, 0 were there, 1 have expired, 1 are no blobs\n")
        #expect(try run().output == "0 blobs added, 3 were there, 1 have expired, 1 are no blobs\n")
        let blobs = try BlobServer(site, ["--blobs", "hash"] + options)
        let large = Array(repeating: [0, 255] as [UInt8], count: 1_000_000).flatMap(\.self)
        #expect(try blobs.content(of: "4503599627370497") == large)
        #expect(try blobs.content(of: "tKO2VVg1JPHwgZuvqK_7bDHJeSr4UJ_8i13ETlwAn0jB") == Array("hello".utf8))
        let info = try blobs.curl("/file/7/info", []).object()
        let (uploaded, expires) = (info["uploaded"] as? Double ?? 0, info["expires"] as? Double ?? 0)
        #expect(abs(expires - uploaded - 14 * 86_400) < 0.01)
        #expect(try blobs.content(of: "9") == nil)
        #expect(try server.ask(old, "SELECT count(*) FROM files") == "5\n")
    }

    @Test("aren't taken where there is no storage, or no such folder")
    func refuses() throws {
        try write([1], "7")
        #expect(try run("--blob-expiry", "soon").status == 64)
        let nowhere = try RunningProgram.run(
            Binaries.server, ["import-session-files", "-f", site.scratch.path("old"), site.scratch.path("old")])
        #expect(nowhere.status == 66)
        let none = try RunningProgram.run(
            Binaries.server, ["import-session-files", "-f", site.storage, site.scratch.path("none")])
        #expect(none.status == 66)
    }
}
