import Platform
import TestSupport
import Testing

@testable import Storage

/// What a power cut may bring back into the staging folder: names of files that were published.
@Suite struct LeftoversTests {
    private let scratch: ScratchFolder
    private let root: Directory
    private let staging: StagingFolder

    init() throws {
        scratch = try ScratchFolder("leftovers")
        for folder in [".auto-upload", ".auto-upload/partial", "alice", "alice/a", "alice/.auto-upload"] {
            try scratch.makeFolder(folder)
        }
        root = try Directory.open(path: scratch.path)
        let folder = try Directory.open(path: scratch.path(".auto-upload/partial"))
        staging = StagingFolder(
            folder, flusher: Flusher(FlushCalls()), rules: .small, space: try SpaceBook(root: root, staging: folder))
    }

    private func start(_ traces: RenameTraces, isSameMount: Bool = false) throws -> PartialStore {
        try PartialStore(
            StagingFolders(staging, root: root),
            after: Leftovers(root: root, traces: traces, isSameMount: isSameMount))
    }

    private func staged() throws -> [String] { try scratch.names(in: ".auto-upload/partial").sorted() }

    @Test("what users see is neither removed nor cut, wherever they see it; the rest goes")
    func twoNames() throws {
        try scratch.write([1, 2, 3], to: "alice/a/clip")
        try scratch.hardLink(".auto-upload/partial/01", to: "alice/a/clip")
        try scratch.write([4], to: ".auto-upload/partial/02")
        // Seen by nobody: it lies in a folder of the server's.
        try scratch.write([5], to: "alice/.auto-upload/03")
        try scratch.hardLink(".auto-upload/partial/03", to: "alice/.auto-upload/03")
        let store = try start(.twoNames)
        #expect(try staged().isEmpty)
        #expect(try scratch.names(in: ".auto-upload/found") == ["01"])
        #expect(try scratch.bytes(of: "alice/a/clip") == [1, 2, 3])
        #expect(store.warnings.count == 1 && store.warnings.allSatisfy { $0.contains("fsck") }, "\(store.warnings)")
        // One that comes back once more stays where it is.
        try scratch.hardLink(".auto-upload/partial/01", to: "alice/a/clip")
        #expect(try start(.twoNames).warnings.count == 1)
        #expect(try staged() == ["01"])
    }

    @Test("where renames are one step, nothing is looked for")
    func none() throws {
        try scratch.write([1, 2, 3], to: "alice/clip")
        try scratch.hardLink(".auto-upload/partial/01", to: "alice/clip")
        #expect(try start(.none).warnings.isEmpty)
        #expect(try staged().isEmpty)
        #expect(!scratch.exists(".auto-upload/found"))
    }

    @Test("where nothing tells, all stays that isn't empty; a server that ends in good order leaves nothing there")
    func unrecognizable() throws {
        let test = try start(.unrecognizable)
        let vault = try TestVault()
        let upload = BrokenUpload(1)
        let partial = try test.begin(upload.offered(vault), isFresh: true)
        upload.send(partial, upTo: 3000)
        #expect(partial.leave() == 3000)
        #expect(try staged().count == 2)
        test.end()
        #expect(try staged().isEmpty)
        try scratch.write([1], to: ".auto-upload/partial/01")
        try scratch.write([], to: ".auto-upload/partial/02")
        #expect(try start(.unrecognizable).warnings.count == 1)
        #expect(try staged().isEmpty)
        #expect(try scratch.names(in: ".auto-upload/found") == ["01"])
    }

    @Test("what a killed server left is gone on with, or removed, where nothing was mounted since")
    func sameMount() throws {
        let killed = try start(.unrecognizable)
        let vault = try TestVault()
        let upload = BrokenUpload(1)
        let partial = try killed.begin(upload.offered(vault), isFresh: true)
        upload.send(partial, upTo: 3000)
        #expect(partial.leave() == 3000)
        try scratch.write([1], to: ".auto-upload/partial/01")
        let next = try start(.unrecognizable, isSameMount: true)
        #expect(next.isClear && next.warnings.isEmpty)
        #expect(try staged().count == 2)
        #expect(try next.begin(upload.offered(vault), isFresh: false).offset == 3000)
        #expect(!scratch.exists(".auto-upload/found"))
    }

    @Test("what can't be set aside isn't taken for a killed server's later")
    func notClear() throws {
        try scratch.write([1], to: ".auto-upload/partial/01")
        // Nothing can be moved into it.
        try scratch.write([1], to: ".auto-upload/found")
        #expect(try !start(.unrecognizable).isClear)
        #expect(try staged() == ["01"])
    }

    @Test("a mount is known again by its note, which another boot or mount doesn't match; a share has none")
    func note() throws {
        let own = try Directory.open(path: scratch.path(".auto-upload"))
        let ext4 = FileSystemKind(magic: 0xef53)
        let note = MountNote(in: own, of: ext4)
        #expect(!note.isOfThisMount)
        note.write()
        // Since Linux 6.8.
        let isTold = try own.uniqueMount() != nil
        #expect(note.isOfThisMount == isTold && MountNote(in: own, of: ext4).isOfThisMount == isTold)
        MountNote(in: own, of: .cifs).write()
        #expect(!MountNote(in: own, of: .cifs).isOfThisMount)
        try scratch.write("00000000-0000-0000-0000-000000000000 1\n", to: ".auto-upload/mount-in-use")
        #expect(!note.isOfThisMount)
        note.write()
        #expect(note.isOfThisMount == isTold)
    }
}
