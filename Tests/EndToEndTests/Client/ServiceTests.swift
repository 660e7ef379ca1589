import Foundation
import Platform
import TestSupport
import Testing

/// The client under a service manager, and what signals and programs ask of it.
@Suite("The client as a service")
struct ServiceTests {
    @Test("SIGUSR1 asks for a pass now, SIGHUP for the configuration to be read anew")
    func signals() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.scratch.write("hold = *.later=3600\n", to: "config")
        let daemon = try client.start("--interval", "3600", "--config", client.scratch.path("config"))
        #expect(daemon.waitForLine(.error, containing: " connected ") != nil, "\(daemon.text(.error))")
        try client.record(sample(1000, seed: 1), as: "clip.mp4")
        try client.record(sample(1000, seed: 2), as: "clip.later")
        // The first look may find that the clock's tick isn't over.
        #expect(
            try eventually {
                daemon.signal(SIGUSR1)
                return try server.site.stored().count == 1
            }, "\(daemon.text(.error))")
        try client.scratch.write("no-such-option = 1\n", to: "config")
        daemon.signal(SIGHUP)
        #expect(daemon.waitForLine(.error, containing: " not-reloaded ") != nil, "\(daemon.text(.error))")
        try client.scratch.write("hold = *.later=0\n", to: "config")
        daemon.signal(SIGHUP)
        #expect(daemon.waitForLine(.error, containing: " reloaded") != nil, "\(daemon.text(.error))")
        #expect(daemon.waitForLine(.error, containing: " confirmed path=clip.later") != nil, "\(daemon.text(.error))")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test("it tells the service manager when it is ready, what it does, that it is alive, and that it stops")
    func notifies() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let scratch = try ScratchFolder.ofSockets()
        let socket = try NotifySocket(at: scratch.path("notify"))
        var environment = client.environment
        environment["NOTIFY_SOCKET"] = socket.path
        environment["WATCHDOG_USEC"] = "400000"
        let daemon = try RunningProgram(
            Binaries.client, client.arguments(["--interval", "3600"]), environment: environment)
        #expect(socket.waits(for: "READY=1"))
        #expect(socket.waits(for: "STATUS=waiting"))
        // Twice, while nothing else happens.
        #expect(socket.waits(for: "WATCHDOG=1"))
        #expect(socket.waits(for: "WATCHDOG=1"))
        daemon.signal(SIGHUP)
        #expect(socket.waits(for: "RELOADING=1\nMONOTONIC_USEC="))
        #expect(socket.waits(for: "READY=1"))
        daemon.signal(SIGTERM)
        #expect(socket.waits(for: "STOPPING=1"))
        #expect(try daemon.waitForEnd().status == 0)
    }

    @Test("with --log-format json each line is an object, also the last one of a program that can't go on")
    func logsJSON() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "a \"clip\".mp4")
        let ended = try client.pass("--log-format", "json")
        #expect(ended.status == 0, "\(ended.error)")
        let lines = try ended.error.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
        let confirmed = try #require(lines.first { $0["event"] as? String == "confirmed" })
        #expect(confirmed["path"] as? String == "a \"clip\".mp4")
        #expect(confirmed["bytes"] as? Int == 1000)
        #expect(confirmed["level"] as? String == "info")
        #expect(lines.allSatisfy { $0["time"] is String })
        let wrong = try client.pass("--log-format", "json", "-f", client.scratch.path("nowhere"))
        #expect(wrong.status == 75)
        #expect(try JSONSerialization.jsonObject(with: Data(wrong.error.utf8)) is [String: Any], "\(wrong.error)")
    }
}
