import Foundation
import Platform
import Testing

@testable import AutoUploadClient

@Suite("What people are told who ask")
struct StandingsTests {
    private func report(_ result: PassResult = PassResult()) -> StatusReport {
        var report = StatusReport(
            folder: "/card", server: "video.example.org:443", user: "camera", deletes: true, started: 0)
        report.take(result)
        return report
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test("all files are counted, and only some named")
    func bounded() throws {
        var standings = Standings()
        var reasons = 0
        func reason() -> String {
            reasons += 1
            return "it is full"
        }
        for number in 0..<10_000 { standings.add(.refused, try .of("clip\(number)"), 5, reason()) }
        standings.add(.held, try .of("one.part"), 5, seconds: 60, "its name")
        #expect(standings.counts == [.refused: 10_000, .held: 1])
        #expect(standings.named.count == 21)
        #expect(reasons == 20)
    }

    @Test("what waits is told with its reason, in both forms")
    func forms() throws {
        var result = PassResult()
        result.remaining = 2
        result.standings.add(.refused, try .of("a/b\"c.mp4"), 5, seconds: 3600, "quota-exceeded: full")
        result.failure = .unreachable("no route")
        let report = report(result)
        #expect(report.text.contains("a/b\\x22c.mp4") || report.text.contains("a/b\"c.mp4"))
        #expect(report.text.contains("quota-exceeded: full (again in "))
        #expect(report.text.contains("trouble: the server can't be reached: no route"))
        let told = try object(report.json)
        #expect(told["running"] as? Bool == true)
        let waiting = try #require(told["waiting"] as? [String: Int])
        #expect(waiting == ["refused": 1])
        let files = try #require(told["files"] as? [[String: Any]])
        #expect(files.first?["path"] as? String == "a/b\"c.mp4")
        #expect(files.first?["reason"] as? String == "quota-exceeded: full")
        let last = try #require(told["last-pass"] as? [String: Any])
        #expect(last["needs-person"] as? Bool == false)
    }

    @Test("names that are no UTF-8, and those that would steer a terminal, make a report that can be read")
    func foreignNames() throws {
        var result = PassResult()
        let path = try #require(LocalPath(bytes: [0x61, 0xFF, 0x1B, 0x5B, 0x0A]))
        result.standings.add(.settling, path, 5, seconds: 1, "")
        let report = report(result)
        #expect(!report.text.utf8.contains(0x1B))
        let files = try #require(try object(report.json)["files"] as? [[String: Any]])
        #expect(files.first?["path"] as? String == path.description)
    }

    @Test("a client is asked by its name, and the one that has it answers")
    func desk() throws {
        let name = "auto-upload-test/\(UInt64.random(in: 0 ... .max))"
        #expect(throws: SystemError.self) { try StatusDesk.ask(name, .text) }
        let board = StatusBoard(report())
        try StatusDesk.open(name, board)
        board.update { $0.activity = .looking }
        let answer = try StatusDesk.ask(name, .text)
        #expect(answer.text.contains("now: looking"))
        #expect(answer.process == ProcessInfo.processInfo.processIdentifier)
        #expect(try object(StatusDesk.ask(name, .json).text)["activity"] as? String == "looking")
        // A second one with the name doesn't answer in its place.
        #expect(throws: SystemError.self) { try StatusDesk.open(name, board) }
    }
}
