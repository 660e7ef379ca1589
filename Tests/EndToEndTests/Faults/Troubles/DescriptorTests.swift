import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// A running server that is left without descriptors, and gets them back.
    @Suite("No descriptors", .enabled(if: Descriptors.canBeLimited, "this needs prlimit"))
    struct DescriptorTests {
        @Test(
            "what no descriptor is left for is refused for now; nothing is lost or leaked, and all arrives afterwards")
        func exhausted() async throws {
            try await onThread {
                // The catalogue opens its files when it likes.
                let server = try TestServer(options: ["--catalogue", "off"])
                let crowd = Crowd(files: 20, bytes: 2000, together: 10)
                let idle = try server.program.openDescriptors
                // What counts is a descriptor's number. Enough for the connections, and for a few files and folders besides.
                let free = try firstFree(server)
                try limit(server, to: free + Crowd.connections + 12)
                let scarce = try crowd.run(on: server)
                #expect(!scarce.refused.isEmpty, "the limit wasn't felt")
                #expect(scarce.refused.values.allSatisfy { $0.status == .busy }, "\(scarce.refused)")
                // None at all: nobody can connect, and those who try are let in later.
                #expect(try eventually { try server.program.openDescriptors == idle })
                try limit(server, to: free)
                do {
                    let waiting = try PlainClient.connect(server.port)
                    _ = try server.logLine(with: "Too many open files")
                    try limit(server, to: 1024)
                    // It is let in, and has nothing to say.
                    _ = try server.logLine(with: " connect ", PlainClient.address(of: waiting))
                }
                let rest = try crowd.run(on: server, without: Set(scarce.confirmed.keys))
                #expect(rest.refused.isEmpty, "\(rest.refused)")
                #expect(try server.site.stored() == crowd.digests())
                #expect(try server.site.partials() == [])
                #expect(try eventually { try server.program.openDescriptors == idle })
                #expect(try server.stop().status == 0)
            }
        }

        private func firstFree(_ server: TestServer) throws -> Int {
            let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(server.program.processID)/fd")
            return (0...).first { !open.contains(String($0)) } ?? 0
        }

        private func limit(_ server: TestServer, to descriptors: Int) throws {
            let options = ["prlimit", "--pid", "\(server.program.processID)", "--nofile=\(descriptors):4096"]
            let ended = try RunningProgram.run("/usr/bin/env", options)
            guard ended.status == 0 else { throw Failure("prlimit: \(ended.error)") }
        }
    }
}

private enum Descriptors {
    static let canBeLimited = (try? RunningProgram.run("/usr/bin/env", ["prlimit", "--version"]))?.status == 0
}
