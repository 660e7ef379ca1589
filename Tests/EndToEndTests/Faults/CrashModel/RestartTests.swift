import Foundation
import Platform
import TestSupport
import Testing
import Wire

/// What crashes leave of a server's storage, given to another server.
@Suite("Faults: restarts after crashes", .enabled(if: FaultLibrary.isAvailable, FaultLibrary.reason))
struct RestartTests {
    /// With AUTO_UPLOAD_SOAK=full, many more.
    private static let crashes = Sweep.isFull ? 300 : 12

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

    /// A crash after some records of a trace.
    private struct Crash {
        let site: Site
        /// Path → SHA-256.
        private(set) var confirmed: [String: String] = [:]
        private let comment: Comment

        init(_ traced: TracedSite, _ records: [TraceRecord], _ survival: CrashImage.Survival, seed: UInt64) throws {
            site = try Site()
            comment = "after \(records.count) records, survival: \(survival), seed \(seed)"
            var known: [String: String] = [:]
            let model = try traced.replay(records) { message, _ in
                guard let confirmation = message.confirmation else { return }
                known[Tree.key(confirmation.path.bytes)] = confirmation.digest.description
            }
            confirmed = known
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

        private func expectWhole() throws {
            let stored = try site.stored()
            for (path, digest) in confirmed { #expect(stored[path] == digest, "\(comment): \(path)") }
            #expect(try Set(stored.values).isSubset(of: ServerJob.digests()), "\(comment): something half is visible")
        }
    }
}
