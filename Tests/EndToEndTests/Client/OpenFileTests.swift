import Foundation
import Glibc
import Platform
import TestSupport
import Testing

/// Files that a recorder keeps open, and stands still with for longer than anything takes to settle: what it still holds in
/// its memory is on no disk.
@Suite("Files that stay open")
struct OpenFileTests {
    private let server: TestServer
    private let client: TestClient

    init() throws {
        server = try TestServer()
        client = try TestClient(server)
    }

    /// A recorder that keeps a file open, and writes to it when it is told to.
    private final class Recorder {
        let program: RunningProgram

        init(_ path: String, beginning: String) throws {
            let script = #"""
                exec 3>>"$0"; printf %s "$1" >&3; echo open
                while read -r word; do [ "$word" = end ] && break; printf %s "$word" >&3; echo written; done
                exec 3>&-; echo closed; read -r rest
                """#
            program = try RunningProgram("/bin/sh", ["-c", script, path, beginning], standardInput: nil)
            #expect(program.waitForLine(.output, containing: "open") != nil)
        }

        func write(_ text: String) {
            program.send(text + "\n")
            #expect(program.waitForLine(.output, containing: "written") != nil)
        }

        func close() {
            program.send("end\n")
            #expect(program.waitForLine(.output, containing: "closed") != nil)
        }
    }

    private func isStored(_ text: String) throws -> Bool {
        try server.site.stored().values.contains(digest(of: Array(text.utf8)))
    }

    @Test(
        "where it can't be told who has a file open, it is sent, but stays until it can be told",
        .enabled(if: OtherOwner.isPossible, OtherOwner.reason))
    func unproven() throws {
        let path = client.card + "/clip.mp4"
        let recorder = try Recorder(path, beginning: "begun")
        let empty = try Recorder(client.card + "/empty.mp4", beginning: "")
        for name in ["/clip.mp4", "/empty.mp4"] { try OtherOwner.take(client.card + name) }
        try OtherOwner.take(client.card)
        let daemon = try OtherOwner.start(client, "-d", "y")
        #expect(daemon.waitForLine(.error, containing: " can't-wipe ") != nil, "\(daemon.text(.error))")
        for name in ["clip.mp4", "empty.mp4"] {
            #expect(daemon.waitForLine(.error, containing: " kept path=\(name) ") != nil, "\(daemon.text(.error))")
        }
        #expect(daemon.text(.error).contains(" writer=unknown"))
        recorder.write("-and-ended")
        empty.write("at-last")
        recorder.close()
        empty.close()
        // Not only stored: what the client wasn't told of before it ends would be asked about as new.
        for confirmed in [" confirmed path=clip.mp4 bytes=15 ", " confirmed path=empty.mp4 bytes=7 "] {
            #expect(daemon.waitForLine(.error, containing: confirmed) != nil, "\(daemon.text(.error))")
        }
        #expect(try isStored("begun-and-ended") && isStored("at-last"))
        daemon.signal(SIGTERM)
        let ended = try daemon.waitForEnd()
        #expect(!ended.error.contains(" wiped "), "\(ended.error)")
        #expect(try Tree.paths(of: client.card) == ["clip.mp4", "empty.mp4"])
        // Who may ask wipes them, and asks the server anew before.
        let pass = try client.pass("-d", "y")
        #expect(pass.status == 0, "\(pass.error)")
        #expect(pass.error.contains(" confirmed-again path=clip.mp4 "), "\(pass.error)")
        #expect(try client.isEmpty())
    }

    @Test(
        "a person may say that it is no matter, but never of an empty file",
        .enabled(if: OtherOwner.isPossible, OtherOwner.reason))
    func dispensable() throws {
        for name in ["clip.mp4", "empty.mp4"] {
            try client.record(name == "empty.mp4" ? [] : sample(1000), as: name)
            try OtherOwner.take(client.card + "/" + name)
        }
        let pass = try OtherOwner.start(client, "-d", "y", "--wipe-unknown", "--once").waitForEnd()
        #expect(pass.status == 75, "\(pass.error)")
        #expect(try server.site.stored().count == 2)
        #expect(try Tree.paths(of: client.card) == ["empty.mp4"])
        #expect(!pass.error.contains(" can't-wipe "))
    }

    @Test(
        "a recorder that stands still for longer than anything takes to settle loses nothing, wherever its file came from",
        arguments: ["card", "card/trip", "elsewhere"])
    func standsStill(_ folder: String) throws {
        let path = client.card + "/clip.mp4"
        let first = try client.scratch.makeFolder(folder) + "/clip.mp4"
        let recorder = try Recorder(first, beginning: "begun")
        if first != path { try FileManager.default.moveItem(atPath: first, toPath: path) }
        let daemon = try client.start("-d", "y")
        #expect(daemon.waitForLine(.error, containing: " waiting path=clip.mp4 ") != nil, "\(daemon.text(.error))")
        recorder.write("-and-ended")
        recorder.close()
        #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
        #expect(try server.site.stored() == ["clip.mp4": digest(of: Array("begun-and-ended".utf8))])
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test("who opens files without waiting (O_NONBLOCK) is never refused while others are wiped")
    func neverRefused() throws {
        let daemon = try client.start("-d", "y", "--settle-unknown", "0")
        var refusals: [Int32] = []
        for number in 0..<1500 {
            let path = client.card + "/\(number % 50).log"
            let file = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o600)
            guard file >= 0 else {
                refusals.append(errno)
                continue
            }
            let line = "\(number)\n"
            #expect(unsafe write(file, line, line.utf8.count) == line.utf8.count)
            _ = Glibc.close(file)
            if number % 50 == 49 { Platform.Thread.sleep(seconds: 0.05) }
        }
        #expect(refusals.isEmpty)
        #expect(daemon.waitForLine(.error, containing: " wiped ") != nil, "\(daemon.text(.error))")
        #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        // Nothing is lost, though some may be stored twice: what was appended to after it had been sent.
        let folder = server.site.storage + "/" + Fixtures.user
        let lines = try server.site.stored().keys.flatMap { name in
            try String(contentsOfFile: folder + "/" + name, encoding: .utf8).split(separator: "\n")
        }
        #expect(Set(lines) == Set((0..<1500).map { Substring(String($0)) }))
    }
}
