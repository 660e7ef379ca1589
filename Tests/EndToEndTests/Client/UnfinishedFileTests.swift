import Foundation
import Platform
import TestSupport
import Testing

/// What others haven't finished, by its name or by its look, and what is left out.
@Suite("Unfinished files")
struct UnfinishedFileTests {
    @Test("a transfer that gives its files their names only at its end gets all of them through")
    func delayedNames() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let names = (0..<4).map { "clip-\($0).mp4" }
        // As rsync --delay-updates does: whole and closed, but not under their names yet.
        for (number, name) in names.enumerated() {
            try client.record(sample(1000, seed: number), as: ".~tmp~/\(name)")
        }
        try client.record(sample(500, seed: 9), as: "other.mp4")
        let daemon = try client.start("-d", "y")
        #expect(try eventually { daemon.text(.error).contains("wiped path=other.mp4") })
        #expect(try eventually { daemon.text(.error).contains("held path=.~tmp~/clip-3.mp4") })
        for name in names {
            try FileManager.default.moveItem(atPath: client.card + "/.~tmp~/" + name, toPath: client.card + "/" + name)
        }
        #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        #expect(try server.site.stored().keys.sorted() == (names + ["other.mp4"]).sorted())
    }

    @Test("what is held stays, is told, and counts as remaining; a person's rules come first")
    func held() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        for name in [".clip.mp4.a8Xk2p", "a.part", "b.crdownload", "c.tmp", "d.thm"] {
            try client.record(sample(100), as: name)
        }
        try client.record(sample(100), as: "marked.mp4")
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSince1970: 0)], ofItemAtPath: client.card + "/marked.mp4")
        let first = try client.pass("-d", "y", "--hold", "*.tmp=0", "--ignore", "*.THM")
        #expect(first.status == 75, "\(first.error)")
        #expect(first.error.contains("left-out files=0 folders=0 links=0 special=0 ignored=1"), "\(first.error)")
        #expect(first.error.contains(" held path=marked.mp4"), "\(first.error)")
        #expect(try server.site.stored().keys.sorted() == ["c.tmp"])
        // Held for no longer than it has been, once so much time has passed since the first look.
        Thread.sleep(forTimeInterval: 0.1)
        let second = try client.pass("-d", "y", "--hold", "*=0.1", "--hold", "d.thm=0")
        #expect(second.status == 0, "\(second.error)")
        #expect(second.error.contains(" hold-over path=a.part"), "\(second.error)")
        #expect(try client.isEmpty())
        #expect(try server.site.stored().count == 6)
    }
}
