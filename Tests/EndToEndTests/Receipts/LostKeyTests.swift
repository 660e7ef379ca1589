import Foundation
import TestSupport
import Testing
import Wire

/// A storage that was used with a key for receipts, and a start that doesn't find it.
@Suite("A receipt key that isn't found")
struct LostKeyTests {
    private let site: Site
    private let key: String

    init() throws {
        site = try Site()
        key = site.scratch.path("storage/.auto-upload/receipt-key.pem")
    }

    /// - Returns: the key that the server states.
    private func serve(_ options: [String] = []) throws -> Substring {
        let server = try TestServer(site, options: options)
        let line = try server.logLine(with: " receipt-key ")
        #expect(try server.stop().status == 0)
        return try #require(line.split(separator: "=").last)
    }

    private func refused(_ options: [String] = []) throws -> String {
        let ended = try RunningProgram.run(Binaries.server, site.arguments() + options)
        #expect(ended.status == 78)
        return ended.error
    }

    private func forget() throws {
        let done = try RunningProgram.run(Binaries.server, ["forget-receipt-key", "-f", site.storage])
        #expect(done.status == 0, "\(done.error)")
    }

    @Test("a mistyped path makes no new key, and says what to do")
    func mistyped() throws {
        let first = try serve()
        let wrong = site.scratch.path("recipt-key.pem")
        let text = try refused(["--receipt-key", wrong])
        #expect(text.contains(wrong) && text.contains(first) && text.contains("forget-receipt-key"))
        #expect(!FileManager.default.fileExists(atPath: wrong))
        // As a version that left no mark would have left the storage.
        try FileManager.default.removeItem(atPath: site.scratch.path("storage/.auto-upload/receipt-key-in-use"))
        let older = try refused(["--receipt-key", wrong])
        #expect(older.contains(wrong) && older.contains(key))
        #expect(!FileManager.default.fileExists(atPath: wrong))
        #expect(try serve() == first)
    }

    @Test("a mistyped path makes no new key for a storage that was used before there were marks, wherever its key lies")
    func mistypedAfterUpgrade() throws {
        let right = site.scratch.path("right.pem")
        do {
            let server = try TestServer(site, options: ["--receipt-key", right])
            guard case .stored = try server.loggedIn().upload(sample(10), to: "a") else { throw Failure("not stored") }
            _ = try server.stop()
        }
        try FileManager.default.removeItem(atPath: site.scratch.path("storage/.auto-upload/receipt-key-in-use"))
        let wrong = site.scratch.path("rigth.pem")
        let text = try refused(["--receipt-key", wrong])
        #expect(text.contains(wrong) && text.contains("forget-receipt-key"), "\(text)")
        #expect(!FileManager.default.fileExists(atPath: wrong))
        _ = try serve(["--receipt-key", right])
        try forget()
        _ = try serve(["--receipt-key", wrong])
    }

    @Test("a folder that no server has used is left as it is")
    func unused() throws {
        try site.scratch.makeFolder("mistyped")
        let ended = try RunningProgram.run(
            Binaries.server, ["forget-receipt-key", "-f", site.scratch.path("mistyped")])
        #expect(ended.status == 78)
        #expect(try site.scratch.names(in: "mistyped").isEmpty)
    }

    @Test("a lost key is replaced when a person says so, and not before")
    func lost() throws {
        let first = try serve()
        try FileManager.default.moveItem(atPath: key, toPath: site.scratch.path("away.pem"))
        #expect(try refused().contains("put the file back"))
        #expect(!FileManager.default.fileExists(atPath: key))
        // Put back, wherever that is, it is as if nothing had been.
        #expect(try serve(["--receipt-key", site.scratch.path("away.pem")]) == first)
        try forget()
        let second = try serve()
        #expect(second != first)
        #expect(try refused(["--receipt-key", site.scratch.path("away.pem")]).contains("isn't the one"))
        #expect(try serve() == second)
    }

    @Test("a key that the one before it has signed needs nobody's leave")
    func renewed() throws {
        let first = try serve()
        let content = try site.scratch.bytes(of: "storage/.auto-upload/receipt-key.pem")
        for _ in 0..<9 {
            let renewed = try RunningProgram.run(Binaries.server, ["renew-receipt-key", "-f", site.storage])
            #expect(renewed.status == 0, "\(renewed.error)")
        }
        #expect(try serve() != first)
        // An older one from a backup isn't signed by the one that clients know by now.
        try site.scratch.write(content, to: "storage/.auto-upload/receipt-key.pem")
        #expect(try refused().contains("isn't the one"))
    }
}
