import Domain
import Foundation
import Platform
import TestSupport
import Testing
import Wire

extension FaultTests {
    /// What the real client overwrites, and when, by a model of the worst file system.
    @Suite("Crashes of the client")
    struct ClientCrashTests {
        @Test("a byte is destroyed only after its confirmation came, and its wiping name and record outlive any crash")
        func wipes() async throws {
            try await onThread {
                let traced = try TracedClient()
                var watch = WipeWatch(traced)
                try traced.replay { record, model in
                    try watch.look(at: record, model)
                } answer: { message in
                    watch.note(message)
                }
                #expect(watch.doubts == [])
                #expect(watch.destroyed.count == TracedClient.recordings.count)
            }
        }

        @Test("no flush before that could be left out: the model would notice")
        func needed() async throws {
            try await onThread {
                let traced = try TracedClient()
                let records = try traced.plan.trace()
                // A client that makes none of its flushes, one kind after the other.
                for kind in FlushedThing.allCases {
                    var watch = WipeWatch(traced)
                    let fewer = records.filter { record in
                        switch record.event {
                        case .flushed(let inode, _): traced.thing(inode) != kind
                        // Small files share one.
                        case .flushedAll: kind != .contents
                        default: true
                        }
                    }
                    try traced.replay(fewer) { record, model in
                        try watch.look(at: record, model)
                    } answer: { message in
                        watch.note(message)
                    }
                    #expect(watch.doubts.contains { $0.contains(kind.rawValue) }, "\(kind): \(watch.doubts)")
                }
            }
        }
    }
}

/// What a client flushes, as doubts name it.
private enum FlushedThing: String, CaseIterable {
    case names = "its wiping name"
    case contents = "what it was overwritten with"
    case state = "the record of its wipe"
}

/// A client that has uploaded and wiped what it was given, traced.
private struct TracedClient {
    static let recordings: [(path: String, content: [UInt8])] = [
        ("clip", sample(2000, seed: 1)), ("other", sample(300, seed: 2)), ("large", sample(600_000, seed: 4)),
        ("empty", []),
    ]

    let client: TestClient
    let plan: FaultPlan
    /// By the inode numbers that they had.
    let originals: [FileSystemModel.Inode: [UInt8]]
    private let card: FileSystemModel.Inode
    private let scratch: FileSystemModel.Inode

    init() throws {
        let server = try TestServer()
        client = try TestClient(server)
        plan = try FaultPlan(folders: [client.scratch.path])
        for (path, content) in Self.recordings { try client.record(content, as: path) }
        let folder = try Directory.open(path: client.card)
        originals = try Dictionary(
            uniqueKeysWithValues: Self.recordings.map { path, content in
                (try folder.status(of: try name(path)).identity.inode, content)
            })
        card = try folder.status().identity.inode
        scratch = try Directory.open(path: client.scratch.path).status().identity.inode
        let ended = try RunningProgram.run(
            Binaries.client, client.arguments(["--once", "-d", "y"]),
            environment: client.environment.merging(try plan.environment(traced: true)) { $1 })
        guard ended.status == 0, try client.isEmpty() else { throw Failure("not wiped: \(ended.error)") }
    }

    /// Does again what the client did.
    func replay(
        _ records: [TraceRecord]? = nil, before: (TraceRecord, FileSystemModel) throws -> Void,
        answer: (ServerMessage) -> Void
    ) throws {
        // Its state's folder is made in the scratch folder.
        var model = FileSystemModel(root: scratch)
        model.addFolder(card)
        for (path, content) in Self.recordings {
            guard let inode = originals.first(where: { $0.value == content })?.key else { continue }
            model.addFile(content, inode, in: card, as: path)
        }
        var replay = Replay<ServerMessage>(try records ?? plan.trace(), model: model)
        _ = try replay.run(before: { _, record, model in try before(record, model) }) { message, _ in answer(message) }
    }

    func thing(_ inode: FileSystemModel.Inode) -> FlushedThing {
        inode == card ? .names : originals[inode] != nil ? .contents : .state
    }
}

/// Looks at the moments at which a recording's bytes go.
private struct WipeWatch {
    private let traced: TracedClient
    private var confirmed: Set<String> = []
    private(set) var destroyed: Set<FileSystemModel.Inode> = []
    private(set) var doubts: [String] = []
    private var images = 0

    init(_ traced: TracedClient) {
        self.traced = traced
    }

    mutating func note(_ message: ServerMessage) {
        if let confirmation = message.confirmation { confirmed.insert(confirmation.digest.description) }
    }

    /// Called before something is done.
    mutating func look(at record: TraceRecord, _ model: FileSystemModel) throws {
        switch record.event {
        case .write(let inode, _, _): try begin(inode, model)
        case .truncate(let inode, _):
            try begin(inode, model)
            try expectOverwritten(inode, model)
        case .unlink(let inode, _, _): try begin(inode, model)
        default: break
        }
    }

    /// The first of it that goes.
    private mutating func begin(_ inode: FileSystemModel.Inode, _ model: FileSystemModel) throws {
        guard let content = traced.originals[inode], destroyed.insert(inode).inserted else { return }
        if try !confirmed.contains(digest(of: content)) { doubts.append("\(inode) wasn't confirmed") }
        guard let object = model.object(inode), let name = model.onlyName(of: object), name.hasPrefix(Self.prefix)
        else {
            return doubts.append("\(inode): its wiping name may be lost")
        }
        let id = name.dropFirst(Self.prefix.count)
        for survival in CrashImage.Survival.allCases where try !isDecided(id, model, survival) {
            doubts.append("\(inode): the record of its wipe may be lost (survival: \(survival))")
        }
    }

    /// Whether the state says, after a crash at this moment, that the wipe is to be finished.
    private mutating func isDecided(
        _ id: Substring, _ model: FileSystemModel, _ survival: CrashImage.Survival
    ) throws -> Bool {
        let scratch = try ScratchFolder("image")
        images += 1
        var image = CrashImage(model, survival, seed: UInt64(images))
        try image.write(FileSystemModel.root, to: scratch.path)
        let folder = try FileManager.default.subpathsOfDirectory(atPath: scratch.path)
            .first { $0.hasSuffix("state.sqlite") }
        guard let folder, let state = try? StateReader(scratch.path(folder)) else { return false }
        let query = "SELECT is_decided FROM wipes WHERE lower(hex(id)) = '\(id)'"
        return (try? state.number(query)) == 1
    }

    /// Its blocks are given back only after the random bytes have reached them.
    private mutating func expectOverwritten(_ inode: FileSystemModel.Inode, _ model: FileSystemModel) throws {
        guard let content = traced.originals[inode], !content.isEmpty, let object = model.object(inode) else { return }
        let left = model.files[object]?.certain
        if left?.count != content.count || left == content {
            doubts.append("\(inode): what it was overwritten with may be lost")
        }
    }

    private static let prefix = ".auto-upload-wiping-"
}

private func name(_ text: String) throws -> FileName {
    guard let name = FileName(Array(text.utf8)) else { throw Failure("not a name: \(text)") }
    return name
}
