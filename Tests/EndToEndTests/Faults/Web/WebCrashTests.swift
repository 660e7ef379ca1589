import Foundation
import TestSupport
import Testing

extension FaultTests {
    /// What the web face confirms, and tells of offsets, outlives any crash, by a model of the worst file system.
    @Suite("Crashes of the server under web clients")
    struct WebCrashTests {
        @Test("whatever is confirmed by HTTP is durable before the answer can go out, with every name on its path")
        func confirmations() async throws {
            try await onThread {
                let traced = try TracedSite()
                let job = try WebJob()
                try traced.run { server in try job.run(on: server) }
                #expect(job.refusals == [] && job.broken == [])
                var (confirmed, doubts): (Set<[String]>, [String]) = ([], [])
                _ = try traced.replay(try traced.plan.trace()) { (answer: WebClient.Answer, model) in
                    for (names, digest) in answer.confirmed {
                        confirmed.insert(names)
                        let doubt = try model.doubt(about: [Fixtures.user] + names, digest)
                        if let doubt { doubts.append(doubt) }
                    }
                }
                #expect(doubts == [])
                #expect(confirmed.count == job.sendings.count)
            }
        }

        private static let crashes = FaultTests.isFull ? 300 : 8

        @Test(
            "whenever the power is cut: an upload that was told of is there, and goes on from the last offset that was told, or after it",
            arguments: WebSending.Way.allCases.filter(\.isResumable))
        func uploads(_ way: WebSending.Way) async throws {
            try await onThread {
                let content = sample(400_000, seed: 3)
                let traced = try TracedSite()
                let sending = try WebSending(way, to: "a/clip", content)
                // The second connection speaks to another server.
                try traced.run(killing: true) { server in
                    try? sending.go(on: WebClient(server, cuttingAfter: 12))
                    _ = try server.logLine(with: " closed ")
                }
                try traced.run { server in try sending.go(on: WebClient(server)) }
                #expect(sending.known.isStored && sending.flaws == [] && sending.losses == 0)
                let records = try traced.plan.trace()
                for crash in 0..<Self.crashes {
                    let length = records.count * (crash + 1) / Self.crashes
                    let survival = CrashImage.Survival.allCases[crash % 3]
                    let left = try Crash(traced, Array(records.prefix(length)), survival, seed: UInt64(crash))
                    try left.goOn(way, content)
                }
            }
        }

        /// A crash after some records of a trace.
        private struct Crash {
            let site: Site
            private let known: WebSending.Known
            private let comment: Comment

            init(_ traced: TracedSite, _ records: [TraceRecord], _ survival: CrashImage.Survival, seed: UInt64) throws {
                site = try Site()
                comment = "after \(records.count) records, survival: \(survival), seed \(seed)"
                var told = WebSending.Known()
                let model = try traced.replay(records) { (answer: WebClient.Answer, _) in
                    if let location = answer.fields["location"], !location.hasPrefix("/files/") {
                        told.location = location
                    }
                    if answer.status < 300 {
                        told.offset = max(told.offset, Int(answer.fields["upload-offset"] ?? "") ?? 0)
                    }
                    if !answer.confirmed.isEmpty { told.isStored = true }
                }
                known = told
                var image = CrashImage(model, survival, seed: seed)
                try image.write(FileSystemModel.root, to: site.storage)
            }

            func goOn(_ way: WebSending.Way, _ content: [UInt8]) throws {
                let whole = ["a/clip": try digest(of: content)]
                let before = try site.stored()
                #expect(before.isEmpty && !known.isStored || before == whole, comment)
                var known = known
                // The answer may have been lost, too.
                known.isStored = false
                let server = try TestServer(site)
                let sending = try WebSending(way, to: "a/clip", content, known: known)
                try sending.go(on: WebClient(server))
                #expect(
                    sending.known.isStored && sending.flaws == [], "\(comment): \(String(describing: sending.refusal))")
                // Where the power went before the outcome was written down, the file is there all the same.
                #expect(sending.losses == 0 || before == whole && !self.known.isStored, comment)
                #expect(try site.stored() == whole, comment)
            }
        }
    }
}

extension WebClient.Answer {
    /// Files that it says are stored: their paths, and SHA-256.
    fileprivate var confirmed: [(names: [String], digest: String)] {
        if let digest = fields["repr-digest"].flatMap(Self.hexadecimal),
            let location = fields["content-location"] ?? fields["location"]
        {
            return [(location.split(separator: "/").dropFirst().map(String.init), digest)]
        }
        let object = try? JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
        return (object?["files"] as? [[String: Any]] ?? []).compactMap { file in
            guard let name = file["name"] as? String, let digest = file["sha256"] as? String else { return nil }
            return (name.split(separator: "/").map(String.init), digest)
        }
    }

    /// Of a structured field with a digest.
    private static func hexadecimal(_ field: String) -> String? {
        guard let text = field.split(separator: ":").dropFirst().first, let bytes = Data(base64Encoded: String(text))
        else {
            return nil
        }
        return bytes.map { String(format: "%02x", $0) }.joined()
    }
}
