import Foundation
import Platform
import TestSupport
import Testing

/// Files that somebody writes, before and while they are sent, and until they are wiped.
@Suite("Changing files")
struct ChangingFileTests {
    // MARK: - Still written

    @Test("a file that somebody has open for writing isn't sent; it is when that has ended")
    func openForWriting() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "growing.mp4")
        try client.record(sample(1000), as: "finished.mp4")
        let writer = try FileHandle(forWritingTo: URL(fileURLWithPath: client.card + "/growing.mp4"))
        try writer.seekToEnd()
        try writer.write(contentsOf: Data(sample(500)))
        let first = try client.pass("-d", "y")
        #expect(first.status == 75, "\(first.error)")
        #expect(try server.site.stored().keys.sorted() == ["finished.mp4"])
        #expect(try Tree.paths(of: client.card) == ["growing.mp4"])
        try writer.close()
        let second = try client.pass("-d", "y")
        #expect(second.status == 0, "\(second.error)")
        #expect(try server.site.stored()["growing.mp4"] == digest(of: sample(1000) + sample(500)))
        #expect(try client.isEmpty())
    }

    @Test("a file that changes within the time to settle is waited for")
    func settling() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "clip.mp4")
        let daemon = try client.start("-d", "y", "--settle", "3")
        let path = URL(fileURLWithPath: client.card + "/clip.mp4")
        for number in 0..<4 {
            Platform.Thread.sleep(seconds: 1)
            let file = try FileHandle(forWritingTo: path)
            try file.seekToEnd()
            try file.write(contentsOf: Data(sample(100, seed: number)))
            try file.close()
        }
        #expect(try server.site.stored().isEmpty)
        let whole = try digest(of: [UInt8](Data(contentsOf: path)))
        #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
        #expect(try server.site.stored() == ["clip.mp4": whole])
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test(
        "of a file of somebody else's nobody can tell who writes it: it settles for longer, whatever goes before it",
        .enabled(if: OtherOwner.isPossible, OtherOwner.reason))
    func settlesUnseen() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a.mp4")
        try client.record(sample(1000), as: "b.mp4")
        try OtherOwner.take(client.card + "/b.mp4")
        let daemon = try OtherOwner.start(client, "-d", "y", "--settle-unknown", "3600")
        #expect(try eventually { daemon.text(.error).contains(" pass confirmed=1 wiped=1 remaining=1") })
        #expect(try server.site.stored().keys.sorted() == ["a.mp4"])
        #expect(try Tree.paths(of: client.card) == ["b.mp4"])
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        try client.record(sample(2000), as: "a.mp4")
        // One pass lasts until the other has settled, too.
        let pass = try OtherOwner.start(client, "-d", "y", "--once", "--settle-unknown", "1").waitForEnd()
        #expect(pass.status == 75, "\(pass.error)")
        #expect(try server.site.stored()["b.mp4"] == digest(of: sample(1000)))
        #expect(try Tree.paths(of: client.card) == ["b.mp4"])
    }

    @Test(
        "who writes a file is asked before it is read, and whether it has changed after that",
        .enabled(if: TracedClient.isPossible, "strace isn't installed, or may not trace"))
    func asksFirst() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let names = ["a.mp4", "b.mp4", "c.mp4"]
        for name in names { try client.record(sample(5000), as: name) }
        let trace = try TracedClient.pass(client, calls: "openat2,fcntl,read,statx")
        for name in names {
            let lines = trace.filter { $0.contains("/card/\(name)>") || $0.contains("\"\(name)\"") }
            let last = try #require(lines.lastIndex { $0.contains("openat2(") })
            let reading = lines[last...]
            let lease = try #require(reading.firstIndex { $0.contains("F_SETLEASE, F_RDLCK) = 0") })
            let status = try #require(reading.lastIndex { $0.contains("statx(") && $0.contains("AT_EMPTY_PATH") })
            let reads = reading.indices.filter { reading[$0].contains("read(") }
            #expect(!reads.isEmpty && reads.allSatisfy { lease < $0 && $0 < status }, "\(lines)")
        }
        // The first one tells that there is something to connect for.
        let opened = names.map { name in trace.count { $0.contains("openat2(") && $0.contains("\"\(name)\"") } }
        #expect(opened.sorted().prefix(2) == [1, 1])
    }

    // MARK: - Changed on the way

    /// How a file is changed after the server has made it durable, and before the client hears of that.
    enum Change: String, CaseIterable, CustomTestStringConvertible {
        case appended, overwritten, replaced, linked, opened, renamed, removed

        var testDescription: String { rawValue }

        func make(at path: String) throws -> FileHandle? {
            let url = URL(fileURLWithPath: path)
            let files = FileManager.default
            switch self {
            case .appended, .overwritten:
                let file = try FileHandle(forWritingTo: url)
                if self == .appended { try file.seekToEnd() }
                try file.write(contentsOf: Data([0x21]))
                try file.close()
            case .replaced: try Data(sample(200_000, seed: 7)).write(to: url, options: .atomic)
            case .linked: try files.linkItem(atPath: path, toPath: path + ".second")
            case .opened: return try FileHandle(forReadingFrom: url)
            case .renamed: try files.moveItem(atPath: path, toPath: path + ".moved")
            case .removed: try files.removeItem(atPath: path)
            }
            return nil
        }
    }

    @Test("a file that changes between its confirmation and its wipe stays", arguments: Change.allCases)
    func changed(_ change: Change) throws {
        let server = try TestServer()
        let proxy = try LinkProxy(to: server.port, LinkQuality(holdsAnswersAfter: 100_000))
        let client = try TestClient(server, port: proxy.port)
        let path = client.card + "/clip.mp4"
        try client.record(sample(200_000), as: "clip.mp4")
        let program = try RunningProgram(
            Binaries.client, client.arguments(["--once", "-d", "y"]), environment: client.environment)
        _ = try server.logLine(with: " stored ", "path=clip.mp4")
        let held = try change.make(at: path)
        let expected = try client.recordings()
        proxy.release()
        let ended = try program.waitForEnd()
        #expect(try client.recordings() == expected, "\(ended.error)")
        #expect(!ended.error.contains(" wiped "), "\(ended.error)")
        #expect(try server.site.stored() == ["clip.mp4": digest(of: sample(200_000))])
        withExtendedLifetime(held) {}
    }

    @Test("a file that grows while it is sent isn't confirmed, and arrives whole in the end")
    func growsWhileSent() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let size = 30_000_000
        try client.record(sample(size), as: "clip.mp4")
        let daemon = try client.start("-d", "y")
        #expect(try eventually { try server.site.partials().count > 0 || !server.site.stored().isEmpty })
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: client.card + "/clip.mp4"))
        try file.seekToEnd()
        try file.write(contentsOf: Data(sample(1000, seed: 1)))
        try file.close()
        #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        let whole = try digest(of: sample(size) + sample(1000, seed: 1))
        #expect(try server.site.stored().values.contains(whole), "\(daemon.text(.error))")
    }

    @Test("a file that is removed or renamed while it is sent is stored, and counts as done", arguments: [true, false])
    func goneWhileSent(isRemoved: Bool) throws {
        let server = try TestServer()
        let proxy = try LinkProxy(to: server.port, LinkQuality(rate: 12_000_000))
        let client = try TestClient(server, port: proxy.port)
        let content = sample(20_000_000)
        try client.record(content, as: "clip.mp4")
        let program = try RunningProgram(
            Binaries.client, client.arguments(["--once", "-d", "y"]), environment: client.environment)
        #expect(try eventually { (proxy.connections.first?.bytes ?? 0) > 1_000_000 })
        let path = client.card + "/clip.mp4"
        if isRemoved {
            try FileManager.default.removeItem(atPath: path)
        } else {
            try FileManager.default.moveItem(atPath: path, toPath: client.card + "/best.mp4")
        }
        let ended = try program.waitForEnd()
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains("gone-meanwhile=yes"), "\(ended.error)")
        #expect(!ended.error.contains(" warning "), "\(ended.error)")
        #expect(try server.site.stored() == ["clip.mp4": digest(of: content)])
        // What was renamed is a recording of its own.
        let next = try client.pass("-d", "y")
        #expect(next.status == 0, "\(next.error)")
        #expect(try client.isEmpty())
        #expect(try server.site.stored().count == (isRemoved ? 1 : 2))
    }

    // MARK: - Other names

    @Test("a file with two names is sent but left alone, with a warning")
    func hardLinked() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "clip.mp4")
        let other = client.scratch.path("elsewhere.mp4")
        try FileManager.default.linkItem(atPath: client.card + "/clip.mp4", toPath: other)
        let ended = try client.pass("-d", "y")
        #expect(ended.error.contains(" warning kept path=clip.mp4"), "\(ended.error)")
        #expect(ended.error.contains("hard link"))
        #expect(try server.site.stored() == ["clip.mp4": digest(of: sample(1000))])
        #expect(try client.recordings() == ["clip.mp4": digest(of: sample(1000))])
        // Alone again it goes.
        try FileManager.default.removeItem(atPath: other)
        #expect(try client.pass("-d", "y").status == 0)
        #expect(try client.isEmpty())
    }
}

/// The system calls of a client's single pass.
private enum TracedClient {
    static let isPossible: Bool = {
        let tried = try? RunningProgram.run("/usr/bin/env", ["strace", "-o", "/dev/null", "true"])
        return tried?.status == 0
    }()

    static func pass(_ client: TestClient, calls: String) throws -> [Substring] {
        let trace = client.scratch.path("trace")
        let pass = try RunningProgram.run(
            "/usr/bin/env",
            ["strace", "-f", "-y", "-e", "trace=\(calls)", "-o", trace, Binaries.client]
                + client.arguments(["--once"]),
            environment: client.environment)
        #expect(pass.status == 0, "\(pass.error)")
        return try String(contentsOfFile: trace, encoding: .utf8).split(separator: "\n")
    }
}
