import Platform
import TestSupport
import Testing

@testable import Storage

/// Files that are moved into a user's folder to see whether that can be done: what a killed server leaves of them.
@Suite struct TrialTests {
    private let scratch: ScratchFolder
    private let root: Directory
    private let notes: Directory

    init() throws {
        scratch = try ScratchFolder("trial")
        for folder in [".auto-upload", ".auto-upload/partial", "alice/a/b"] { try scratch.makeFolder(folder) }
        root = try Directory.open(path: scratch.path)
        notes = try Directory.open(path: scratch.path(".auto-upload/partial"))
    }

    /// A next server's start.
    private func start() throws {
        let staging = StagingFolder(
            notes, flusher: Flusher(FlushCalls()), rules: .small, space: try SpaceBook(root: root, staging: notes))
        _ = try PartialStore(StagingFolders(staging, root: root), after: Leftovers(root: root, traces: .twoNames))
    }

    private func noted() throws -> [String] { try scratch.names(in: ".auto-upload/partial") }

    /// - Returns: the trial's name.
    private func killed(in path: String, leaving content: [UInt8] = []) throws -> String {
        let trial = try Trial(in: path.split(separator: "/").compactMap { FileName(String($0)) }, notes: notes)
        let name = String(decoding: trial.name.bytes, as: UTF8.self)
        try scratch.write(content, to: path + "/" + name)
        return name
    }

    @Test("an empty file that was left is removed at the next start, wherever it is, and so is its note")
    func cleared() throws {
        let names = try ["alice", "alice/a", "alice/a/b"].map { ($0, try killed(in: $0)) }
        #expect(try noted() == names.map { $0.1 }.sorted())
        try start()
        for (folder, name) in names { #expect(!scratch.exists(folder + "/" + name)) }
        #expect(try noted().isEmpty)
    }

    @Test("nothing is removed that isn't empty, or has another name, or is reached through a link")
    func kept() throws {
        let full = try killed(in: "alice", leaving: [1])
        let linked = try killed(in: "alice/a")
        try scratch.write([], to: "alice/.auto-upload-trial-1")
        try scratch.link("bob", to: "alice")
        let throughLink = try Trial(in: ["bob", "a"].map { FileName(constant: $0) }, notes: notes)
        // The note of what lies in the folder is gone; another one would lead to it through a link.
        try notes.remove(try #require(FileName(linked)))
        try notes.makeLink(try #require(FileName(linked)), to: Array("bob/a".utf8))
        for target in ["../alice/a", "/alice/a", "/"] {
            try notes.makeLink(Trial.randomName(), to: Array(target.utf8))
        }
        try start()
        #expect(scratch.exists("alice/" + full) && scratch.exists("alice/a/" + linked))
        #expect(scratch.exists("alice/.auto-upload-trial-1"))
        #expect(try noted().isEmpty)
        throughLink.end()
    }

    @Test("one that was left in the storage folder itself is removed; an upload leaves neither file nor note")
    func stored() throws {
        let name = String(decoding: try Trial.randomName().bytes, as: UTF8.self)
        try scratch.write([], to: name)
        let test = try TestVault(in: scratch)
        #expect(!scratch.exists(name))
        _ = try test.store([UInt8](repeating: 1, count: 100_000), as: "a/b/clip")
        #expect(try noted().isEmpty)
        for folder in ["", "alice", "alice/a", "alice/a/b"] {
            #expect(try scratch.names(in: folder).allSatisfy { !$0.contains("trial") })
        }
    }
}
