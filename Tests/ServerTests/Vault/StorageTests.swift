import Domain
import Glibc
import Platform
import TestSupport
import Testing
import Wire

@testable import DeviceFace
@testable import Storage

/// What the storage folder must be, before the first client comes.
@Suite struct StorageTests {
    private func refusal(_ folder: String, allowWeak: Bool = false) -> String? {
        do {
            _ = try Storage(folder: folder, allowWeak: allowWeak)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("a folder that isn't there, or is none, is refused by name")
    func missing() throws {
        let scratch = try ScratchFolder("storage")
        try scratch.write("", to: "file")
        #expect(refusal(scratch.path("none"))?.contains("none") == true)
        #expect(refusal(scratch.path("file"))?.contains("file") == true)
    }

    @Test("a second server on the folder is refused until the first has gone")
    func locked() throws {
        let scratch = try ScratchFolder("storage")
        var first: TestVault? = try TestVault(in: scratch)
        #expect(refusal(scratch.path)?.contains("another auto-upload-server") == true)
        #expect(first != nil)
        first = nil
        _ = try Storage.opened(folder: scratch.path)
    }

    @Test("what the one before left unfinished goes, what it stored stays")
    func clearsStaging() throws {
        let scratch = try ScratchFolder("storage")
        try TestVault(in: scratch).store([1], as: "a/b")
        try scratch.write([1, 2], to: ".auto-upload/partial/0123")
        try scratch.link(".auto-upload/partial/link", to: scratch.path("alice"))
        let next = try TestVault(in: scratch)
        #expect(try next.staged().isEmpty)
        #expect(try next.find([1], as: "a/b") != nil)
    }

    @Test("a server that was refused touches nothing that the first one has under way")
    func refusedTouchesNothing() throws {
        let test = try TestVault()
        let upload = try test.receive(.content(1, count: 20_000), as: "a")
        #expect(refusal(test.scratch.path) != nil)
        #expect(try test.staged().count == 1)
        #expect(try test.commit(upload).pathText == "a")
    }

    @Test("a folder in memory is refused unless it is asked for", .enabled(if: Self.isMemory("/dev/shm")))
    func memory() throws {
        let path = "/dev/shm/auto-upload-test-\(getpid())"
        try #require(unsafe mkdir(path, 0o700) == 0)
        defer { removeAll(path) }
        #expect(refusal(path)?.contains("--allow-weak-storage") == true)
        #expect(try Directory.open(path: path).names().isEmpty)
        let storage = try Storage(folder: path, allowWeak: true)
        let warnings = storage.warnings
        #expect(warnings.count == 1)
        let group = try storage.groupFlush(Flusher(FlushCalls()))
        #expect(group == nil)
    }

    @Test("a link or file in the way of the server's own folder is refused", arguments: ["link", "file"])
    func ownFolderTaken(_ kind: String) throws {
        let scratch = try ScratchFolder("storage")
        let outside = try ScratchFolder("outside")
        if kind == "link" {
            try scratch.link(".auto-upload", to: outside.path)
        } else {
            try scratch.write("", to: ".auto-upload")
        }
        #expect(refusal(scratch.path) != nil)
        #expect(try outside.names().isEmpty)
    }

    @Test("the trial leaves no traces, and finds that renaming doesn't replace")
    func trial() throws {
        let scratch = try ScratchFolder("storage")
        let storage = try Storage(folder: scratch.path, allowWeak: true)
        let abilities = storage.abilities
        #expect(abilities.renamesWithoutReplacing)
        #expect(abilities.namesUnnamed)
        #expect(try scratch.names(in: ".auto-upload").sorted() == ["lock", "partial"])
    }

    private static func isMemory(_ path: String) -> Bool {
        (try? Directory.open(path: path).descriptor.fileSystemKind().isMemory) ?? false
    }

    private func removeAll(_ path: String) {
        for name in ["/.auto-upload/partial", "/.auto-upload", ""] {
            if let folder = try? Directory.open(path: path + name) {
                for entry in (try? folder.names()) ?? [] { try? folder.remove(entry) }
            }
            _ = unsafe rmdir(path + name)
        }
    }
}

/// Publishing where renaming without replacing isn't there, as on NFS: link and unlink.
@Suite struct LinkingTests {
    private let scratch: ScratchFolder
    private let publisher: Publisher
    private let partials: PartialStore

    init() throws {
        scratch = try ScratchFolder("linking")
        try scratch.makeFolder("store")
        let folder = try Directory.open(path: scratch.makeFolder("staging"))
        let staging = StagingFolder(
            folder, flusher: Flusher(FlushCalls()), rules: PartialRules(),
            space: try SpaceBook(root: folder, staging: folder), renames: false)
        partials = try PartialStore(StagingFolders(staging, root: Directory.open(path: scratch.path("store"))))
        let tree = FolderTree(root: try Directory.open(path: scratch.path("store")), rights: AccessRights())
        publisher = Publisher(folders: tree, flusher: Flusher(FlushCalls()))
    }

    private func publish(_ content: [UInt8]) throws -> Publisher.Place {
        let offer = try Fixture.offer(size: UInt64(content.count), path: "a")
        let file = OfferedFile(user: FileName(constant: "alice"), path: try RemotePath([0x61]), offer)
        let partial = try partials.begin(file, isFresh: true)
        partial.append(content)
        let upload = PendingCommit(partial: partial, digest: try content.digest())
        try upload.begin(AccessRights())
        defer { upload.end(nil) }
        var open = OpenFolders(publisher.folders, noting: FlushDistrust().begin())
        return try publisher.publish(upload, in: &open, flushesNaming: true)
    }

    @Test("linking publishes, never replaces, finds the same again, and leaves nothing in staging")
    func links() throws {
        #expect(try !publish([1]).isOld)
        #expect(try publish([1]).isOld)
        let beside = try publish([2])
        #expect(beside.name.description.hasPrefix("a."))
        #expect(try publish([2]).isOld)
        #expect(try scratch.bytes(of: "store/alice/a") == [1])
        #expect(try scratch.names(in: "staging").isEmpty)
        #expect(try scratch.names(in: "store/alice").count == 3)
    }

    @Test("a planted link isn't followed or replaced")
    func planted() throws {
        try scratch.makeFolder("store/alice")
        try scratch.link("store/alice/a", to: scratch.path("elsewhere"))
        #expect(try publish([1]).name.description != "a")
        #expect(!scratch.exists("elsewhere"))
    }
}
