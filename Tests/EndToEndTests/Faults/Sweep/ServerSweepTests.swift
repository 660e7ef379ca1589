import Foundation
import Platform
import TestSupport
import Testing

/// Every call of the file system that the server makes, made to fail in its turn.
@Suite("Faults: sweep of the server", .enabled(if: FaultLibrary.isAvailable, FaultLibrary.reason))
struct ServerSweepTests {
    @Test(
        "whichever call fails: nothing is confirmed falsely, lost or leaked, and the next try gets all",
        arguments: Sweep.all)
    func sweep(_ sweep: Sweep) async throws {
        try await onThread {
            let clean = try Round(number: 0, fault: .inputOutput)
            try clean.run()
            try sweep.run(oneIn: 3) { number, fault in
                let round = try Round(number: number, fault: fault)
                try round.run()
                return try round.plan.hasFired
            }
        }
    }

    /// A server whose `number`th call fails, and a job.
    private final class Round {
        let plan: FaultPlan
        private let site: Site
        private let number: UInt64
        private let fault: Fault

        init(number: UInt64, fault: Fault) throws {
            site = try Site()
            plan = try FaultPlan(folders: [site.storage, site.users])
            (self.number, self.fault) = (number, fault)
            if number > 0 { try plan.fail(number...number, with: fault) }
        }

        /// What is said of a failed expectation.
        private var comment: Comment {
            let call = (try? plan.failedCall).map { "\($0)" } ?? "none"
            return "call \(number) (\(call)): \(fault)"
        }

        func run() throws {
            try runJob()
            let server = try TestServer(site)
            let report = try ServerJob.run(on: server)
            #expect(report.refusals.isEmpty && report.broken.isEmpty, "\(comment): \(report)")
            #expect(try Set(site.stored().values) == ServerJob.digests(), comment)
            #expect(try site.stored().count == ServerJob.digests().count, comment)
            #expect(try site.partials() == [], comment)
            #expect(try server.stop().status == 0, comment)
        }

        private func runJob() throws {
            do {
                let server = try TestServer(site, environment: try plan.environment())
                let descriptors = try server.program.openDescriptors
                let report = try ServerJob.run(on: server)
                if number == 0 { #expect(report.refusals.isEmpty && report.broken.isEmpty, "\(report)") }
                #expect(report.broken.isEmpty, "\(comment): \(report.broken)")
                try expectStored(report)
                #expect(try eventually { try server.program.openDescriptors == descriptors }, "\(comment): a leak")
                let ended = try server.stop()
                #expect(ended.status == 0, "\(comment): \(ended.error)")
            } catch let error as TestServer.DidNotStart {
                #expect(error.outcome.isOrderly && error.outcome.status != 0, "\(comment): \(error)")
                #expect(error.outcome.error.contains("can't"), "\(comment): \(error)")
            }
        }

        private func expectStored(_ report: ServerJob.Report) throws {
            let stored = try site.stored()
            for (path, digest) in report.confirmed { #expect(stored[path] == digest, "\(comment): \(path)") }
            #expect(try Set(stored.values).isSubset(of: ServerJob.digests()), "\(comment): something half")
        }
    }
}
