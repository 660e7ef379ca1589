import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Every call of the file system that the server makes for web clients, made to fail in its turn.
    @Suite("Sweep of the server's web face")
    struct WebSweepTests {
        @Test(
            "whichever call fails: nothing is confirmed falsely, no offset goes down, and what broke is gone on with",
            arguments: Sweep.all)
        func sweep(_ sweep: Sweep) async throws {
            try await onThread {
                let clean = try Round(number: 0, Trouble(.inputOutput))
                try clean.run()
                try sweep.run(oneIn: 80) { number, trouble in
                    let round = try Round(number: number, trouble)
                    try round.run()
                    return try round.plan.hasFired
                }
            }
        }

        /// A server whose `number`th call fails, a job, and another server.
        private final class Round {
            private let faulty: FaultySite
            private let job: WebJob

            init(number: UInt64, _ trouble: Trouble) throws {
                faulty = try FaultySite(number: number, trouble)
                job = try WebJob()
            }

            var plan: FaultPlan { faulty.plan }
            private var site: Site { faulty.site }
            private var trouble: Trouble { faulty.trouble }
            private var comment: Comment { faulty.comment }

            func run() throws {
                try runWithFaults()
                let left = try Set(site.stored().keys)
                let server = try TestServer(site)
                let next = try WebJob(known: known)
                try next.run(on: server, cutting: false)
                #expect(next.flaws == [] && next.refusals == [] && next.broken == [], comment)
                #expect(try site.stored() == job.digests(), comment)
                // What is unknown has spoilt bytes, or is stored already.
                let lost = next.sendings.filter { $0.losses > 0 }.map(\.path)
                if !spoils { #expect(left.isSuperset(of: lost), comment) }
                #expect(try server.stop().status == 0, comment)
            }

            private var known: [String: WebSending.Known] {
                Dictionary(job.sendings.map { ($0.path, $0.known) }) { $1 }
            }

            /// Whether it may cost what has come of an upload.
            private var spoils: Bool {
                switch trouble.fault {
                case .kill, .short, .error(.interrupted): false
                default: true
                }
            }

            private func runWithFaults() throws {
                let server: TestServer
                do {
                    server = try TestServer(site, environment: try plan.environment())
                } catch let error as TestServer.DidNotStart {
                    return #expect(trouble.fault == .kill ? error.outcome.wasKilled : error.outcome.isOrderly, comment)
                }
                let descriptors = try server.program.openDescriptors
                try job.run(on: server)
                #expect(job.flaws == [], comment)
                if faulty.number == 0 { #expect(job.refusals == [], comment) }
                try expectStored()
                if trouble.fault == .kill, try plan.hasFired {
                    return #expect(try server.program.waitForEnd().wasKilled, comment)
                }
                #expect(job.broken == [], comment)
                if !job.wasSentAway {
                    #expect(try eventually { try server.program.openDescriptors == descriptors }, "\(comment): a leak")
                }
                #expect(try server.stop().status == 0 || trouble.fault == .kill, comment)
            }

            private func expectStored() throws {
                let (stored, digests) = (try site.stored(), try job.digests())
                for sending in job.sendings where sending.known.isStored {
                    #expect(stored[sending.path] == digests[sending.path], "\(comment): \(sending.path)")
                }
                #expect(Set(stored.values).isSubset(of: digests.values), "\(comment): something half")
            }
        }
    }
}
