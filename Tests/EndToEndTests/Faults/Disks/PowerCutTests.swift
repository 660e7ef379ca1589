import Foundation
import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Power cuts as a real file system (ext4) takes them: what it has handed to its device at that moment is all that is left.
    @Suite(
        "Power cuts",
        .enabled(if: Disk.isAvailable, Disk.reason))
    struct PowerCutTests {
        /// With AUTO_UPLOAD_SOAK=full at each call, else at one in so many.
        private static func calls(oneIn part: Int) -> StrideTo<UInt64> {
            stride(
                from: FaultTests.isFull ? 1 : .random(in: 1...UInt64(part)), to: .max, by: FaultTests.isFull ? 1 : part)
        }

        @Test("whenever the server's power is cut, what it had confirmed is whole, and the job can be done again")
        func server() async throws {
            try await onThread {
                for number in Self.calls(oneIn: 80) where try !ServerCut(number).run() { break }
            }
        }

        /// The power of the server is cut at one of its calls.
        private struct ServerCut {
            private let storage: CutStorage

            init(_ number: UInt64) throws {
                storage = try CutStorage(number)
            }

            private var number: UInt64 { storage.number }

            /// - Returns: whether the call was reached.
            func run() throws -> Bool {
                let confirmed = ConfirmedFiles()
                let remains = try storage.cut(knowing: { confirmed.all }) { server in
                    var report = ServerJob.Report { confirmed.note($0, $1) }
                    try ServerJob.run(on: server, &report)
                }
                try expect(remains.known, on: remains.disk)
                let next = try TestServer(storage.site, through: remains.disk.entering)
                var report = ServerJob.Report()
                try ServerJob.run(on: next, &report)
                #expect(report.refusals.isEmpty && report.broken.isEmpty, "call \(number): \(report)")
                try expect(remains.known, on: remains.disk)
                try expectAll(on: remains.disk)
                return remains.hasFired
            }

            private func expect(_ known: [String: String], on disk: Disk) throws {
                let stored = try storage.stored(on: disk)
                for (path, digest) in known { #expect(stored[path] == digest, "call \(number): \(path)") }
                #expect(
                    try Set(stored.values).isSubset(of: ServerJob.digests()),
                    "call \(number): something half is visible")
            }

            private func expectAll(on disk: Disk) throws {
                let stored = try storage.stored(on: disk)
                #expect(try Set(stored.values) == ServerJob.digests(), "call \(number)")
                #expect(try stored.count == ServerJob.digests().count, "call \(number)")
            }
        }

        @Test("whenever the client's power is cut: nothing is lost or half sent, and the next pass gets and wipes all")
        func client() async throws {
            try await onThread {
                let server = try TestServer()
                for number in Self.calls(oneIn: 120) where try !ClientCut(number, server).run() { break }
            }
        }

        /// The power of the client's machine is cut at one of its calls.
        private struct ClientCut {
            let number: UInt64
            let disk: Disk
            let server: TestServer
            let plan: FaultPlan

            private static let recordings: [(path: String, content: [UInt8])] = [
                ("clip", sample(2000, seed: 1)), ("a/b/small", sample(300, seed: 2)),
                ("large", sample(600_000, seed: 4)),
            ]

            init(_ number: UInt64, _ server: TestServer) throws {
                (self.number, self.server) = (number, server)
                disk = try Disk(mebibytes: 64)
                plan = try FaultPlan(folders: [disk.path])
                try FileManager.default.createDirectory(atPath: disk.outside("card"), withIntermediateDirectories: true)
                for (path, content) in Self.recordings {
                    try writeFile(content, at: Array(path.utf8), in: disk.outside("card"))
                }
                // The recordings are older than what the power cut takes away.
                _ = try RunningProgram.run("/usr/bin/env", ["sync", "-f", disk.outside("card")])
            }

            private func start(on disk: Disk, environment: [String: String] = [:]) throws -> RunningProgram {
                let options = [
                    "-s", "127.0.0.1:\(server.port)", "-u", Fixtures.user, "-f", disk.path + "/card", "--state",
                    disk.path + "/state", "--ca-file", server.site.certificates.authority, "--settle", "0",
                    "--settle-unknown", "1", "--once", "-d", "y", "--prefix", "cut-\(number)",
                ]
                return try RunningProgram(
                    "/usr/bin/env", disk.entering + [Binaries.client] + options,
                    environment: environment.merging(["AUTO_UPLOAD_PASSWORD": Fixtures.password]) { $1 })
            }

            /// - Returns: whether the call was reached.
            func run() throws -> Bool {
                try plan.fail(number...number, with: .hold)
                let client = try start(on: disk, environment: plan.environment())
                let hasEnded = Monitor(false)
                try Platform.Thread.detach {
                    _ = try? client.waitForEnd()
                    hasEnded.withLock { $0 = true }
                }
                guard try eventually({ try plan.hasFired || hasEnded.withLock { $0 } }) else {
                    throw Failure("it hangs")
                }
                let hasFired = try plan.hasFired
                let after = try disk.afterPowerCut()
                client.signal(SIGKILL)
                try expectNothingLost(after)
                let next = try start(on: after).waitForEnd()
                #expect(next.status == 0, "call \(number): \(next.error)")
                #expect(try Tree.digests(of: after.outside("card")) == [:], "call \(number): \(next.error)")
                let expected = try Self.recordings.map { try digest(of: $0.content) }.sorted()
                #expect(try stored().sorted() == expected, "call \(number): \(next.error)")
                return hasFired
            }

            private func expectNothingLost(_ disk: Disk) throws {
                let safe = try Set(stored()).union(Tree.digests(of: disk.outside("card")).values)
                for (path, content) in Self.recordings {
                    #expect(try safe.contains(digest(of: content)), "call \(number): \(path) is lost")
                }
            }

            private func stored() throws -> [String] {
                try server.site.stored().filter { $0.key.hasPrefix("cut-\(number)/") }.map(\.value)
            }
        }
    }
}

/// What was confirmed so far, as another thread sees it.
private final class ConfirmedFiles: Sendable {
    private let files = Monitor<[String: String]>([:])

    func note(_ path: String, _ digest: String) {
        files.withLock { $0[path] = digest }
    }

    var all: [String: String] { files.withLock { $0 } }
}
