import Domain
import Platform
import TestSupport
import Transport
import Wire

/// Uploads of every kind to one server, by one user: what a sweep makes its calls fail in.
struct ServerJob {
    struct Recording: Sendable {
        let path: String
        let content: [UInt8]
    }

    /// Sent and answered one after the other.
    static let single = [
        Recording(path: "a/b/small", content: sample(3000, seed: 1)),
        // Enough that its space is reserved.
        Recording(path: "clip", content: sample(200_000, seed: 2)),
        Recording(path: "clip", content: sample(70_000, seed: 3)),
        Recording(path: "empty", content: []),
    ]
    /// Sent together, so that they share flushes.
    static let together = (0..<6).map {
        Recording(path: "together/\($0 % 2)/\($0)", content: sample(900, seed: 10 + $0))
    }

    /// Enough that what is here when the connection goes is kept, and gone on with over another; and to be written past the
    /// page cache, by another thread.
    static let large = LargeUpload(size: 17 << 20)
    private static let cut = 11 << 20

    /// What came of a job that something may have gone wrong with.
    struct Report {
        /// Stored path → SHA-256, as the server confirmed it.
        var confirmed: [(path: String, digest: String)] = []
        var refusals: [Refusal] = []
        /// The server wasn't ready, and told so.
        var wasSentAway = false
        /// Why a connection came to an end of its own, if one did.
        var broken: [String] = []
        /// Called with a path and a SHA-256 as soon as they are confirmed.
        var confirmation: (String, String) -> Void = { _, _ in }
    }

    /// Runs the job over four connections.
    ///
    /// - Parameter report: also when this throws, it tells what had come until then.
    static func run(on server: TestServer, _ report: inout Report) throws {
        try attempt(server, &report) { client, report in
            for recording in single {
                report.note(try client.upload(recording.content, to: recording.path))
            }
            // Known already, under its own name or the derived one.
            report.note(try client.upload(single[2].content, to: single[2].path))
            report.note(try client.ask(single[0].content, at: single[0].path))
        }
        try attempt(server, &report) { client, report in
            for answer in try client.uploadTogether(together) { report.note(answer) }
            let abandoned = try client.offer("abandoned", size: 100_000)
            try client.send(data: sample(50_000), upload: abandoned)
            try client.send(.abandon(upload: abandoned))
        }
        try attempt(server, &report) { client, report in
            guard let (upload, offset) = try client.begin(large, &report) else { return }
            if offset < cut { try large.send(client, from: offset, upTo: cut, upload: upload) }
            try client.awaitEnd(of: upload, &report)
        }
        try attempt(server, &report) { client, report in
            guard let (upload, offset) = try client.begin(large, &report) else { return }
            try large.send(client, from: offset, upTo: large.size, upload: upload)
            try large.finish(client, upload: upload)
            report.note(try client.finalAnswer(to: upload))
        }
    }

    private static func attempt(
        _ server: TestServer, _ report: inout Report, _ body: (ProtocolClient, inout Report) throws -> Void
    ) throws {
        var address: String?
        do {
            let client = try server.connect()
            address = client.address
            defer { client.close() }
            switch try client.tryToLogIn(Fixtures.user, Fixtures.password) {
            case .granted: try body(client, &report)
            case .denied(let refusal): report.refusals.append(refusal)
            case let answer: throw Failure("not an answer to a login: \(answer)")
            }
        } catch  where lacksRoom(server) {
            // Also in the midst of a handshake.
            report.broken.append("\(error)")
        } catch let failure as Failure where address != nil {
            report.broken.append(failure.description)
        }
        if lacksRoom(server) {
            // Who was connected comes again.
            report.broken = []
            report.wasSentAway = true
        } else if let address {
            _ = try server.logLine(with: " closed ", "address=\(address)")
        }
    }

    /// Whether the server came to think at its start that it has no room: it sends clients away until there is some, or opens its
    /// storage anew then.
    static func lacksRoom(_ server: TestServer) -> Bool {
        ["every client is told to come later", "has no room even for a trial"].contains { server.log.contains($0) }
    }

    /// SHA-256 of everything that the job uploads.
    static func digests() throws -> Set<String> {
        Set(try (single + together).map { try digest(of: $0.content) } + [try large.digest().description])
    }
}

extension ServerJob.Report {
    fileprivate mutating func note(_ answer: ServerMessage) {
        switch answer {
        case .stored(_, let confirmation, _), .present(_, let confirmation):
            confirmed.append((Tree.key(confirmation.path.bytes), confirmation.digest.description))
            self.confirmation(Tree.key(confirmation.path.bytes), confirmation.digest.description)
        case .refused(_, let refusal): refusals.append(refusal)
        default: broken.append("not an answer to an upload: \(answer)")
        }
    }
}

extension ProtocolClient {
    /// - Returns: the upload's number and the offset to go on from; nil when it was refused.
    fileprivate func begin(
        _ file: LargeUpload, _ report: inout ServerJob.Report
    ) throws -> (upload: UInt32, offset: Int)? {
        let upload = newUpload()
        try send(.offer(upload: upload, file.offer()))
        let answer = try answer()
        if case .proceed(_, let proceed) = answer { return (upload, Int(proceed.durableOffset)) }
        report.note(answer)
        return nil
    }

    /// Waits until the server has come to all that was sent, or has refused it.
    fileprivate func awaitEnd(of upload: UInt32, _ report: inout ServerJob.Report) throws {
        try send(.ping(Ping(opaque: 1)))
        while true {
            let answer = try answer()
            if case .pong = answer { return }
            report.note(answer)
        }
    }

    fileprivate func ask(_ content: [UInt8], at path: String) throws -> ServerMessage {
        guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
        let upload = newUpload()
        let query = try Query(size: UInt64(content.count), digest: digest, path: Array(path.utf8))
        try send(.query(upload: upload, query))
        return try finalAnswer(to: upload)
    }

    /// Sends files in one go.
    func uploadTogether(_ recordings: [ServerJob.Recording]) throws -> [ServerMessage] {
        _ = try uploadAll(recordings)
        return try recordings.map { _ in try finalAnswer(to: 0) }
    }

    /// Sends files in one go, and leaves their answers to the caller.
    ///
    /// - Returns: the first one's number; the others' follow.
    func uploadAll(_ recordings: [ServerJob.Recording]) throws -> UInt32 {
        var bytes: [UInt8] = []
        var first: UInt32?
        for recording in recordings {
            let (upload, content) = (newUpload(), recording.content)
            first = first ?? upload
            let offer = try Self.makeOffer(path: Array(recording.path.utf8), size: UInt64(content.count))
            guard let digest = ContentHasher.digest(of: content) else { throw Failure("no digest") }
            ClientMessage.offer(upload: upload, offer).encode(into: &bytes)
            FrameHeader(type: .data, upload: upload, length: UInt32(content.count)).encode(into: &bytes)
            bytes += content
            ClientMessage.finish(upload: upload, Finish(digest: digest)).encode(into: &bytes)
        }
        try send(bytes: bytes)
        return first ?? 0
    }
}
