import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import DeviceFace
@testable import Storage

/// What is flushed besides where a flushed file, its new name and its folders aren't all that a file system needs.
@Suite struct MovesFlushTests {
    private let scratch: ScratchFolder
    private let staging: Directory
    private let root: Directory

    init() throws {
        scratch = try ScratchFolder("moves")
        staging = try Directory.open(path: scratch.makeFolder("staging"))
        root = try Directory.open(path: scratch.makeFolder("store"))
    }

    /// Publishes a file that has a name in staging.
    ///
    /// - Returns: how often the file itself was flushed.
    private func flushesAfterNaming(flushesNewNames: Bool, renames: Bool) throws -> Int {
        let recorder = FlushRecorder()
        let folder = StagingFolder(
            staging, flusher: Flusher(FlushCalls()), rules: PartialRules(),
            space: try SpaceBook(root: root, staging: staging), renames: renames, flushesNewNames: flushesNewNames)
        let partials = try PartialStore(StagingFolders(folder, root: root))
        let publisher = Publisher(
            folders: FolderTree(root: root, rights: AccessRights()), flusher: Flusher(recorder.calls))
        let file = OfferedFile(
            user: .alice, path: try RemotePath([0x61]), try Fixture.offer(size: 1, path: "a"))
        let partial = try partials.begin(file, isFresh: true)
        partial.append([1])
        let upload = PendingCommit(partial: partial, digest: try [1].digest())
        try upload.begin(AccessRights())
        defer { upload.end(nil) }
        var open = OpenFolders(publisher.folders, noting: FlushDistrust().begin())
        let place = try publisher.publish(upload, in: &open, flushesNaming: true)
        let identity = try place.chain.last.directory.status(of: place.name).identity
        #expect(recorder.now.calls == 0 || recorder.now.flushed == [identity])
        return recorder.now.calls
    }

    @Test(
        "a file that was renamed or linked is flushed under its new name where the file system needs that",
        arguments: [true, false])
    func newNames(_ renames: Bool) throws {
        #expect(try flushesAfterNaming(flushesNewNames: true, renames: renames) == 1)
        try scratch.remove("store/alice/a")
        #expect(try flushesAfterNaming(flushesNewNames: false, renames: renames) == 0)
    }

    private func round(_ traces: RenameTraces, _ recorder: FlushRecorder, moving: Bool = true) throws -> [Bool] {
        let durable = DurableFolders(Flusher(recorder.calls), moves: MovesFlush(root: root, traces: traces))
        let chain = try FolderChain(root: root)
        // Two files, then one more.
        return [2, 1].map { count in
            var round = durable.round(sharing: nil)
            if moving { round.noteMove(from: staging) }
            round.names.note(.alice, in: chain.last.identity)
            return (0..<count).allSatisfy { _ in
                do throws(SystemError) {
                    try round.flush(chain, .alice)
                    return true
                } catch {
                    return false
                }
            }
        }
    }

    @Test("the folder that names are taken from is flushed, or all, where an old name may come back")
    func origins() throws {
        let identity = try staging.status().identity
        for (traces, folder, whole) in [(.none, false, 0), (.twoNames, true, 0), (.unrecognizable, false, 2)]
            as [(RenameTraces, Bool, Int)]
        {
            let recorder = FlushRecorder()
            #expect(try round(traces, recorder) == [true, true])
            #expect(recorder.now.flushed.contains(identity) == folder)
            #expect(recorder.now.wholeFlushes == whole)
        }
        let recorder = FlushRecorder()
        #expect(try round(.unrecognizable, recorder, moving: false) == [true, true])
        #expect(recorder.now.wholeFlushes == 0)
    }

    @Test(
        "where that fails, nothing that it was to cover is confirmed, then or later",
        arguments: [.twoNames, .unrecognizable] as [RenameTraces])
    func fails(_ traces: RenameTraces) throws {
        let recorder = FlushRecorder { call, _ in call == 1 }
        #expect(try round(traces, recorder) == [false, false])
    }
}
