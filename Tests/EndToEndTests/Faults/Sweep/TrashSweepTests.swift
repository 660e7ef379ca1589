import Foundation
import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Every call of the file system that the server makes while files are deleted and had back, made to fail in its turn.
    @Suite("Sweep of deleting")
    struct TrashSweepTests {
        @Test(
            "whichever call fails: each file is stored or in the trash, and can be had back",
            arguments: Sweep.all)
        func sweep(_ sweep: Sweep) async throws {
            try await onThread {
                try sweep.run(oneIn: 6, atLeast: 40) { number, trouble in
                    let round = try Round(number: number, trouble)
                    try round.run()
                    return try round.plan.hasFired
                }
            }
        }

        private struct Round {
            private let site: Site
            let plan: FaultPlan
            private let trouble: Trouble
            private let comment: Comment
            private static let names = ["a/1", "a/2", "3"]

            init(number: UInt64, _ trouble: Trouble) throws {
                site = try Site()
                plan = try FaultPlan(folders: [site.storage])
                self.trouble = trouble
                comment = "call \(number): \(trouble)"
                for (number, name) in Self.names.enumerated() {
                    try writeFile(
                        sample(900, seed: number), at: Array("\(Fixtures.user)/\(name)".utf8), in: site.storage)
                }
                server = try TestServer(site, environment: plan.environment())
                try plan.fail(from: number, with: trouble)
            }

            private let server: TestServer

            private func command(_ word: String) throws -> RunningProgram.Outcome {
                let words = ["files", word, "-f", site.storage, "--of", Fixtures.user] + Self.names
                return try RunningProgram.run(Binaries.server, words)
            }

            func run() throws {
                let descriptors = try server.program.openDescriptors
                let deleted = try command("delete")
                try expectAll()
                let restored = try command("restore")
                try expectAll()
                if trouble.fault == .kill, try plan.hasFired {
                    #expect(deleted.status != 0 || restored.status != 0, comment)
                    _ = try server.program.waitForEnd()
                } else {
                    if try !plan.hasFired { #expect(deleted.status == 0 && restored.status == 0, comment) }
                    #expect(try eventually { try server.program.openDescriptors == descriptors }, "\(comment): a leak")
                    _ = try server.stop()
                }
                try plan.stop()
                // Another server has back what is in the trash still.
                let next = try TestServer(site)
                #expect([0, 66].contains(try command("restore").status), comment)
                let stored = try Set(site.stored().keys.filter { !$0.hasSuffix("/.auto-upload-moving") })
                #expect(stored == Set(Self.names), "\(comment): \(stored)")
                _ = try next.stop()
            }

            private func expectAll() throws {
                let digests = try Self.names.indices.map { try digest(of: sample(900, seed: $0)) }
                #expect(try site.stored().values.filter { digests.contains($0) }.sorted() == digests.sorted(), comment)
            }
        }
    }
}
