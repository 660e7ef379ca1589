import Foundation
import TestSupport
import Testing

@Suite("The server's status")
struct StatusTests {
    private func status(_ site: Site, _ options: String...) throws -> RunningProgram.Outcome {
        try RunningProgram.run(Binaries.server, ["status", "-f", site.storage] + options)
    }

    @Test(
        "who is connected, what is being received, who has last sent when, and how disk, certificate and password file are"
    )
    func tells() throws {
        let server = try TestServer()
        let first = try server.loggedIn(Fixtures.otherUser, Fixtures.otherPassword)
        _ = try first.upload(sample(1000), to: "done.bin")
        let client = try server.loggedIn()
        let upload = try client.offer("large.bin", size: 50_000_000)
        try client.send(data: sample(1_000_000), upload: upload)
        var told: [String: Any] = [:]
        #expect(
            try eventually {
                let outcome = try status(server.site, "--json")
                guard outcome.status == 0 else { throw Failure("\(outcome)") }
                told = try #require(
                    try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
                let receiving = told["receiving"] as? [[String: Any]]
                return receiving?.first?["received"] as? Int == 1_000_000
            }, "\(told)")
        #expect(told["process"] as? Int == Int(server.program.processID))
        let clients = try #require(told["clients"] as? [[String: Any]])
        #expect(clients.compactMap { $0["user"] as? String } == [Fixtures.otherUser, Fixtures.user])
        #expect(clients.compactMap { $0["address"] as? String } == [first.address, client.address])
        let receiving = try #require((told["receiving"] as? [[String: Any]])?.first)
        #expect(receiving["user"] as? String == Fixtures.user)
        #expect(receiving["path"] as? String == "large.bin")
        #expect(receiving["size"] as? Int == 50_000_000)
        let users = try #require(told["users"] as? [[String: Any]])
        #expect(users.compactMap { $0["user"] as? String } == [Fixtures.otherUser, Fixtures.user])
        #expect(users.first?["last-upload"] is String && users.last?["last-upload"] == nil)
        #expect((told["certificate"] as? [String: Any])?["days-left"] as? Int ?? 0 > 300)
        #expect((told["storage"] as? [String: Any])?["free"] as? Int ?? 0 > 0)
        #expect((told["passwords"] as? [String: Any])?["wrong-lines"] as? Int == 0)
        let text = try status(server.site).output
        for part in ["server: process", " free, ", " days left", "large.bin: ", " of 47.7M", "phone", "none"] {
            #expect(text.contains(part), "\(part): \(text)")
        }
    }

    @Test("where no server runs it says so")
    func nobody() throws {
        let server = try TestServer()
        #expect(try status(server.site).status == 0)
        _ = try server.stop()
        let outcome = try status(server.site)
        #expect(outcome.status == 75, "\(outcome)")
        #expect(outcome.output.contains("no server runs on"))
        #expect(try status(server.site, "--json").output == "{\"running\":false}\n")
    }
}
