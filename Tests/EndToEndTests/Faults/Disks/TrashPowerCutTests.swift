import Foundation
import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Power cuts while files are deleted and had back, as ext4 takes them.
    @Suite("Power cuts while files are deleted", .enabled(if: Disk.isAvailable, Disk.reason))
    struct TrashPowerCutTests {
        private static let names = ["a/1", "a/2", "3"]

        @Test("whenever the power is cut, each file is stored or in the trash: none is lost, and none is doubled")
        func cuts() async throws {
            try await onThread {
                let step: UInt64 = FaultTests.isFull ? 1 : 16
                let first = FaultTests.isFull ? 1 : UInt64.random(in: 1...step)
                for number in stride(from: first, to: .max, by: UInt64.Stride(step)) where try !cut(number) { break }
            }
        }

        /// - Returns: whether the call was reached.
        private func cut(_ number: UInt64) throws -> Bool {
            let storage = try CutStorage(number)
            for (seed, name) in Self.names.enumerated() {
                try writeFile(
                    sample(900, seed: seed), at: Array("storage/\(Fixtures.user)/\(name)".utf8),
                    in: storage.disk.outside(""))
            }
            _ = try RunningProgram.run("/usr/bin/env", ["sync", "-f", storage.disk.outside("storage")])
            let folder = storage.site.storage
            let remains = try storage.cut(knowing: {}) { server in
                let inside = ["nsenter", "-m", "-t", "\(server.program.processID)"]
                let words = ["-f", folder, "--of", Fixtures.user] + Self.names
                for command in ["delete", "restore"] {
                    _ = try RunningProgram.run("/usr/bin/env", inside + [Binaries.server, "files", command] + words)
                }
            }
            let digests = try Self.names.indices.map { try digest(of: sample(900, seed: $0)) }
            let found = try storage.stored(on: remains.disk).filter { digests.contains($0.value) }
            #expect(found.values.sorted() == digests.sorted(), "call \(number): \(found)")
            return remains.hasFired
        }
    }
}
