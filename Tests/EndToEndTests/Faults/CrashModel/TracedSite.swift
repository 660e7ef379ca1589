import Platform
import TestSupport
import Wire

/// A storage folder whose servers are traced.
final class TracedSite {
    let site: Site
    let plan: FaultPlan
    private let root: FileSystemModel.Inode

    struct Judgement {
        var confirmed = 0
        var doubts: [String] = []
    }

    init() throws {
        site = try Site()
        plan = try FaultPlan(folders: [site.storage])
        root = try Directory.open(path: site.storage).status().identity.inode
    }

    /// Starts a server, does something with it, and ends it.
    func run(killing: Bool = false, _ body: (TestServer) throws -> Void) throws {
        let server = try TestServer(site, environment: try plan.environment(traced: true))
        try body(server)
        if killing { try server.kill() } else { _ = try server.stop() }
    }

    /// Does again what the servers did.
    ///
    /// - Returns: the model at the end.
    func replay<Answer: TracedAnswer>(
        _ records: [TraceRecord], answer: (Answer, FileSystemModel) throws -> Void
    ) throws -> FileSystemModel {
        var replay = Replay<Answer>(records, model: FileSystemModel(root: root))
        return try replay.run(answer: answer)
    }

    /// Asks of every confirmation whether a crash could have taken back what it promises.
    func judge(_ records: [TraceRecord]? = nil) throws -> Judgement {
        var judgement = Judgement()
        _ = try replay(try records ?? plan.trace()) { (message: ServerMessage, model) in
            guard let confirmation = message.confirmation else { return }
            judgement.confirmed += 1
            let doubt = try model.doubt(about: confirmation, user: Fixtures.user)
            if let doubt { judgement.doubts.append(doubt) }
        }
        return judgement
    }
}

extension ServerMessage {
    var confirmation: Confirmation? {
        switch self {
        case .stored(_, let confirmation, _), .present(_, let confirmation): confirmation
        default: nil
        }
    }
}
