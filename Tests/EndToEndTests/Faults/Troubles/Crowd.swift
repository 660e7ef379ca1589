import Domain
import Platform
import TestSupport
import Wire

/// Several connections that upload many files at the same time, whatever becomes of each.
struct Crowd: Sendable {
    static let connections = 4

    /// Files that each connection sends, a few of them at a time.
    let files: Int
    /// Of each, at least 8, at most 1 MiB.
    let bytes: Int
    /// Files that are sent in one go, and share flushes.
    var together = 5

    /// What the server said, by path: SHA-256 of what was confirmed, and refusals.
    struct Report: Sendable {
        var confirmed: [String: String] = [:]
        var refused: [String: Refusal] = [:]
    }

    private func recordings(_ connection: Int) -> [ServerJob.Recording] {
        (0..<files).map { number in
            ServerJob.Recording(
                path: "d\(number % 3)/\(connection)-\(number)",
                content: content(connection * files + number))
        }
    }

    private static let block = sample(1 << 20)

    /// Files differ in their first eight bytes.
    private func content(_ number: Int) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } + Self.block[8..<bytes]
    }

    /// SHA-256 of everything, by path.
    func digests() throws -> [String: String] {
        let all = (0..<Self.connections).flatMap(recordings)
        return try Dictionary(uniqueKeysWithValues: all.map { ($0.path, try digest(of: $0.content)) })
    }

    /// - Parameter already: paths that aren't sent again.
    func run(on server: TestServer, without already: Set<String> = []) throws -> Report {
        let report = Monitor(Report())
        try onThreads(Self.connections, seconds: 300) { connection in
            let client = try server.loggedIn()
            var rest = recordings(connection).filter { !already.contains($0.path) }[...]
            while !rest.isEmpty {
                let part = Array(rest.prefix(together))
                rest = rest.dropFirst(together)
                for (path, answer) in try client.upload(allOf: part) { report.withLock { $0.note(path, answer) } }
            }
            client.close()
            _ = try server.logLine(with: " closed ", "address=\(client.address)")
        }
        return report.withLock { $0 }
    }
}

extension Crowd.Report {
    fileprivate mutating func note(_ path: String, _ answer: ServerMessage) {
        switch answer {
        case .stored(_, let confirmation, _): confirmed[path] = confirmation.digest.description
        case .refused(_, let refusal): refused[path] = refusal
        default: refused[path] = Refusal(status: .protocolViolation, text: "\(answer)")
        }
    }
}

extension ProtocolClient {
    /// Sends files in one go, and tells the answers apart.
    fileprivate func upload(allOf recordings: [ServerJob.Recording]) throws -> [(path: String, ServerMessage)] {
        let first = try uploadAll(recordings)
        return try recordings.map { _ in
            let answer = try finalAnswer(to: 0)
            guard let number = answer.upload, let index = Int(exactly: number - first),
                recordings.indices.contains(index)
            else { throw Failure("not an answer to any of them: \(answer)") }
            return (recordings[index].path, answer)
        }
    }
}

extension ServerMessage {
    fileprivate var upload: UInt32? {
        switch self {
        case .stored(let upload, _, _), .present(let upload, _), .refused(let upload, _): upload
        default: nil
        }
    }
}
