import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// Errors of write-back, as flushes tell of them: once.
    @Suite("Errors of write-back")
    struct WriteBackTests {
        private static let crowd = Crowd(files: 15, bytes: 3000)

        @Test(
            "whichever flush fails among many connections, nothing that it may have lost is confirmed, now or later",
            arguments: [1, 2, 3, 4, 5, 6, 7])
        func anyFlush(_ number: UInt64) async throws {
            try await onThread {
                let traced = try TracedSite()
                var confirmed: [String: String] = [:]
                try traced.run { server in
                    try traced.plan.fail(number...number, with: .inputOutput, calls: [.flush, .flushAll])
                    for _ in 0..<2 {
                        let report = try Self.crowd.run(on: server, without: Set(confirmed.keys))
                        confirmed.merge(report.confirmed) { $1 }
                        #expect(report.refused.values.allSatisfy { $0.status == .storageFailed }, "\(report.refused)")
                    }
                    #expect(try traced.plan.hasFired)
                }
                let judged = try traced.judge()
                #expect(judged.doubts == [])
                #expect(judged.confirmed == confirmed.count)
                let stored = try traced.site.stored()
                for (path, digest) in confirmed { #expect(stored[path] == digest, "\(path)") }
                try expectCompletes(traced.site)
            }
        }

        /// Another server, which trusts everything again, gets the rest.
        private func expectCompletes(_ site: Site) throws {
            let server = try TestServer(site)
            let report = try Self.crowd.run(on: server)
            #expect(report.refused.isEmpty, "\(report.refused)")
            #expect(try site.stored() == Self.crowd.digests())
            #expect(try site.partials() == [])
        }

        @Test(
            "room that is missing only when bytes are written back is said as such, and is over when there is room",
            arguments: [Errno.noSpace, .overQuota])
        func lackOfRoom(_ errno: Errno) async throws {
            try await onThread {
                let site = try Site()
                let plan = try FaultPlan(folders: [site.storage])
                let server = try TestServer(site, environment: try plan.environment())
                for calls in [[FileCall.write, .allocate], [.flush, .flushAll], [.makeFolder, .open, .rename]] {
                    try plan.failAlways(with: .error(errno), calls: calls)
                    let refused = try Self.crowd.run(on: server)
                    #expect(refused.confirmed.isEmpty, "\(calls)")
                    #expect(
                        refused.refused.values.allSatisfy { $0.status == .storageFull }, "\(calls): \(refused.refused)")
                    try plan.stop()
                    #expect(try site.partials() == [], "\(calls)")
                }
                let report = try Self.crowd.run(on: server)
                #expect(report.refused.isEmpty, "\(report.refused)")
                #expect(try site.stored() == Self.crowd.digests())
                #expect(try server.stop().status == 0)
            }
        }
    }
}
