import Foundation
import TestSupport
import Testing

/// What a server takes over from its configuration file while it serves, and how it speaks with a service manager.
@Suite("The server as a service")
struct ReloadTests {
    @Test("SIGHUP takes what can be taken, says what can't, and goes on where the file can't be used")
    func reloads() throws {
        let site = try Site()
        let path = try site.scratch.write("idle-timeout = 300\nkeep-free = 1M\n", to: "server.conf")
        let server = try TestServer(site, options: ["--config", path])
        try site.scratch.write("idle-timeout = 0.2\nkeep-free = 2M\n", to: "server.conf")
        server.program.signal(SIGHUP)
        let line = try server.logLine(with: " reloaded ")
        #expect(line.contains("options=--idle-timeout at-next-start=--keep-free"), "\(line)")
        let client = try server.loggedIn()
        #expect(try server.end(of: client).contains("nothing was heard for too long"))
        try site.scratch.write("idle-timeout = 300\nno-such = 1\n", to: "server.conf")
        server.program.signal(SIGHUP)
        let refusal = try server.logLine(with: " not-reloaded ")
        #expect(refusal.contains("line 2: there is no option"), "\(refusal)")
        try server.expectServing()
    }

    @Test("it tells the service manager when it is ready, that it is alive, reloads and stops")
    func notifies() throws {
        let scratch = try ScratchFolder.ofSockets()
        let socket = try NotifySocket(at: scratch.path("notify"))
        let server = try TestServer(environment: ["NOTIFY_SOCKET": socket.path, "WATCHDOG_USEC": "400000"])
        #expect(socket.waits(for: "READY=1"))
        // Twice, while nothing else happens.
        #expect(socket.waits(for: "WATCHDOG=1"))
        #expect(socket.waits(for: "WATCHDOG=1"))
        server.program.signal(SIGHUP)
        #expect(socket.waits(for: "RELOADING=1\nMONOTONIC_USEC="))
        #expect(socket.waits(for: "READY=1"))
        server.program.signal(SIGTERM)
        #expect(socket.waits(for: "STOPPING=1"))
        #expect(try server.program.waitForEnd().status == 0)
    }

    @Test("with --log-format json each line is an object")
    func logsJSON() throws {
        let server = try TestServer(options: ["--log-format", "json"], listening: #""event":"listening""#)
        let client = try server.loggedIn()
        _ = try client.upload([1, 2, 3], to: "a \"clip\".mp4")
        client.close()
        let outcome = try server.stop()
        let lines = try outcome.error.split(separator: "\n").map { line in
            try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any], "\(line)")
        }
        let stored = try #require(lines.first { $0["event"] as? String == "stored" })
        #expect(stored["path"] as? String == "a \"clip\".mp4")
        #expect(stored["bytes"] as? Int == 3)
        #expect(stored["user"] as? String == Fixtures.user)
        #expect(lines.allSatisfy { $0["time"] is String && $0["level"] is String })
    }
}
