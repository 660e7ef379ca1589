import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// What crashes leave of a server's storage, given to another server.
    @Suite("Restarts after crashes")
    struct RestartTests {
        /// With AUTO_UPLOAD_SOAK=full, many more.
        private static let crashes = FaultTests.isFull ? 300 : 12

        @Test(
            "whenever the power is cut: what was confirmed is whole, nothing half is visible, and the job can be done again"
        )
        func storage() async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run { server in
                    var report = ServerJob.Report()
                    try ServerJob.run(on: server, &report)
                }
                let records = try traced.plan.trace()
                let count = Self.crashes
                for crash in 0..<count {
                    // From the first record after the start to the last.
                    let length = records.count * (crash + 1) / count
                    let survival = CrashImage.Survival.allCases[crash % 3]
                    try Crash(traced, Array(records.prefix(length)), survival, seed: UInt64(crash)).recover()
                }
            }
        }

        @Test("whenever the power is cut: an upload goes on from the last offset that was told, or from one after it")
        func offsets() async throws {
            try await onThread {
                let traced = try TracedSite()
                let file = LargeUpload(size: 5 << 20)
                for end in [2, 3, 4, 5].map({ $0 << 20 }) {
                    // The third is done by another server, after a kill.
                    try traced.run(killing: end == 3 << 20) { server in
                        let client = try server.loggedIn()
                        let offset = try file.begin(client)
                        try file.send(client, from: offset, upTo: end)
                        if end == file.size {
                            try file.finish(client)
                            guard case .stored = try client.finalAnswer(to: 1) else { throw Failure("not stored") }
                        } else {
                            try client.awaitPong()
                        }
                        client.close()
                        _ = try server.logLine(with: " closed ", "address=\(client.address)")
                    }
                }
                let records = try traced.plan.trace()
                let count = Self.crashes
                for crash in 0..<count {
                    let length = records.count * (crash + 1) / count
                    let survival = CrashImage.Survival.allCases[crash % 3]
                    let left = try Crash(traced, Array(records.prefix(length)), survival, seed: UInt64(crash))
                    try left.goOn(with: file)
                    if length == records.count { #expect(left.offset == 4 << 20 && !left.confirmed.isEmpty) }
                }
            }
        }

        /// A crash after some records of a trace.
        private struct Crash {
            let site: Site
            /// Path → SHA-256.
            private(set) var confirmed: [String: String] = [:]
            /// The greatest offset that a client was told.
            private(set) var offset: UInt64 = 0
            private let comment: Comment

            init(_ traced: TracedSite, _ records: [TraceRecord], _ survival: CrashImage.Survival, seed: UInt64) throws {
                site = try Site()
                comment = "after \(records.count) records, survival: \(survival), seed \(seed)"
                var known: [String: String] = [:]
                var told: UInt64 = 0
                let model = try traced.replay(records) { (message: ServerMessage, _) in
                    if case .proceed(_, let proceed) = message { told = max(told, proceed.durableOffset) }
                    guard let confirmation = message.confirmation else { return }
                    known[Tree.key(confirmation.path.bytes)] = confirmation.digest.description
                }
                (confirmed, offset) = (known, told)
                var image = CrashImage(model, survival, seed: seed)
                try image.write(FileSystemModel.root, to: site.storage)
            }

            func recover() throws {
                try expectWhole()
                let server = try TestServer(site)
                var report = ServerJob.Report()
                try ServerJob.run(on: server, &report)
                #expect(report.refusals.isEmpty && report.broken.isEmpty, "\(comment): \(report)")
                try expectWhole()
                let stored = try site.stored()
                #expect(try Set(stored.values) == ServerJob.digests(), comment)
                #expect(try stored.count == ServerJob.digests().count, comment)
                #expect(try site.partials() == [], comment)
                #expect(try server.stop().status == 0)
            }

            /// Sends what the server hasn't, unless it has confirmed all.
            func goOn(with file: LargeUpload) throws {
                try expectStored(digests: [file.digest().description])
                if !confirmed.isEmpty { return }
                let server = try TestServer(site)
                let client = try server.loggedIn()
                let begin = try file.begin(client)
                #expect(begin >= offset, "\(comment): it goes on at \(begin), though \(offset) was told")
                try file.send(client, from: begin, upTo: file.size)
                try file.finish(client)
                guard case .stored = try client.finalAnswer(to: 1) else { throw Failure("\(comment): not stored") }
                #expect(try site.stored().values.sorted() == [file.digest().description], comment)
                #expect(try site.partials() == [], comment)
            }

            private func expectWhole() throws {
                try expectStored(digests: ServerJob.digests())
            }

            /// What was confirmed is there, and there is nothing half.
            private func expectStored(digests: Set<String>) throws {
                let stored = try site.stored()
                for (path, digest) in confirmed { #expect(stored[path] == digest, "\(comment): \(path)") }
                #expect(Set(stored.values).isSubset(of: digests), "\(comment): something half is visible")
            }
        }
    }
}
