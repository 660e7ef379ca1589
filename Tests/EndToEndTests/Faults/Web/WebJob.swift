import TestSupport

/// Uploads by each way of HTTP to one server, by one user: what a sweep makes its calls fail in. Used by one thread.
final class WebJob {
    let sendings: [WebSending]
    /// Why a connection came to an end of its own, if one did.
    private(set) var broken: [String] = []
    private(set) var refusals: [String] = []
    /// The server wasn't ready, and told so.
    private(set) var wasSentAway = false

    /// - Parameter known: of each upload, by its path, where it isn't begun only now.
    init(known: [String: WebSending.Known] = [:], tell: @escaping (String, WebSending.Known) -> Void = { _, _ in })
        throws
    {
        sendings = try WebSending.Way.allCases.enumerated().map { number, way in
            let path = "web/\(way)"
            return try WebSending(
                way, to: path, sample(70_000 + 1000 * number, seed: 50 + number), known: known[path] ?? .init(),
                tell: { tell(path, $0) })
        }
    }

    /// Goes on with each over connections of its own, the resumable ones being cut in the midst at first.
    func run(on server: TestServer, cutting: Bool = true) throws {
        for sending in sendings where !sending.known.isStored {
            if cutting, sending.way.isResumable { try go(on: server, sending, cuttingAfter: 4) }
            try go(on: server, sending, cuttingAfter: nil)
        }
    }

    private func go(on server: TestServer, _ sending: WebSending, cuttingAfter boundaries: Int?) throws {
        var client: WebClient?
        do {
            let new = try WebClient(server, cuttingAfter: boundaries)
            client = new
            try sending.go(on: new)
        } catch {
            if client?.wasCut != true { broken.append("\(sending.path): \(error)") }
        }
        if let refusal = sending.refusal { refusals.append("\(sending.path): \(refusal)") }
        if ServerJob.lacksRoom(server) {
            broken = []
            wasSentAway = true
        }
    }

    var flaws: [String] { sendings.flatMap(\.flaws) }

    /// SHA-256 of everything that it sends, by the stored path.
    func digests() throws -> [String: String] {
        Dictionary(try sendings.map { ($0.path, try digest(of: $0.content)) }) { $1 }
    }
}
