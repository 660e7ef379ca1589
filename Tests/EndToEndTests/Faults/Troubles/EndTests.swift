import TestSupport
import Testing

extension FaultTests {
    /// Threads that are on their way out still use what OpenSSL's clean-up at a normal exit would take from them: of forty
    /// servers that lost 500 connections in the moment in which they were stopped, one ended by SIGSEGV.
    @Suite("The end of a process")
    struct EndTests {
        private static let cleanedUp: Int32 = 99

        private static func environment() throws -> [String: String] {
            ["LD_PRELOAD": try FaultLibrary.path.get(), "AUTO_UPLOAD_FAULT_CLEANUP": "\(cleanedUp)"]
        }

        @Test("no library cleans up under the feet of threads that are on their way out")
        func unseen() async throws {
            try await onThread {
                let server = try TestServer(Site(), environment: Self.environment())
                let client = try TestClient(server)
                try client.record(sample(1000), as: "clip")
                let pass = try RunningProgram.run(
                    Binaries.client, client.arguments(["--once"]),
                    environment: client.environment.merging(Self.environment()) { $1 })
                #expect(pass.status == 0)
                let names = try RunningProgram.run(
                    Binaries.adduser, ["--list", "-f", server.site.users], environment: Self.environment())
                #expect(names.status == 0)
                #expect(try server.stop().status == 0)
            }
        }

        @Test("programs that run the clean-up are told from those that don't")
        func seen() throws {
            let ended = try RunningProgram.run("/usr/bin/env", ["true"], environment: Self.environment())
            #expect(ended.status == Self.cleanedUp)
        }
    }
}
