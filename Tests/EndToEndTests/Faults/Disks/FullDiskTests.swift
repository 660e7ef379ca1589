import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// A disk of 24 MiB with twice as much on its way to it.
    @Suite("A full disk", .enabled(if: Disk.isAvailable, Disk.reason))
    struct FullDiskTests {
        @Test(
            "what has no room is refused for now, what was confirmed is whole, and with room all the rest arrives by itself"
        )
        func many() async throws {
            try await onThread {
                let disk = try Disk(mebibytes: 24)
                let site = try Site(storage: disk.path)
                let server = try TestServer(site, through: disk.entering)
                let crowd = Crowd(files: 40, bytes: 300_000, together: 3)
                let full = try crowd.run(on: server)
                #expect(full.refused.count > 20 && full.confirmed.count > 20, "\(full.confirmed.count) were stored")
                #expect(full.refused.values.allSatisfy { $0.status == .storageFull }, "\(full.refused)")
                try expectExactly(full.confirmed, on: disk)
                var confirmed = full.confirmed
                // An admin takes away what is there, again and again.
                while confirmed.count < Crowd.connections * crowd.files {
                    try FileManager.default.removeItem(atPath: disk.outside(Fixtures.user))
                    let more = try crowd.run(on: server, without: Set(confirmed.keys))
                    guard !more.confirmed.isEmpty else { throw Failure("nothing more arrives: \(more.refused)") }
                    try expectExactly(more.confirmed, on: disk)
                    confirmed.merge(more.confirmed) { $1 }
                }
                #expect(try confirmed == crowd.digests())
                #expect(try server.stop().status == 0)
            }
        }

        private func expectExactly(_ confirmed: [String: String], on disk: Disk) throws {
            #expect(try Tree.digests(of: disk.outside(Fixtures.user)).filter { $0.key != Site.marker } == confirmed)
            #expect(try Tree.paths(of: disk.outside(".auto-upload/partial")) == [])
        }
    }
}
