import Foundation
import Platform
import TestSupport
import Testing

/// What a person can ask the client: with the real programs.
@Suite("Asking the client")
struct AskingTests {
    private func ask(_ client: TestClient, _ words: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.client, words + client.arguments([]), environment: client.environment)
    }

    private func status(_ client: TestClient) throws -> [String: Any] {
        let outcome = try ask(client, "status", "--json")
        return try #require(try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
    }

    @Test("status tells what a running client has done, what waits and why, and that none runs")
    func status() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        let idle = try ask(client, "status")
        #expect(idle.status == 75, "\(idle.error)")
        #expect(idle.output.contains("no client works on"))
        try client.record(sample(1000), as: "clip.mp4")
        try client.record(sample(1000), as: "second.part")
        let daemon = try client.start("-d", "y")
        #expect(daemon.waitForLine(.error, containing: " wiped path=clip.mp4") != nil, "\(daemon.text(.error))")
        #expect(try eventually { try status(client)["wiped"] as? Int == 1 })
        let told = try status(client)
        #expect(told["running"] as? Bool == true)
        #expect(told["confirmed"] as? Int == 1)
        #expect((told["waiting"] as? [String: Int])?["held"] == 1)
        let text = try ask(client, "status")
        #expect(text.status == 0)
        #expect(text.output.contains("second.part: its name is of those of unfinished files"), "\(text.output)")
        daemon.signal(SIGTERM)
        #expect(try daemon.waitForEnd().status == 0)
        #expect(try status(client)["running"] as? Bool == false)
    }

    @Test("a dry run tells of each file what would become of it, and touches nothing")
    func dryRun() throws {
        let client = try TestClient(server: "127.0.0.1:1", authority: nil)
        try client.record(sample(1000), as: "clip.mp4")
        try client.record(sample(1000), as: "second.part")
        let before = try client.recordings()
        var outcome = try ask(client, "--dry-run", "-d", "y")
        // Another test's child may have it open for a moment, so that it counts as settling.
        while outcome.status == 0, outcome.output.contains("settling   ") {
            outcome = try ask(client, "--dry-run", "-d", "y")
        }
        #expect(outcome.status == 0, "\(outcome.error)")
        #expect(outcome.output.contains("send       clip.mp4: it is wiped once the server has confirmed it"))
        #expect(outcome.output.contains("held       second.part: "))
        #expect(outcome.output.contains("2 files: 1 send, 1 held"))
        #expect(try client.recordings() == before)
        #expect(!FileManager.default.fileExists(atPath: client.scratch.path("state")))
    }

    @Test("a dry run tells what is confirmed, and what would be wiped, while another client works on the folder")
    func dryRunAfterwards() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "clip.mp4")
        let daemon = try client.start()
        #expect(daemon.waitForLine(.error, containing: " confirmed path=clip.mp4") != nil, "\(daemon.text(.error))")
        #expect(try eventually { try ask(client, "--dry-run").output.contains("confirmed  clip.mp4") })
        #expect(try ask(client, "--dry-run", "-d", "y").output.contains("wipe       clip.mp4: once the server"))
        #expect(try client.recordings().count == 1)
    }

    @Test("check goes through everything up to the login, and sends nothing")
    func checkPasses() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000), as: "clip.mp4")
        let outcome = try ask(client, "check")
        #expect(outcome.status == 0, "\(outcome.output)\(outcome.error)")
        for point in ["folder", "wiping", "state", "name", "route", "connection", "certificate", "server", "login"] {
            #expect(outcome.output.contains("ok      \(point) "), "\(point): \(outcome.output)")
        }
        #expect(try server.site.stored().isEmpty)
    }

    @Test("check says which point failed and what to do about it, and leaves with the code of that")
    func checkFails() throws {
        let server = try TestServer()
        let wrong = try ask(try TestClient(server, password: "wrong"), "check")
        #expect(wrong.status == 77, "\(wrong.output)")
        #expect(wrong.output.contains("ok      server "))
        #expect(wrong.output.contains("FAILED  login "))
        #expect(wrong.output.contains("-> give the server's user this password"))
        let closed = try ask(try TestClient(server, port: 1), "check")
        #expect(closed.status == 75)
        #expect(closed.output.contains("FAILED  connection "), "\(closed.output)")
        #expect(closed.output.contains("-       login "))
        let stranger = try ask(
            try TestClient(server: "127.0.0.1:\(server.port)", authority: Fixtures.others.get().authority), "check")
        #expect(stranger.status == 76)
        #expect(stranger.output.contains("FAILED  certificate "), "\(stranger.output)")
        #expect(try ask(try TestClient(server), "check", "-i", "no-such-if0").output.contains("FAILED  interface "))
    }
}
