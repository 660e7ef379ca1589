import Foundation
import TestSupport
import Testing

/// A watched folder that is seen through FUSE, as cards and network folders may be: no lease tells there who else has a file.
@Suite(
    "A watched folder that is seen through FUSE", .enabled(if: bindfsWorks, "this needs root, namespaces and bindfs"))
struct ForeignFolderTests {
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    /// Makes a pass over a view of another folder. The program that gives the view ends with the pass: it is in a process
    /// namespace whose first process is the client.
    private func pass(over folder: String, _ options: String...) throws -> RunningProgram.Outcome {
        // Without hiding what is removed while it is open: the end of the pass is too sudden for that to be tidied up.
        let view = "bindfs -o nonempty,hard_remove,attr_timeout=0,entry_timeout=0 '\(folder)' '\(client.card)'"
        return try client.pass(unsharing: "-mpf", after: view, options)
    }

    @Test("what was uploaded stays, and a person is told so at the start and of each file")
    func keeps() throws {
        let behind = try client.scratch.makeFolder("behind")
        try client.scratch.write("a recording", to: "behind/clip.mp4")
        let ended = try pass(over: behind, "-d", "y")
        #expect(ended.status == 75, "\(ended.error)")
        #expect(ended.error.contains(" can't-wipe reason=\"on this file system (fuse)"), "\(ended.error)")
        #expect(ended.error.contains(" confirmed path=clip.mp4 "))
        #expect(ended.error.contains(" kept path=clip.mp4 "))
        #expect(try Tree.paths(of: behind) == ["clip.mp4"])
    }

    @Test("what was uploaded is wiped where a person says so, after the server was asked once more")
    func wipes() throws {
        let behind = try client.scratch.makeFolder("behind")
        try client.scratch.write("a recording", to: "behind/clip.mp4")
        let ended = try pass(over: behind, "-d", "y", "--wipe-unknown")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains(" wiped path=clip.mp4"), "\(ended.error)")
        #expect(try server.site.stored().keys.sorted() == ["clip.mp4"])
        #expect(try Tree.paths(of: behind).isEmpty)
        // Once for the file, once before the wipe; the first is no query here, as it was new.
        #expect(server.logLines.filter { $0.contains(" present ") }.count == 1, "\(server.log)")
    }

    /// Neither marker nor file tag tells: the file has another number there.
    @Test("a view of a folder within the server's storage never costs the only copy")
    func servesItself() throws {
        try client.record(Array("a recording".utf8), as: "trip/clip.mp4")
        #expect(try client.pass().status == 0)
        let before = try server.site.stored()
        let folder = server.site.storage + "/camera/trip"
        let ended = try pass(over: folder, "-d", "y", "--wipe-unknown", "--prefix", "trip")
        #expect(ended.error.contains(" kept path=clip.mp4 "), "\(ended.error)")
        #expect(ended.error.contains("seems to show the server's own storage"), "\(ended.error)")
        let after = try server.site.stored()
        #expect(after == before, "\(after)\n\(ended.error)\n\(server.log)")
    }
}

private let bindfsWorks: Bool = {
    let tried = try? RunningProgram.run(
        "/usr/bin/env",
        [
            "unshare", "-mpf", "sh", "-c", "mkdir -p \"$0\" && bindfs \"$0\" \"$0\"",
            NSTemporaryDirectory() + "auto-upload-bindfs",
        ])
    return tried?.status == 0
}()
