import Foundation
import TestSupport
import Testing

extension FaultTests {
    /// A disk that fills up before, or while, a file comes over HTTP.
    @Suite("A full disk under web clients", .enabled(if: Disk.isAvailable, Disk.reason))
    struct WebFullDiskTests {
        @Test(
            "what has no room is refused and leaves nothing half; with room it arrives whole, and from where it stood",
            arguments: WebSending.Way.allCases)
        func full(_ way: WebSending.Way) async throws {
            try await onThread {
                let disk = try Disk(mebibytes: 24)
                let site = try Site(storage: disk.path)
                let server = try TestServer(site, through: disk.entering)
                let sending = try WebSending(way, to: "a/clip", sample(6 << 20, seed: 4))
                if way.isResumable { try? sending.go(on: WebClient(server, cuttingAfter: 80)) }
                let filled = try RunningProgram.run(
                    "/usr/bin/env", ["dd", "if=/dev/zero", "of=\(disk.outside("filler"))", "bs=64k"])
                #expect(filled.error.contains("No space left"))
                // What has room set aside already may still arrive.
                _ = try? sending.go(on: WebClient(server))
                #expect([nil, 507].contains(sending.refusal?.status), "\(String(describing: sending.refusal))")
                if !sending.known.isStored { #expect(try stored(on: disk).isEmpty) }
                try FileManager.default.removeItem(atPath: disk.outside("filler"))
                for _ in 0..<2 where !sending.known.isStored { try sending.go(on: WebClient(server)) }
                #expect(sending.known.isStored, "\(String(describing: sending.refusal))")
                #expect(sending.flaws == [] && sending.losses == 0)
                #expect(try stored(on: disk) == ["a/clip": digest(of: sending.content)])
                #expect(try server.stop().status == 0)
            }
        }

        private func stored(on disk: Disk) throws -> [String: String] {
            let folder = disk.outside(Fixtures.user)
            guard FileManager.default.fileExists(atPath: folder) else { return [:] }
            return try Tree.digests(of: folder).filter { $0.key != Site.marker }
        }
    }
}
