import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// What the real server confirms outlives any crash, by a model of the worst file system.
    @Suite("Crashes of the server")
    struct ServerCrashTests {
        @Test("whatever it confirms is durable before the confirmation can go out, with every name on its path")
        func confirmations() async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run { server in
                    var report = ServerJob.Report()
                    try ServerJob.run(on: server, &report)
                }
                let judged = try traced.judge()
                #expect(judged.doubts == [])
                #expect(judged.confirmed == ServerJob.single.count + 2 + ServerJob.together.count + 1)
            }
        }

        @Test("no flush that succeeded could be left out: the model would notice")
        func needed() async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run { server in
                    let client = try server.loggedIn()
                    _ = try client.upload(sample(5000), to: "a/b/clip")
                    client.close()
                    _ = try server.logLine(with: " closed ", "address=\(client.address)")
                }
                let records = try traced.plan.trace()
                // Each flush of the connection's thread; without it the file, or a folder on its path, is in doubt. The server's
                // marker in the user's folder is flushed too; it comes with no promise.
                let needed = try Self.indicesOfFlushes(records).filter {
                    try !traced.judge(records.without($0)).doubts.isEmpty
                }
                #expect(needed.count == 5)
            }
        }

        private static func indicesOfFlushes(_ records: [TraceRecord]) -> [Int] {
            records.indices.filter { index in
                switch records[index].event {
                case .flushed, .flushedAll: true
                default: false
                }
            }
        }

        @Test("many connections that share folders and flushes: each confirmation stands for itself")
        func together() async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run { server in
                    try onThreads(6, seconds: 120) { number in
                        let client = try server.loggedIn()
                        let recordings = (0..<8).map {
                            ServerJob.Recording(path: "d\($0 % 3)/e/\(number)-\($0)", content: sample(700, seed: $0))
                        }
                        for answer in try client.uploadTogether(recordings) {
                            guard case .stored = answer else { throw Failure("\(answer)") }
                        }
                        client.close()
                    }
                }
                let judged = try traced.judge()
                #expect(judged.doubts == [])
                #expect(judged.confirmed == 48)
            }
        }

        @Test(
            "folders that a killed predecessor made and didn't flush are flushed before anything in them is confirmed",
            arguments: [(FileCall.rename, 20_000), (.link, 100), (.flush, 100)])
        func killedPredecessor(_ last: FileCall, _ size: Int) async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run(killing: true) { server in
                    let client = try server.loggedIn()
                    // The content's own flush comes first, then the folders are made, then comes the name.
                    let number: UInt64 = last == .flush ? 3 : 1
                    try traced.plan.fail(number...number, with: .kill, calls: [last])
                    #expect(throws: (any Error).self) { try client.upload(sample(size), to: "a/b/first") }
                }
                try traced.plan.stop()
                #expect(FileManager.default.fileExists(atPath: traced.site.storage + "/\(Fixtures.user)/a/b"))
                try traced.run { server in
                    let client = try server.loggedIn()
                    guard case .stored = try client.upload(sample(100), to: "a/b/second") else {
                        throw Failure("refused")
                    }
                    client.close()
                }
                let judged = try traced.judge()
                #expect(judged.confirmed == 1 && judged.doubts == [], "\(judged.doubts)")
            }
        }

        @Test("folders that another connection has made and is about to flush are flushed by whoever confirms first")
        func otherConnection() async throws {
            try await onThread {
                let traced = try TracedSite()
                try traced.run { server in
                    let (slow, quick) = (try server.loggedIn(), try server.loggedIn())
                    try traced.plan.fail(3...3, with: .hold, calls: [.flush])
                    let upload = try slow.offer("a/b/slow", size: 100)
                    try slow.send(data: sample(100), upload: upload)
                    try slow.finish(upload, sample(100))
                    try traced.plan.waitUntilFired()
                    guard case .stored = try quick.upload(sample(200), to: "a/b/quick") else {
                        throw Failure("refused")
                    }
                    try traced.plan.stop()
                    guard case .stored = try slow.finalAnswer(to: upload) else { throw Failure("refused") }
                    for client in [slow, quick] { client.close() }
                }
                let judged = try traced.judge()
                #expect(judged.confirmed == 2 && judged.doubts == [], "\(judged.doubts)")
            }
        }
    }
}

extension [TraceRecord] {
    /// All but one.
    fileprivate func without(_ index: Int) -> [TraceRecord] {
        var rest = self
        rest.remove(at: index)
        return rest
    }
}
