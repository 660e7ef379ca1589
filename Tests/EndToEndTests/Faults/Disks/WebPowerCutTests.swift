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
            private let storage: CutStorage

            init(_ number: UInt64) throws {
                storage = try CutStorage(number)
            }

            /// - Returns: whether the call was reached.
            func run() throws -> Bool {
                let told = Monitor<[String: WebSending.Known]>([:])
                let remains = try storage.cut(knowing: { told.withLock { $0 } }) { server in
                    try WebJob { path, known in told.withLock { $0[path] = known } }.run(on: server)
                }
                try expectWhole(remains.known, on: remains.disk)
                return remains.hasFired
            }

            private func expectWhole(_ known: [String: WebSending.Known], on disk: Disk) throws {
                let job = try WebJob(known: known)
                let number = storage.number
                let (before, digests) = (try storage.stored(on: disk), try job.digests())
                for (path, known) in known where known.isStored {
                    #expect(before[path] == digests[path], "call \(number): \(path)")
                }
                #expect(Set(before.values).isSubset(of: digests.values), "call \(number): something half is visible")
                try job.run(on: TestServer(storage.site, through: disk.entering), cutting: false)
                #expect(job.flaws == [] && job.refusals == [] && job.broken == [], "call \(number)")
                let lost = job.sendings.filter { $0.losses > 0 }.map(\.path)
                #expect(Set(before.keys).isSuperset(of: lost), "call \(number): \(lost)")
                #expect(try storage.stored(on: disk) == digests, "call \(number)")
            }
        }
    }
}
