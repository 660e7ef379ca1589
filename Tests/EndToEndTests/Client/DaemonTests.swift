import Foundation
import Platform
import TestSupport
import Testing

/// The client as it runs for years.
@Suite("The client as a daemon")
struct DaemonTests {
    @Test(
        "it picks up new files, waits out a server that is gone, and ends on SIGTERM and SIGINT",
        arguments: [SIGTERM, SIGINT])
    func life(_ signal: Int32) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let daemon = try client.start("-d", "y")
        try client.record(sample(1000, seed: 1), as: "first.mp4")
        #expect(daemon.waitForLine(.error, containing: " wiped path=first.mp4") != nil, "\(daemon.text(.error))")
        #expect(try server.stop().status == 0)
        try client.record(sample(1000, seed: 2), as: "second.mp4")
        #expect(daemon.waitForLine(.error, containing: " failed ") != nil)
        let next = try TestServer.again(server.site, port: server.port)
        #expect(daemon.waitForLine(.error, containing: " wiped path=second.mp4") != nil, "\(daemon.text(.error))")
        #expect(try next.site.stored().count == 2)
        daemon.signal(signal)
        let ended = try daemon.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.error.contains(" stopped"))
        #expect(try client.isEmpty())
    }

    @Test("a lasting failure is told once")
    func toldOnce() throws {
        let server = try TestServer()
        let client = try TestClient(server, password: "wrong")
        try client.record(sample(10), as: "clip.mp4")
        let daemon = try client.start()
        #expect(daemon.waitForLine(.error, containing: "login was denied") != nil)
        var denials = 0
        let second = server.program.waitForLine(.error) { line in
            if line.contains(" login-denied ") { denials += 1 }
            return denials == 2
        }
        #expect(second != nil)
        daemon.signal(SIGTERM)
        let ended = try daemon.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.error.split(separator: "\n").filter { $0.contains("login was denied") }.count == 1)
    }

    @Test("a login that doesn't work is told at the start, though nothing is due")
    func toldAtStart() throws {
        let server = try TestServer()
        let clients = [try TestClient(server, password: "wrong"), try TestClient(server)]
        for (client, line) in zip(clients, ["login was denied", " connected "]) {
            let daemon = try client.start()
            #expect(daemon.waitForLine(.error, containing: line) != nil, "\(daemon.text(.error))")
            daemon.signal(SIGTERM)
            #expect(try daemon.waitForEnd().status == 0)
        }
    }

    @Test("SIGTERM in the middle of an upload ends it at once, and nothing is lost")
    func stoppedInTheMiddle() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        for number in 0..<20 { try client.record(sample(1_000_000, seed: number), as: "clip-\(number)") }
        let recordings = try client.recordings()
        let daemon = try client.start("-d", "y")
        #expect(daemon.waitForLine(.error, containing: " confirmed ") != nil)
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        let safe = Set(try server.site.stored().values).union(try client.recordings().values)
        #expect(Set(recordings.values).isSubset(of: safe))
        #expect(try client.pass("-d", "y").status == 0)
        #expect(try server.site.stored() == recordings)
        #expect(try client.isEmpty())
    }

    @Test("while one client makes a pass and deletes, no other works on the folder; without that, several do")
    func lock() throws {
        let server = try TestServer()
        let proxy = try LinkProxy(to: server.port, LinkQuality(holdsAnswersAfter: 100_000))
        for (deletes, others) in [("y", [("y", 75), ("n", 75)]), ("n", [("y", 75), ("n", 0)])] {
            let client = try TestClient(server, port: proxy.port)
            try client.record(sample(200_000, seed: others.count), as: "clip-\(deletes).mp4")
            let first = try client.start("-d", deletes)
            // Its pass goes on until the proxy lets the answer through.
            #expect(server.program.waitForLine(.error, containing: "path=clip-\(deletes).mp4") != nil)
            for (deletesToo, status) in others {
                let second = try RunningProgram.run(
                    Binaries.client,
                    client.arguments(
                        [
                            "--once", "-d", deletesToo, "--state", client.scratch.path("other-state"), "-s",
                            "127.0.0.1:\(server.port)",
                        ]), environment: client.environment)
                #expect(second.status == Int32(status), "\(second.error)")
                #expect(second.error.contains("another client") == (status == 75), "\(second.error)")
            }
            first.signal(SIGTERM)
            #expect(try first.waitForEnd().status == 0)
        }
    }

    /// What a process has open below a folder.
    private func openFiles(of process: Int32, below folder: String) throws -> [String] {
        let all = "/proc/\(process)/fd"
        return try FileManager.default.contentsOfDirectory(atPath: all)
            .compactMap { try? FileManager.default.destinationOfSymbolicLink(atPath: all + "/" + $0) }
            .filter { $0 == folder || $0.hasPrefix(folder + "/") }
    }

    @Test("between passes nothing of the folder is open")
    func letsGo() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let daemon = try client.start("-d", "y", "--interval", "3600")
        let path = try canonicalPath(client.card)
        #expect(daemon.waitForLine(.error, containing: " watching ") != nil)
        #expect(try eventually { try openFiles(of: daemon.processID, below: path).isEmpty })
        try client.record(sample(1000), as: "clip.mp4")
        daemon.signal(SIGHUP)
        #expect(daemon.waitForLine(.error, containing: " pass confirmed=1 ") != nil, "\(daemon.text(.error))")
        #expect(try eventually { try openFiles(of: daemon.processID, below: path).isEmpty })
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test(
        "a card can be unmounted while it is watched, also with the state on it",
        .enabled(if: Namespaces.areAvailable("-m"), Namespaces.reason), arguments: [false, true])
    func unmounts(_ holdsState: Bool) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let script = #"card=$0; mount -t tmpfs none "$card" && echo first > "$card/clip.mp4" && exec "$@""#
        let state = holdsState ? ["--state", client.card + "/state"] : []
        let daemon = try RunningProgram(
            "/usr/bin/env",
            ["unshare", "-m", "sh", "-c", script, client.card, Binaries.client]
                + client.arguments(["--interval", "1", "-d", "y"] + state), environment: client.environment)
        #expect(daemon.waitForLine(.error, containing: " wiped path=clip.mp4") != nil, "\(daemon.text(.error))")
        let unmount = ["nsenter", "-m", "-t", String(daemon.processID), "umount", client.card]
        // A pass may be under way.
        #expect(try eventually { try RunningProgram.run("/usr/bin/env", unmount).status == 0 })
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test("a folder that isn't there yet is told of once, and waited for")
    func missingFolder() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let files = FileManager.default
        try client.record(sample(10), as: "clip.mp4")
        try files.moveItem(atPath: client.card, toPath: client.scratch.path("not-yet"))
        let daemon = try client.start("-d", "y")
        #expect(daemon.waitForLine(.error, containing: "No such file or directory") != nil, "\(daemon.text(.error))")
        // Another look finds it missing still.
        daemon.signal(SIGHUP)
        try files.moveItem(atPath: client.scratch.path("not-yet"), toPath: client.card)
        #expect(daemon.waitForLine(.error, containing: " wiped path=clip.mp4") != nil, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        let ended = try daemon.waitForEnd()
        #expect(ended.status == 0)
        #expect(ended.error.split(separator: "\n").count { $0.contains(" failed ") } == 1)
    }

    @Test("a card that is taken out and put back, and another in its place, are both emptied")
    func swappedCard() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let files = FileManager.default
        let daemon = try client.start("-d", "y")
        try client.record(sample(10, seed: 1), as: "first.mp4")
        #expect(daemon.waitForLine(.error, containing: " wiped path=first.mp4") != nil)
        try files.moveItem(atPath: client.card, toPath: client.scratch.path("taken-out"))
        #expect(daemon.waitForLine(.error, containing: " failed ") != nil, "\(daemon.text(.error))")
        try client.scratch.makeFolder("card")
        try client.record(sample(10, seed: 2), as: "second.mp4")
        #expect(daemon.waitForLine(.error, containing: " wiped path=second.mp4") != nil, "\(daemon.text(.error))")
        try files.removeItem(atPath: client.card)
        try files.moveItem(atPath: client.scratch.path("taken-out"), toPath: client.card)
        try client.record(sample(10, seed: 3), as: "third.mp4")
        #expect(daemon.waitForLine(.error, containing: " wiped path=third.mp4") != nil, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        #expect(try server.site.stored().count == 3)
    }

    @Test("a folder that becomes a server's storage while it is watched is let go of at once")
    func becomesStorage() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let daemon = try client.start("-d", "y")
        try client.record(sample(10, seed: 1), as: "first.mp4")
        #expect(daemon.waitForLine(.error, containing: " wiped path=first.mp4") != nil)
        try client.scratch.write("", to: "card/below/.auto-upload-store")
        let ended = try daemon.waitForEnd()
        #expect(ended.status == 78)
        #expect(ended.error.contains(".auto-upload-store"))
    }

    // MARK: - The password, and other ways to say things

    @Test(
        "a password in argv is gone from where ps reads it",
        arguments: [["-p", Fixtures.password], ["-p" + Fixtures.password], ["--password=" + Fixtures.password]])
    func hiddenPassword(_ options: [String]) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        let daemon = try RunningProgram(Binaries.client, client.arguments(["--interval", "1"]) + options)
        #expect(daemon.waitForLine(.error, containing: " confirmed ") != nil, "\(daemon.text(.error))")
        let shown = try Data(contentsOf: URL(fileURLWithPath: "/proc/\(daemon.processID)/cmdline"))
        #expect(!String(decoding: shown, as: UTF8.self).contains(Fixtures.password))
        #expect(String(decoding: shown, as: UTF8.self).contains("--interval"))
        daemon.signal(SIGTERM)
        let ended = try daemon.waitForEnd()
        #expect(ended.status == 0)
        #expect(!ended.error.contains(Fixtures.password))
        #expect(!server.log.contains(Fixtures.password))
    }

    @Test(
        "the password also comes from a private file, whatever ends its line",
        arguments: ["", "\n", "\r\n", "\nmore\n"])
    func passwordFile(_ ending: String) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        let file = try client.scratch.write(Fixtures.password + ending, to: "password")
        let ended = try RunningProgram.run(Binaries.client, client.arguments(["--once", "--password-file", file]))
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored().count == 1)
    }

    @Test("everything can stand in a file, and the command line wins over it")
    func configurationFile() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        let file = try client.scratch.write(
            """
            # how this camera uploads
            servername = 127.0.0.1:\(server.port)
            username = \(Fixtures.user)
            password = \(Fixtures.password)
            folder = \(client.card)
            ca-file = \(server.site.certificates.authority)
            state = \(client.scratch.path("state"))
            deleteafterupload = y
            prefix = from/the file
            settle = 0

            """, to: "client.conf")
        let ended = try RunningProgram.run(Binaries.client, ["--config", file, "--once", "-d", "n"])
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try server.site.stored().keys.sorted() == ["from/the file/clip.mp4"])
        #expect(try client.recordings().count == 1)
    }

    @Test(
        "the original's ways of writing options are understood",
        arguments: [
            ["-d=y"], ["-d", "Y"], ["--deleteafterupload=y"], ["--deleteafterupload", "y"], ["-d", "n", "-d", "y"],
        ])
    func written(_ options: [String]) throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(10), as: "clip.mp4")
        let ended = try RunningProgram.run(
            Binaries.client, client.arguments(["--once", "-e", "N", "--encrypt=n"] + options),
            environment: client.environment)
        #expect(ended.status == 0, "\(ended.error)")
        #expect(try client.isEmpty())
    }
}
