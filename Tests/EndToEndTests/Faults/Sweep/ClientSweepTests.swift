import Foundation
import Platform
import TestSupport
import Testing

extension FaultTests {
    /// Every call of the file system that the client makes, SQLite's included, made to fail in its turn, with deletion on.
    @Suite("Sweep of the client")
    struct ClientSweepTests {
        /// One that collides with what is stored, in folders, empty, and of more than one frame.
        private static let recordings: [(path: String, content: [UInt8])] = [
            ("clip", sample(2000, seed: 1)), ("a/b/small", sample(300, seed: 2)), ("empty", []),
            ("large", sample(600_000, seed: 4)),
        ]
        private static let taken = sample(2000, seed: 9)

        @Test(
            "whichever call fails: nothing is lost or half sent, and the next pass gets and wipes all",
            arguments: Sweep.all
        )
        func sweep(_ sweep: Sweep) async throws {
            try await onThread {
                let server = try TestServer()
                _ = try Round(server, number: 0, Trouble(.inputOutput)).run()
                try sweep.run(oneIn: 10) { number, trouble in try Round(server, number: number, trouble).run() }
                #expect(try server.stop().status == 0)
            }
        }

        @Test("the same with -e y, and no key seals two contents", arguments: Sweep.all)
        func encrypted(_ sweep: Sweep) async throws {
            try await onThread {
                let (server, keys) = (try TestServer(), try KeyPair())
                _ = try Round(server, number: 0, Trouble(.inputOutput), keys).run()
                try sweep.run(oneIn: 20) { number, trouble in try Round(server, number: number, trouble, keys).run() }
                #expect(try server.stop().status == 0)
            }
        }

        /// A client whose `number`th call fails in a pass, and one that finds what it left.
        private struct Round {
            let server: TestServer
            let client: TestClient
            let plan: FaultPlan
            let number: UInt64
            let trouble: Trouble
            /// What this round sends is stored below a folder of its own.
            let prefix: String
            /// To encrypt to; nil where nothing is encrypted.
            let keys: KeyPair?

            init(_ server: TestServer, number: UInt64, _ trouble: Trouble, _ keys: KeyPair? = nil) throws {
                self.keys = keys
                self.server = server
                client = try TestClient(server)
                plan = try FaultPlan(folders: [client.card, client.scratch.path("state")])
                (self.number, self.trouble) = (number, trouble)
                prefix = "round-\(number)-\(String(describing: trouble).filter(\.isLetter))"
                for (path, content) in ClientSweepTests.recordings { try client.record(content, as: path) }
                try server.site.scratch.write(ClientSweepTests.taken, to: "storage/\(Fixtures.user)/\(prefix)/clip")
            }

            private var options: [String] {
                ["--once", "-d", "y", "--prefix", prefix] + (keys?.options ?? [])
            }

            private var comment: Comment { plan.description(number, trouble) }

            /// - Returns: whether the call was reached.
            func run() throws -> Bool {
                if number > 0 { try plan.fail(from: number, with: trouble) }
                let faulty = try RunningProgram.run(
                    Binaries.client, client.arguments(options),
                    environment: client.environment.merging(try plan.environment()) { $1 })
                let hasFired = try plan.hasFired
                #expect(
                    faulty.isOrderly || trouble.fault == .kill && faulty.wasKilled,
                    "\(comment): \(faulty.status) \(faulty.error)")
                try expectNothingLost(faulty)
                let next = try RunningProgram.run(
                    Binaries.client, client.arguments(options), environment: client.environment, seconds: 120)
                #expect(next.status == 0, "\(comment): \(faulty.error) \(next.error)")
                #expect(try client.recordings() == [:], "\(comment): \(faulty.error) \(next.error)")
                try expectStored()
                return hasFired
            }

            private func expectNothingLost(_ ended: RunningProgram.Outcome) throws {
                let stored = try storedDigests()
                let safe = Set(stored).union(try client.recordings().values)
                for (path, content) in ClientSweepTests.recordings {
                    #expect(try safe.contains(digest(of: content)), "\(comment): \(path) is lost: \(ended.error)")
                }
                // What can't be wiped stays, and is no failure of the pass.
                guard ended.status == 0 else { return }
                for (path, content) in ClientSweepTests.recordings {
                    #expect(try stored.contains(digest(of: content)), "\(comment): \(path) wasn't sent: \(ended.error)")
                }
            }

            private func expectStored() throws {
                let expected = try ClientSweepTests.recordings.map { try digest(of: $0.content) }
                #expect(
                    try storedDigests().sorted() == (expected + [digest(of: ClientSweepTests.taken)]).sorted(), comment)
            }

            private func storedDigests() throws -> [String] {
                let stored = try server.site.stored().filter { $0.key.hasPrefix(prefix + "/") }
                guard let keys else { return Array(stored.values) }
                let folder = "\(server.site.storage)/\(Fixtures.user)/\(prefix)"
                let sealed = stored.keys.filter { $0.hasSuffix(".age") }
                let beginnings = try sealed.map { try beginning(of: "\(server.site.storage)/\(Fixtures.user)/\($0)") }
                #expect(Set(beginnings).count == sealed.count, "\(comment): a key was used for two files")
                return try stored.filter { !sealed.contains($0.key) }.map(\.value) + keys.decrypted(folder).values
            }

            /// Header and nonce, which are as random as the key.
            private func beginning(of path: String) throws -> [UInt8] {
                let file = try FileHandle(forReadingFrom: URL(filePath: path))
                return try file.read(upToCount: 184).map(Array.init) ?? []
            }
        }
    }
}
