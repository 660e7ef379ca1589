import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// A wall clock that jumps, in the middle of everything.
    @Suite("Clocks that jump")
    struct ClockTests {
        /// Seconds: years ahead, before the epoch, and beyond what 32 bits hold.
        private static let jumps: [Int64] = [5, -4, 20, -70, 300].map { $0 * 365 * 86_400 }

        @Test("the server's: what is under way goes on, what is parked is kept, and nobody is locked out")
        func server() async throws {
            try await onThread {
                let site = try Site()
                let plan = try FaultPlan(folders: [site.storage])
                let server = try TestServer(site, environment: try plan.environment())
                let client = try server.loggedIn()
                let file = LargeUpload(size: (Self.jumps.count + 1) << 20)
                for (number, jump) in Self.jumps.enumerated() {
                    let (upload, content) = (try client.offer("\(number)", size: 1000), sample(1000, seed: number))
                    try client.send(data: Array(content[..<500]), upload: upload)
                    guard case .proceed = try client.answer() else { throw Failure("refused at \(jump)") }
                    try plan.shiftClock(seconds: jump)
                    try client.send(data: Array(content[500...]), upload: upload)
                    try client.finish(upload, content)
                    guard case .stored = try client.answer() else { throw Failure("refused at \(jump)") }
                    try goOn(file, server, from: number << 20)
                }
                client.close()
                #expect(try site.stored().count == Self.jumps.count)
                #expect(try server.stop().status == 0)
                // Its clock was set back while it was off.
                try plan.shiftClock(seconds: -30 * 365 * 86_400)
                let next = try TestServer(site, environment: try plan.environment())
                let last = try next.loggedIn()
                #expect(try file.begin(last) == Self.jumps.count << 20)
                try file.send(last, from: Self.jumps.count << 20, upTo: file.size)
                try file.finish(last)
                guard case .stored = try last.answer() else { throw Failure("refused") }
                #expect(try site.stored()["large.mp4"] == file.digest().description)
                #expect(try next.stop().status == 0)
            }
        }

        /// Sends one more MiB of a file over a connection of its own.
        private func goOn(_ file: LargeUpload, _ server: TestServer, from offset: Int) throws {
            let client = try server.loggedIn()
            #expect(try file.begin(client) == offset)
            try file.send(client, from: offset, upTo: offset + 1 << 20)
            client.close()
            _ = try server.logLine(with: " closed ", "address=\(client.address)")
        }

        @Test(
            "the client's: what it can't check it leaves alone, and when the clock is right again all arrives and is wiped"
        )
        func client() async throws {
            try await onThread {
                let server = try TestServer()
                let client = try TestClient(server)
                let plan = try FaultPlan(folders: [client.scratch.path])
                let daemon = try RunningProgram(
                    Binaries.client, client.arguments(["--interval", "1", "-d", "y"]),
                    environment: client.environment.merging(try plan.environment()) { $1 })
                var recorded: [String: String] = [:]
                func record(_ name: String) throws {
                    let content = sample(300_000, seed: recorded.count)
                    recorded[name] = try digest(of: content)
                    try client.record(content, as: name)
                }
                for jump in Self.jumps {
                    try record("before \(jump)")
                    try plan.shiftClock(seconds: jump)
                    try record("after \(jump)")
                    // Whether it trusts the certificate then is the certificate's affair.
                    _ = daemon.waitForLine(.error, seconds: 2) { $0.contains(" pass ") || $0.contains("trusted") }
                    let safe = try Set(server.site.stored().values).union(Tree.paths(of: client.card))
                    for (name, digest) in recorded { #expect(safe.contains(digest) || safe.contains(name), "\(name)") }
                }
                try plan.shiftClock(seconds: 0)
                daemon.signal(SIGHUP)
                #expect(try eventually { try client.isEmpty() }, "\(daemon.text(.error))")
                #expect(try server.site.stored() == recorded)
                daemon.signal(SIGTERM)
                #expect(try daemon.waitForEnd().status == 0)
            }
        }
    }
}
