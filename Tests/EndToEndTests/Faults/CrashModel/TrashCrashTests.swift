import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// What is deleted, and had back, outlives any crash in one place or the other.
    @Suite("Crashes while files are deleted")
    struct TrashCrashTests {
        private static let names = ["a/b/1", "a/b/2", "3"]
        private static let crashes = FaultTests.isFull ? 300 : 24

        @Test("what the command said is certain when it said it, and at no moment can a crash take a file")
        func moves() async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run { server in
                    let client = try server.loggedIn()
                    for (number, name) in Self.names.enumerated() {
                        guard case .stored = try client.upload(sample(900, seed: number), to: name) else {
                            throw Failure("refused")
                        }
                    }
                    client.close()
                    _ = try server.logLine(with: " closed ", "address=\(client.address)")
                }
                let stored = try traced.plan.trace().count
                try traced.run { server in
                    let words = ["-f", traced.site.storage, "--of", Fixtures.user] + Self.names
                    for command in ["delete", "restore"] {
                        let outcome = try RunningProgram.run(Binaries.server, ["files", command] + words)
                        guard outcome.status == 0 else { throw Failure("\(command): \(outcome.error)") }
                    }
                }
                let records = try traced.plan.trace()
                try expectCertain(traced, records)
                for crash in 0..<Self.crashes {
                    let count = stored + (records.count - stored) * (crash + 1) / Self.crashes
                    for survival in CrashImage.Survival.allCases {
                        try expectAll(traced, Array(records.prefix(count)), survival, seed: UInt64(crash))
                    }
                }
            }
        }

        /// At the end everything is where it was, whatever is cut then.
        private func expectCertain(_ traced: TracedSite, _ records: [TraceRecord]) throws {
            let model = try traced.replay(records) { (_: WebClient.Answer, _) in }
            for (number, name) in Self.names.enumerated() {
                let path = [Fixtures.user] + name.split(separator: "/").map(String.init)
                #expect(try model.doubt(about: path, digest(of: sample(900, seed: number))) == nil)
            }
        }

        /// After a crash, each file is stored or in the trash, and nowhere else.
        private func expectAll(
            _ traced: TracedSite, _ records: [TraceRecord], _ survival: CrashImage.Survival, seed: UInt64
        ) throws {
            let model = try traced.replay(records) { (_: WebClient.Answer, _) in }
            let site = try Site()
            var image = CrashImage(model, survival, seed: seed)
            try image.write(FileSystemModel.root, to: site.storage)
            let digests = try Set(Self.names.indices.map { try digest(of: sample(900, seed: $0)) })
            let comment: Comment = "after \(records.count) records, survival: \(survival), seed \(seed)"
            let found = try site.stored().filter { digests.contains($0.value) }
            #expect(Set(found.values) == digests, comment)
            let places = found.keys.map { $0.split(separator: "/").suffix(3).joined(separator: "/") }
            #expect(Set(places).isSuperset(of: ["a/b/1", "a/b/2"]), comment)
        }
    }
}
