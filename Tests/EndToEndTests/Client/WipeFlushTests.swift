import Platform
import TestSupport
import Testing

extension FaultTests {
    /// What wiping asks of a card.
    @Suite("Flushes of wipes")
    struct WipeFlushTests {
        private static let files = 1000

        /// Flushes of the client, from its first wipe on, and how many files it has wiped.
        private func flushes() throws -> Int {
            let server = try TestServer()
            let client = try TestClient(server)
            for number in 0..<Self.files { try client.record(sample(500, seed: number), as: "clip-\(number)") }
            let plan = try FaultPlan(folders: [client.scratch.path])
            let ended = try RunningProgram.run(
                Binaries.client, client.arguments(["--once", "-d", "y"]),
                environment: client.environment.merging(try plan.environment(traced: true)) { $1 })
            guard ended.status == 0, try client.isEmpty() else { throw Failure("not wiped: \(ended.error)") }
            return try plan.trace().count { record in
                switch record.event {
                case .flushed, .flushedAll: true
                default: false
                }
            }
        }

        @Test("a thousand small files share them: fewer than one for five files, those of the state among them")
        func shared() async throws {
            let count = try await onThread { try flushes() }
            print("1,000 small wiped files: \(count) flushes")
            #expect(count <= Self.files / 5)
        }
    }
}
