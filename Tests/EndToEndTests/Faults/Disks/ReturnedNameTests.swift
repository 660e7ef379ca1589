import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// A power cut on ext4 without a journal: a stored file's old name is back in the staging folder, and its inode counts one.
    @Suite(
        "A name that comes back", .enabled(if: Disk.isAvailable && hasDebugfs, "this needs loop devices and debugfs"))
    struct ReturnedNameTests {
        @Test("a stored file isn't freed by what is cleared at the start")
        func start() throws {
            let disk = try Disk(mebibytes: 16, options: "-O ^has_journal")
            let site = try Site(storage: disk.path)
            let first = try TestServer(site, through: disk.entering)
            #expect(first.log.contains("tune2fs -O has_journal"), "\(first.log)")
            let content = sample(100_000)
            guard case .stored = try first.loggedIn().upload(content, to: "clip") else { throw Failure("not stored") }
            try expectEnd(first)
            // Gives the name, and leaves the number of names as it is.
            let after = try disk.mountedAnew(
                after:
                    "PATH=$PATH:/usr/sbin:/sbin; debugfs -w -R 'ln \(Fixtures.user)/clip .auto-upload/partial/0123' \"$0\""
            )
            #expect(try Tree.paths(of: after.outside(".auto-upload/partial")) == ["0123"])
            let second = try TestServer(site, through: after.entering)
            _ = try second.logLine(with: ".auto-upload/found")
            try expectEnd(second)
            // Memory may still know what the medium doesn't.
            let last = try after.mountedAnew()
            #expect(try Tree.digests(of: last.outside(Fixtures.user))["clip"] == digest(content))
            #expect(try Tree.paths(of: last.outside(".auto-upload/found")) == ["0123"])
        }

        private func digest(_ content: [UInt8]) throws -> String {
            let scratch = try ScratchFolder("digest")
            try scratch.write(content, to: "clip")
            return try #require(Tree.digests(of: scratch.path)["clip"])
        }

        private func expectEnd(_ server: TestServer) throws {
            #expect(try server.stop().status == 0)
        }
    }
}

private let hasDebugfs: Bool = {
    let tried = try? RunningProgram.run("/usr/bin/env", ["sh", "-c", "PATH=$PATH:/usr/sbin:/sbin; debugfs -V"])
    return tried?.status == 0
}()
