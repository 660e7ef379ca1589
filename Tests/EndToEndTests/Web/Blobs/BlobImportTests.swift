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
        #expect(first.output == "2 blobs added, 0 were there, 1 have expired, 4 files are no blobs\n")
        #expect(try run().output == "0 blobs added, 2 were there, 1 have expired, 4 files are no blobs\n")
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
