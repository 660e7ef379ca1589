import Foundation
import Platform
import TestSupport
import Testing

/// Whole passes of the real client against the real server.
@Suite("Passes")
struct PassTests {
    /// Names that have made trouble somewhere: path and content.
    static let odd: [(path: [UInt8], content: [UInt8])] = [
        (Array("clip.mp4".utf8), sample(10_000)), (Array("empty".utf8), []), (Array("one".utf8), [0x31]),
        (Array(" leading and trailing ".utf8), sample(10)), (Array("new\nline".utf8), sample(11)),
        (Array("tab\tquote\"back\\slash".utf8), sample(12)), (Array("-d".utf8), sample(13)),
        (Array("überlänge/日本語/🎥.mp4".utf8), sample(14)), ([0xff, 0xfe, 0x41], sample(15)),
        (Array("d".utf8) + [0x2f, 0x80, 0x2f] + Array("x".utf8), sample(16)),
        (Array("e\u{301}".utf8), sample(17)), (Array("é".utf8), sample(18)),
        (Array(String(repeating: "n", count: 255).utf8), sample(19)), (Array("a/b/c/d/e/f/g/h/i/j".utf8), sample(20)),
        (Array("con".utf8), sample(21)), (Array("$HOME".utf8), sample(22)), (Array("%s%n".utf8), sample(23)),
        (Array("\u{1b}[31mred".utf8), sample(24)), (Array("~".utf8), sample(25)), (Array("...".utf8), sample(26)),
        (Array("CLIP.MP4".utf8), sample(27)), (Array(".hidden".utf8), sample(28)),
    ]

    private func recordOddNames(_ client: TestClient) throws -> [String: String] {
        for (path, content) in Self.odd { try writeFile(content, at: path, in: client.card) }
        return try client.recordings()
    }

    @Test("odd names and contents arrive as they are; the second pass sends nothing, and all stays")
    func keeping() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let recordings = try recordOddNames(client)
        #expect(recordings.count == Self.odd.count)
        let first = try client.pass()
        #expect(first.status == 0, "\(first.error)")
        #expect(try server.site.stored() == recordings)
        let stored = Self.odd.count
        #expect(try eventually { server.logLines.count { $0.contains(" stored ") } == stored })
        let second = try client.pass("-d", "n")
        #expect(second.status == 0, "\(second.error)")
        #expect(server.logLines.count { $0.contains(" stored ") || $0.contains(" already-there ") } == stored)
        #expect(try client.recordings() == recordings)
        #expect(!first.error.utf8.contains(0x1b))
    }

    @Test("with -d y everything arrives and every local copy is gone")
    func wiping() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let recordings = try recordOddNames(client)
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored() == recordings)
        #expect(try client.recordings() == [:])
        #expect(try client.pass("-d", "y").status == 0)
    }

    @Test("asked again, a server that has lost files gets them; what it has isn't sent")
    func askingAgain() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        for (seed, name) in ["kept", "lost"].enumerated() { try client.record(sample(3000, seed: seed), as: name) }
        let recordings = try client.recordings()
        #expect(try client.pass().status == 0)
        try FileManager.default.removeItem(atPath: server.site.storage + "/camera/lost")
        #expect(try client.pass().status == 0)
        #expect(try client.pass("--ask-again", "1").status == 0)
        #expect(try server.site.stored().keys.sorted() == ["kept"])
        // The confirmations are of an earlier second.
        let second = currentUnixTime()
        _ = try eventually { currentUnixTime() > second }
        let ended = try client.pass("--ask-again", "0")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored() == recordings)
        #expect(try eventually { server.logLines.count { $0.contains(" stored ") } == 3 })
        #expect(try eventually { server.logLines.count { $0.contains(" present ") } == 1 })
    }

    @Test("files that were confirmed before -d y are asked about and wiped, not sent again")
    func laterWipe() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let recordings = try recordOddNames(client)
        #expect(try client.pass().status == 0)
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        for event in [" stored ", " present "] {
            #expect(try eventually { server.logLines.count { $0.contains(event) } == recordings.count })
        }
        #expect(try server.site.stored() == recordings)
        #expect(try client.recordings() == [:])
    }

    @Test("what is gone from the server, or changed there, is sent again before it is wiped")
    func goneFromTheServer() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000, seed: 1), as: "removed.mp4")
        try client.record(sample(1000, seed: 2), as: "changed.mp4")
        try client.record(sample(1000, seed: 3), as: "kept.mp4")
        let recordings = try client.recordings()
        #expect(try client.pass().status == 0)
        let stored = server.site.storage + "/camera/"
        try FileManager.default.removeItem(atPath: stored + "removed.mp4")
        try Data(sample(1000, seed: 4)).write(to: URL(fileURLWithPath: stored + "changed.mp4"))
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try client.recordings() == [:])
        let now = try server.site.stored()
        #expect(now.count == 4)
        for (path, digest) in recordings {
            #expect(now.values.contains(digest), "\(path) is nowhere")
        }
        #expect(now["changed.mp4"] == (try digest(of: sample(1000, seed: 4))))
    }

    @Test("without its state the client sends again: nothing is lost, nothing doubled", arguments: ["n", "y"])
    func withoutState(_ deletes: String) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let recordings = try recordOddNames(client)
        #expect(try client.pass().status == 0)
        try FileManager.default.removeItem(atPath: client.scratch.path("state"))
        let ended = try client.pass("-d", deletes)
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored() == recordings)
        #expect(try client.recordings() == (deletes == "y" ? [:] : recordings))
    }

    @Test("a state that is garbage costs a second upload at most, never a file")
    func brokenState() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let recordings = try recordOddNames(client)
        #expect(try client.pass().status == 0)
        let files = FileManager.default.enumerator(atPath: client.scratch.path("state"))
        while let path = files?.nextObject() as? String {
            let file = client.scratch.path("state/" + path)
            if path.hasSuffix(".db") || path.contains("sqlite") {
                try Data(sample(5000)).write(to: URL(fileURLWithPath: file))
            }
        }
        let ended = try client.pass("-d", "y")
        #expect(try server.site.stored() == recordings)
        let left = try client.recordings()
        #expect(ended.status == 0 ? left.isEmpty : left == recordings, "\(ended.error)")
    }

    @Test("what no one recorded stays where it is, unsent; so do links and pipes")
    func leftOut() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        for name in ["System Volume Information/x", ".Trash-1000/files/x", "lost+found/#1", "._clip.mp4"] {
            try client.record(sample(20), as: name)
        }
        let outside = try client.scratch.write("precious", to: "outside/precious")
        let files = FileManager.default
        try files.createSymbolicLink(atPath: client.card + "/link.mp4", withDestinationPath: outside)
        try files.createSymbolicLink(
            atPath: client.card + "/folder", withDestinationPath: client.scratch.path("outside"))
        #expect(try RunningProgram.run("/usr/bin/env", ["mkfifo", client.card + "/pipe"]).status == 0)
        let before = try client.recordings().filter { $0.key != "clip.mp4" }
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored().keys.sorted() == ["clip.mp4"])
        #expect(try client.recordings() == before)
        #expect(try client.scratch.text(of: "outside/precious") == "precious")
    }

    @Test("a path that the protocol has no room for stays, is named, and holds up nothing else")
    func unusablePath() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        try client.record(sample(20), as: Array(repeating: "d", count: 70).joined(separator: "/"))
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 75, "\(ended.error)")
        #expect(ended.error.contains(" warning can't-look path=d/d/"), "\(ended.error)")
        #expect(try server.site.stored().keys.sorted() == ["clip.mp4"])
        #expect(try Tree.paths(of: client.card).count == 1)
    }

    @Test("two cameras of one account: names collide without --prefix, and don't with it; nothing is lost")
    func twoCameras() throws {
        let server = try TestServer()
        let cameras = try [TestClient(server), TestClient(server)]
        for (number, camera) in cameras.enumerated() {
            try camera.record(sample(1000, seed: number), as: "trip/clip.mp4")
            try camera.record(sample(1000), as: "same.mp4")
        }
        for camera in cameras { #expect(try camera.pass().status == 0) }
        // Sent again without state they find themselves.
        for camera in cameras {
            try FileManager.default.removeItem(atPath: camera.scratch.path("state"))
            #expect(try camera.pass().status == 0)
        }
        let stored = try server.site.stored()
        #expect(stored.count == 3)
        #expect(Set(stored.values) == Set(try cameras.flatMap { try $0.recordings().values }))
        for (name, camera) in zip(["front", "rear/left"], cameras) {
            let ended = try camera.pass("-d", "y", "--prefix", name)
            #expect(ended.status == 0, "\(ended.error)")
            #expect(try camera.recordings() == [:])
        }
        let below = try server.site.stored().filter { $0.key.hasPrefix("front/") || $0.key.hasPrefix("rear/left/") }
        #expect(below.count == 4)
    }

    @Test("over IPv6 it works as well")
    func overIPv6() throws {
        let server = try TestServer(options: ["--address", "::1"])
        let client = try TestClient(server: "[::1]:\(server.port)", authority: server.site.certificates.authority)
        try client.record(sample(10), as: "clip.mp4")
        #expect(try client.pass("-d", "y").status == 0)
        #expect(try server.site.stored().count == 1)
        _ = try server.logLine(with: " stored ", "address=[::1]:")
    }

    @Test(
        "what a full disk has no room for stays on the card, and what it has room for arrives",
        .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason))
    func fullDisk() throws {
        let site = try Site()
        let server = try TestServer(
            site, options: ["--allow-weak-storage"], after: "mount -t tmpfs -o size=4m tmpfs '\(site.storage)'")
        let client = try TestClient(server)
        for (name, size) in [("a", 1_000_000), ("b", 10_000_000), ("c", 1_000_000)] {
            try client.record(sample(size), as: name)
        }
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 75, "\(ended.error)")
        #expect(ended.error.contains("refused path=b") && ended.error.contains("storageFull"))
        #expect(try Tree.paths(of: client.card) == ["b"])
        _ = try server.logLine(with: " refused ", "path=b", "status=storageFull")
        let inside = "/proc/\(server.program.processID)/root" + site.storage + "/camera"
        #expect(try Tree.digests(of: inside)["c"] == digest(of: sample(1_000_000)))
        #expect(try Tree.digests(of: inside).count == 3)
    }

    @Test("sixty files and a server that is killed and comes back: all arrive once, all are wiped")
    func killedServer() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        for number in 0..<60 { try client.record(sample(200_000, seed: number), as: "\(number % 3)/clip-\(number)") }
        let recordings = try client.recordings()
        let daemon = try client.start("-d", "y")
        #expect(daemon.waitForLine(.error, containing: " confirmed ") != nil, "\(daemon.text(.error))")
        try server.kill()
        let next = try TestServer.again(server.site, port: server.port)
        #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
        #expect(try next.site.stored() == recordings)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test("a client that is killed at any time loses nothing and doubles nothing")
    func killedClient() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        for number in 0..<150 { try client.record(sample(5000, seed: number), as: "clip-\(number)") }
        let recordings = try client.recordings()
        for lines in [1, 40, 90] {
            let program = try client.start("-d", "y")
            var seen = 0
            let line = program.waitForLine(.error) { line in
                if line.contains(" confirmed ") || line.contains(" wiped ") { seen += 1 }
                return seen >= lines
            }
            #expect(line != nil, "\(program.text(.error))")
            program.signal(SIGKILL)
            _ = try program.waitForEnd()
            let safe = Set(try server.site.stored().values).union(try client.recordings().values)
            #expect(Set(recordings.values).isSubset(of: safe))
        }
        let ended = try client.pass("-d", "y")
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored() == recordings)
        #expect(try client.recordings() == [:])
    }
}
