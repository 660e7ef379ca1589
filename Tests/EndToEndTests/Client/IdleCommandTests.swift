import Foundation
import Glibc
import TestSupport
import Testing

/// What runs once everything is sent, and what waits after the machine's start.
@Suite("Commands when all is sent")
struct IdleCommandTests {
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    private var lines: [Substring] {
        ((try? client.scratch.text(of: "ran")) ?? "").split(separator: "\n")
    }

    @Test("once for each time that the queue is drained, with nothing of the client's environment")
    func runs() throws {
        let command = "{ env | sort | tr '\\n' ' '; echo; } >>'\(client.scratch.path("ran"))'"
        try client.record(sample(1000), as: "a")
        let program = try client.start("--on-idle", command)
        #expect(try eventually { lines.count == 1 }, "\(program.text(.error))")
        #expect(try server.site.stored().count == 1)
        #expect(!lines[0].contains("AUTO_UPLOAD") && lines[0].contains("PATH="), "\(lines)")
        // It isn't run by looks that find nothing new.
        let passes = program.text(.error).count
        for name in ["b", "c"] { try client.record(sample(1000, seed: name.count), as: name) }
        #expect(try eventually { try server.site.stored().count == 3 && lines.count >= 2 }, "\(program.text(.error))")
        program.signal(SIGHUP)
        _ = program.waitForLine(.error, containing: " reloaded")
        program.signal(SIGTERM)
        let ended = try program.waitForEnd()
        #expect(ended.status == 0 && passes > 0)
        let runs = ended.error.components(separatedBy: " idle-command").count - 1
        #expect(runs == lines.count && (2...3).contains(runs), "\(ended.error)")
    }

    @Test("one that goes on while files are sent ends with that, or with the client")
    func companion() throws {
        let ran = client.scratch.path("ran")
        let command = "echo begun >>'\(ran)'; cat; echo ended >>'\(ran)'"
        #expect(try client.pass("--while-sending", command).status == 0)
        #expect(lines.isEmpty)
        try client.record(sample(1000, seed: 1), as: "a")
        #expect(try client.pass("--while-sending", command).status == 0)
        #expect(try eventually { lines == ["begun", "ended"] }, "\(lines)")
        try client.record(sample(1000, seed: 2), as: "b")
        let program = try client.start("--while-sending", command)
        #expect(try eventually { lines.count == 4 }, "\(program.text(.error))")
        program.signal(SIGTERM)
        #expect(try program.waitForEnd().status == 0)
    }

    @Test("it holds nothing up, isn't run beside itself, and its failure is told")
    func slow() throws {
        let gate = client.scratch.path("gate")
        let command = "echo x >>'\(client.scratch.path("ran"))'; while [ ! -e '\(gate)' ]; do sleep 0.05; done; exit 3"
        try client.record(sample(1000, seed: 1), as: "a")
        let program = try client.start("--on-idle", command)
        #expect(try eventually { lines.count == 1 }, "\(program.text(.error))")
        try client.record(sample(1000, seed: 2), as: "b")
        #expect(try eventually { try server.site.stored().count == 2 }, "\(program.text(.error))")
        #expect(lines.count == 1)
        try client.scratch.write("", to: "gate")
        #expect(program.waitForLine(.error, containing: " idle-command-failed ") != nil)
        #expect(try eventually { lines.count == 2 }, "\(program.text(.error))")
        program.signal(SIGTERM)
        #expect(try program.waitForEnd().error.contains("it left with 3"))
    }

    @Test("not while anything remains but what is held, nor where no server was reached; and not with --once")
    func remaining() throws {
        try client.record(sample(1000), as: "growing.mp4")
        let writer = unsafe open(client.card + "/growing.mp4", O_WRONLY | O_CLOEXEC)
        #expect(writer >= 0)
        try client.record(sample(1000, seed: 2), as: "clip.mp4")
        let command = "echo x >>'\(client.scratch.path("ran"))'"
        let program = try client.start("--on-idle", command)
        #expect(program.waitForLine(.error, containing: " confirmed path=clip.mp4") != nil, "\(program.text(.error))")
        // Of a look that comes after it.
        try client.record(sample(2000), as: "next.mp4")
        #expect(program.waitForLine(.error, containing: " confirmed path=next.mp4") != nil, "\(program.text(.error))")
        #expect(lines.isEmpty)
        // What is held may be for a day.
        try client.record(sample(1000), as: "held.part")
        close(writer)
        #expect(try eventually { lines.count == 1 }, "\(program.text(.error))")
        program.signal(SIGTERM)
        #expect(try program.waitForEnd().status == 0)
        try client.scratch.write("", to: "ran")
        let once = try client.pass("--on-idle", command)
        #expect(once.status == 64 && once.error.contains("&&"))
        let nowhere = try TestClient(server: "127.0.0.1:1", authority: server.site.certificates.authority)
        let lonely = try nowhere.start("--on-idle", command)
        #expect(lonely.waitForLine(.error, containing: " failed ") != nil)
        lonely.signal(SIGTERM)
        #expect(try lonely.waitForEnd().status == 0 && lines.isEmpty)
    }

    @Test("a machine that was just started is left alone, until a person calls")
    func afterBoot() throws {
        try client.record(sample(1000), as: "a")
        let program = try client.start("--after-boot", "86400000")
        #expect(program.waitForLine(.error, containing: " watching ") != nil)
        #expect(try server.site.stored().isEmpty)
        program.signal(SIGUSR1)
        _ = try server.logLine(with: " stored ")
        program.signal(SIGTERM)
        #expect(try program.waitForEnd().status == 0)
    }

    @Test("a file that is too small, or the newest of its folder, isn't finished, where a person says so")
    func unfinished() throws {
        try client.record(sample(100), as: "small.mp4")
        for (name, seconds) in [("one/a.mp4", 300.0), ("one/b.mp4", 200), ("two/a.mp4", 100)] {
            try client.record(sample(5000, seed: Int(seconds)), as: name)
            try FileManager.default.setAttributes(
                [.modificationDate: Date(timeIntervalSinceNow: -seconds)], ofItemAtPath: client.card + "/" + name)
        }
        let first = try client.pass("--smallest", "1K", "--wait-for-next")
        #expect(
            first.status == 75 && first.error.contains("--smallest") && first.error.contains("--wait-for-next"),
            "\(first.error)")
        #expect(try server.site.stored().keys.sorted() == ["one/a.mp4"])
        #expect(try client.pass().status == 0)
        #expect(try server.site.stored().count == 4)
    }
}
