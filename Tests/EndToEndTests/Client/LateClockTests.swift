import Platform
import TestSupport
import Testing

/// Devices whose clocks stand still while they are switched off: the real programs, and a clock that is wrong for the client only.
@Suite("A client whose clock is late", .enabled(if: FaultLibrary.isAvailable, FaultLibrary.reason))
struct LateClockTests {
    /// - Parameter time: what the client's clock says when it starts.
    private func run(
        _ client: TestClient, at time: Int64, _ words: [String]
    ) throws -> RunningProgram.Outcome {
        let plan = try FaultPlan(folders: [client.card])
        try plan.shiftClock(seconds: time - currentUnixTime())
        let environment = client.environment.merging(try plan.environment()) { mine, _ in mine }
        return try RunningProgram.run(Binaries.client, client.arguments(words), environment: environment, seconds: 120)
    }

    @Test("it begins in 1970, and sends to the server that it knows; check says what time it takes it to be")
    func beginsIn1970() throws {
        let server = try TestServer()
        let client = try TestClient(server)
        try client.record(sample(1000, seed: 1), as: "one.mp4")
        #expect(try client.pass().status == 0)
        try client.record(sample(1000, seed: 2), as: "two.mp4")
        let ended = try run(client, at: 60, ["--once", "-d", "y"])
        #expect(ended.status == 0, "\(ended.error)")
        #expect(ended.error.contains(" clock-late=\"it is 20"), "\(ended.error)")
        #expect(try server.site.stored().count == 2)
        #expect(try client.isEmpty())
        let check = try run(client, at: 60, ["check"])
        #expect(check.status == 0, "\(check.output)")
        #expect(check.output.contains("warning clock       1970-01-01T00:01:0"), "\(check.output)")
        #expect(check.output.contains("; judged as of 20"), "\(check.output)")
    }
}
