import Foundation
import Platform
import TestSupport
import Testing

extension LongTests {
    /// What a client costs its device that has nothing to do, over a large folder.
    @Suite(
        "Idle over ten thousand files",
        .enabled(if: ProcessLimits.isRoot, "only root may look into a process that lets nobody look into it"))
    struct IdleFolderTests {
        private static let files = 10_000
        private static let seconds: Double = LongTests.hasTime ? 600 : 30

        private struct Sample {
            let written: UInt64
            /// Seconds of processor.
            let processor: Double
            /// Bytes.
            let resident: UInt64

            init(of process: Int32) throws {
                let words = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8).split(separator: " ")
                let ticks = try (13...14).map { try #require(Double(words[$0])) }.reduce(0, +)
                // USER_HZ, on every machine that there is.
                processor = ticks / 100
                written = try Self.number("write_bytes:", in: "/proc/\(process)/io")
                resident = try Self.number("VmRSS:", in: "/proc/\(process)/status") << 10
            }

            private static func number(_ name: String, in file: String) throws -> UInt64 {
                let text = try String(contentsOfFile: file, encoding: .utf8)
                let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(name) })
                return try #require(line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { UInt64($0) })
            }
        }

        @Test("nothing is written to a disk, and little memory is held")
        func idle() async throws {
            let (before, after) = try await onThread { () -> (Sample, Sample) in
                let server = try TestServer()
                let client = try TestClient(server)
                for number in 0..<Self.files {
                    try client.record([], as: "2026/\(number % 100)/clip-\(number).mp4")
                }
                let daemon = try RunningProgram(
                    Binaries.client, client.arguments(["--interval", "10"]), environment: client.environment)
                #expect(daemon.waitForLine(.error, containing: " pass confirmed=\(Self.files) ", seconds: 240) != nil)
                // The next look tidies up for an hour.
                Platform.Thread.sleep(seconds: 15)
                let before = try Sample(of: daemon.processID)
                Platform.Thread.sleep(seconds: Self.seconds)
                let after = try Sample(of: daemon.processID)
                daemon.signal(SIGTERM)
                _ = try daemon.waitForEnd()
                return (before, after)
            }
            let processor = (after.processor - before.processor) / Self.seconds
            print(
                "idle over \(Self.files) files: \(after.written - before.written) bytes written, "
                    + "\(processor * 100) % of a core looking every 10 s, \(after.resident >> 10) KiB resident")
            #expect(after.written == before.written)
            #expect(after.resident < 40 << 20)
        }
    }
}
