import Foundation
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// A disk that loses what it has taken: the file that it lies in has no room for all of it, so that the kernel's own
    /// write-back fails.
    @Suite("A disk that fails", .enabled(if: Disk.isAvailable, Disk.reason))
    struct FailingDiskTests {
        @Test("while write-back fails nothing false is confirmed: what was is there when the disk is looked at anew")
        func writeBack() async throws {
            try await onThread {
                let disk = try Disk(mebibytes: 64, onMemory: 24)
                let site = try Site(storage: disk.path)
                let server = try TestServer(site, through: disk.entering)
                let crowd = Crowd(files: 40, bytes: 300_000, together: 5)
                let report = try crowd.run(on: server)
                #expect(report.confirmed.count > 10, "\(report.refused)")
                #expect(report.refused.count > 10, "the disk didn't fail")
                // It still answers, whatever it says.
                _ = try crowd.run(on: server, without: Set(report.confirmed.keys))
                try server.kill()
                // What the kernel has in its memory isn't what counts.
                let again = try disk.mountedAnew()
                let stored = try Tree.digests(of: again.outside(Fixtures.user))
                for (path, digest) in report.confirmed { #expect(stored[path] == digest, "\(path)") }
            }
        }
    }
}
