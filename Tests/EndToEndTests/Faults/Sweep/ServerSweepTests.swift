import Foundation
import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Every call of the file system that the server makes, made to fail in its turn.
    @Suite("Sweep of the server")
    struct ServerSweepTests {
        @Test(
            "whichever call fails: nothing is confirmed falsely, lost or leaked, and the next try gets all",
            arguments: Sweep.all)
        func sweep(_ sweep: Sweep) async throws {
            try await onThread {
                let clean = try Round(number: 0, Trouble(.inputOutput))
                try clean.run()
                try sweep.run(oneIn: 10) { number, trouble in
                    let round = try Round(number: number, trouble)
                    try round.run()
                    return try round.plan.hasFired
                }
            }
        }

        /// A server whose `number`th call fails, and a job.
        private final class Round {
            private let faulty: FaultySite
            /// Uploads that were refused, perhaps when much of them was there: it is kept for who offers them again, which this
            /// job doesn't do under the same number.
            private var refused = 0

            init(number: UInt64, _ trouble: Trouble) throws {
                faulty = try FaultySite(number: number, trouble)
            }

            var plan: FaultPlan { faulty.plan }
            private var site: Site { faulty.site }
            private var trouble: Trouble { faulty.trouble }
            private var comment: Comment { faulty.comment }

            func run() throws {
                try runJob()
                let server = try TestServer(site)
                var report = ServerJob.Report()
                try ServerJob.run(on: server, &report)
                #expect(report.refusals.isEmpty && report.broken.isEmpty, "\(comment): \(report)")
                #expect(try Set(site.stored().values) == ServerJob.digests(), comment)
                #expect(try site.stored().count == ServerJob.digests().count, comment)
                // Of each its bytes and its record.
                #expect(try site.partials().count <= 2 * refused, comment)
                #expect(try server.stop().status == 0, comment)
            }

            private func runJob() throws {
                let server: TestServer
                do {
                    server = try TestServer(site, environment: try plan.environment())
                } catch let error as TestServer.DidNotStart {
                    return expectOrderly(error.outcome)
                }
                let descriptors = try server.program.openDescriptors
                var report = ServerJob.Report()
                do {
                    try ServerJob.run(on: server, &report)
                } catch  where trouble.fault == .kill {
                    #expect(try server.program.waitForEnd().wasKilled, comment)
                    return try expectStored(report)
                }
                // What was under way when the storage was opened anew is kept as well.
                refused = report.refusals.count + (report.wasSentAway ? 4 : 0)
                if faulty.number == 0 { #expect(report.refusals.isEmpty, "\(report)") }
                #expect(report.broken.isEmpty, "\(comment): \(report.broken)")
                try expectStored(report)
                // What wasn't open at the start, for want of room, may be open by now.
                if !report.wasSentAway {
                    #expect(try eventually { try server.program.openDescriptors == descriptors }, "\(comment): a leak")
                }
                let ended = try server.stop()
                #expect(ended.status == 0 || trouble.fault == .kill && ended.wasKilled, "\(comment): \(ended.error)")
            }

            private func expectOrderly(_ ended: RunningProgram.Outcome) {
                if trouble.fault == .kill { return #expect(ended.wasKilled, comment) }
                #expect(ended.isOrderly && ended.status != 0, "\(comment): \(ended.status) \(ended.error)")
                #expect(ended.error.contains("can't"), "\(comment): \(ended.error)")
            }

            private func expectStored(_ report: ServerJob.Report) throws {
                let stored = try site.stored()
                for (path, digest) in report.confirmed { #expect(stored[path] == digest, "\(comment): \(path)") }
                #expect(try Set(stored.values).isSubset(of: ServerJob.digests()), "\(comment): something half")
            }
        }
    }
}
