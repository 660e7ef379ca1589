import Foundation
import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Power cuts under web clients, as a real file system (ext4) takes them.
    @Suite("Power cuts under web clients", .enabled(if: Disk.isAvailable, Disk.reason))
    struct WebPowerCutTests {
        @Test(
            "whenever the server's power is cut: what was confirmed is whole, and uploads go on from what was told, or after it"
        )
        func server() async throws {
            try await onThread {
                let step = FaultTests.isFull ? 1 : 120
                for number in stride(from: UInt64.random(in: 1...UInt64(step)), to: .max, by: step)
                where try !Round(number).run() { break }
            }
        }

        /// The power is cut at one of the server's calls.
        private struct Round {
            let number: UInt64
            let disk: Disk
            let site: Site
            let plan: FaultPlan

            init(_ number: UInt64) throws {
                self.number = number
                disk = try Disk(mebibytes: 64)
                try FileManager.default.createDirectory(
                    atPath: disk.outside("storage"), withIntermediateDirectories: true)
                site = try Site(storage: disk.path + "/storage")
                plan = try FaultPlan(folders: [site.storage])
            }

            /// - Returns: whether the call was reached.
            func run() throws -> Bool {
                let server = try TestServer(site, environment: plan.environment(), through: disk.entering)
                try plan.fail(number...number, with: .hold)
                let told = Monitor<[String: WebSending.Known]>([:])
                let done = Monitor(false)
                try Platform.Thread.detach {
                    let job = try? WebJob { path, known in told.withLock { $0[path] = known } }
                    try? job?.run(on: server)
                    done.withLock { $0 = true }
                }
                guard try eventually({ try plan.hasFired || done.withLock { $0 } }) else { throw Failure("it hangs") }
                let hasFired = try plan.hasFired
                let known = told.withLock { $0 }
                let after = try disk.afterPowerCut()
                try plan.stop()
                try server.kill()
                try expectWhole(known, on: after)
                return hasFired
            }

            private func expectWhole(_ known: [String: WebSending.Known], on disk: Disk) throws {
                let job = try WebJob(known: known)
                let (before, digests) = (try stored(on: disk), try job.digests())
                for (path, known) in known where known.isStored {
                    #expect(before[path] == digests[path], "call \(number): \(path)")
                }
                #expect(Set(before.values).isSubset(of: digests.values), "call \(number): something half is visible")
                try job.run(on: TestServer(site, through: disk.entering), cutting: false)
                #expect(job.flaws == [] && job.refusals == [] && job.broken == [], "call \(number)")
                let lost = job.sendings.filter { $0.losses > 0 }.map(\.path)
                #expect(Set(before.keys).isSuperset(of: lost), "call \(number): \(lost)")
                #expect(try stored(on: disk) == digests, "call \(number)")
            }

            private func stored(on disk: Disk) throws -> [String: String] {
                let folder = disk.outside("storage/\(Fixtures.user)")
                guard FileManager.default.fileExists(atPath: folder) else { return [:] }
                return try Tree.digests(of: folder).filter { $0.key != Site.marker }
            }
        }
    }
}
