import Domain
import Platform
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// What an admin deletes, and has back.
@Suite struct TrashTests {
    private let test: TestVault
    private let alice = FileName(constant: "alice")
    private let content = [UInt8].content(3, count: 70_000)

    init() throws {
        test = try TestVault()
    }

    private func path(_ text: String) throws -> RemotePath { try RemotePath(Array(text.utf8)) }

    /// Deletes files, and gives what became of each: "path" or "-".
    @discardableResult
    private func delete(_ paths: String..., at time: Int64 = 1_700_000_000, isFinal: Bool = false) throws -> [String] {
        try test.vault.delete(paths.map(path), of: alice, isFinal: isFinal, now: time).map { outcome in
            try outcome.get().map { $0.path.description } ?? "-"
        }
    }

    private func batches() throws -> [TrashBatch] { try test.vault.trashBatches().map(\.batch) }

    private func trashed() throws -> [String] {
        try batches().flatMap { batch in
            try test.vault.trashed(in: batch, of: alice, limit: 100).map(\.path.description)
        }
    }

    private func restore(_ text: String) throws -> String? {
        try test.vault.restoreLatest(path(text), of: alice)?.path.description
    }

    @Test("what is deleted isn't stored any more, for nobody who asks, and is the same file when it is had back")
    func thereAndBack() throws {
        let stored = try test.store(content, as: "2026/11/clip.mp4")
        let before = try FileStatus(ofPath: test.scratch.path("alice/2026/11/clip.mp4"))
        #expect(try delete("2026/11/clip.mp4") == ["2026/11/clip.mp4"])
        #expect(!test.scratch.exists("alice/2026/11/clip.mp4"))
        #expect(try test.find(content, as: "2026/11/clip.mp4") == nil)
        #expect(try test.vault.open(user: alice, path: stored.path) == nil)
        #expect(try trashed() == ["2026/11/clip.mp4"] && batches().map(\.time) == [1_700_000_000])
        #expect(try test.scratch.permissions(of: "alice/.auto-upload") == 0o700)
        #expect(try restore("2026/11/clip.mp4") == "2026/11/clip.mp4")
        let after = try FileStatus(ofPath: test.scratch.path("alice/2026/11/clip.mp4"))
        #expect(after.identity == before.identity && after.modified == before.modified)
        #expect(try test.find(content, as: "2026/11/clip.mp4")?.digest == stored.digest)
        #expect(try batches().isEmpty && test.scratch.names(in: "alice/.auto-upload/trash").isEmpty)
        #expect(try restore("2026/11/clip.mp4") == nil)
    }

    @Test("what is deleted while it is read for a confirmation isn't confirmed")
    func deletedWhileRead() throws {
        let stored = try test.store(content, as: "clip.mp4")
        let reads = Atomic(0)
        let permit = ReadingPermit(
            mayRead: { _, _ in true },
            goesOn: { [test] in
                if reads.add(1, ordering: .relaxed).oldValue == 0 {
                    _ = test.vault.delete([stored.path], of: FileName(constant: "alice"))
                }
                return true
            })
        let found = Result { () throws(VaultError) in
            try test.vault.find(
                user: alice, path: stored.path, size: stored.size, digest: stored.digest, under: permit)
        }
        #expect(reads.load(ordering: .relaxed) > 0)
        #expect(throws: VaultError.self, "\(found)") { try found.get() }
        #expect(try trashed() == ["clip.mp4"])
    }

    @Test("a name that was taken meanwhile isn't replaced, and the same content isn't stored twice")
    func takenNames() throws {
        try test.store(content, as: "a/clip.mp4")
        try delete("a/clip.mp4")
        // A device is told to send it: the trash is nobody's answer.
        #expect(try !test.store(content, as: "a/clip.mp4").wasThere)
        #expect(try restore("a/clip.mp4") == "a/clip.mp4")
        #expect(try test.names(in: "alice/a") == ["clip.mp4"] && trashed().isEmpty)
        try delete("a/clip.mp4")
        try test.store([1, 2, 3], as: "a/clip.mp4")
        let digits = try String(content.digest().description.prefix(16))
        #expect(try restore("a/clip.mp4") == "a/clip.\(digits).mp4")
        #expect(try test.scratch.bytes(of: "alice/a/clip.mp4") == [1, 2, 3])
        #expect(try test.scratch.bytes(of: "alice/a/clip.\(digits).mp4") == content)
        // The folder has become a file.
        try delete("a/clip.mp4")
        try delete("a/clip.\(digits).mp4")
        try test.scratch.move("alice/a", to: "elsewhere")
        try test.scratch.write("a", to: "alice/a")
        #expect(throws: VaultError.nameTaken(FileName(constant: "a"))) { try restore("a/clip.mp4") }
        #expect(try trashed().count == 2)
    }

    @Test("several go together, from several folders; what isn't there is told, and what isn't a file stays")
    func several() throws {
        for (number, name) in ["a/1", "a/2", "b/c/3", "4"].enumerated() {
            try test.store([UInt8(number)], as: name)
        }
        try test.scratch.link("alice/link", to: "4")
        let outcomes = try delete("b/c/3", "none", "a/1", "no/folder", "4", "a", "link", "a/2", "a/2")
        #expect(outcomes == ["b/c/3", "-", "a/1", "-", "4", "-", "-", "a/2", "-"])
        #expect(try batches().count == 1 && trashed() == ["4", "a/1", "a/2", "b/c/3"])
        #expect(try test.names() == [".auto-upload", "a", "b", "link"])
        #expect(try restore("a/2") == "a/2" && trashed() == ["4", "a/1", "b/c/3"])
        let other = FileName(constant: "bob")
        #expect(try test.vault.restoreLatest(path("a/1"), of: other) == nil)
        #expect(try test.vault.delete([path("4")], of: other).map { try $0.get() } == [nil])
    }

    @Test("of several of one path the latest comes back first")
    func latest() throws {
        for number in 1...3 {
            try test.store([UInt8(number)], as: "clip")
            try delete("clip", at: Int64(1000 * number))
        }
        #expect(try batches().map(\.time) == [3000, 2000, 1000])
        #expect(try restore("clip") == "clip" && test.scratch.bytes(of: "alice/clip") == [3])
    }

    @Test("for good: at once, or where no trash is kept")
    func forGood() throws {
        try test.store([1], as: "a")
        #expect(try delete("a", isFinal: true) == ["a"])
        #expect(try test.names().isEmpty && batches().isEmpty)
        test.vault.retire()
        let storage = try Storage.opened(folder: test.scratch.path)
        let vault = try Vault(storage, rights: AccessRights(), trash: TrashRules(expiry: 0))
        try test.scratch.write("b", to: "alice/b")
        let outcomes = vault.delete([try path("b")], of: alice).map { try? $0.get()?.path.description }
        #expect(outcomes == ["b"])
        #expect(try test.names().isEmpty)
    }

    @Test(
        "what has been there long enough goes, file by file, and nothing else; a folder that a killed server left goes, too"
    )
    func expiry() throws {
        try test.store([1], as: "a/old")
        try test.store([2], as: "young")
        let week: Int64 = 7 * 86_400
        try delete("a/old", at: 1000)
        try delete("young", at: 2000)
        try test.scratch.makeFolder("alice/.auto-upload/trash/500-0123456789abcdef/x/y")
        try test.scratch.write("?", to: "alice/.auto-upload/trash/note")
        var told: [String] = []
        test.vault.emptyTrash(now: 1000 + week) { user, outcome in
            if case .success(let (file, batch)) = outcome { told.append("\(user) \(file.path) \(batch.time)") }
        }
        #expect(told == ["alice a/old 1000"])
        #expect(try trashed() == ["young"])
        #expect(try test.scratch.names(in: "alice/.auto-upload/trash").count == 2)
        let batch = try #require(try batches().first)
        var removed: [DeletedFile] = []
        try test.vault.removeFromTrash([path("none"), path("young")], in: batch, of: alice) { removed.append($0) }
        #expect(removed.map(\.path.description) == ["young"])
        #expect(try test.scratch.names(in: "alice/.auto-upload/trash") == ["note"])
    }

    @Test("it is there after a restart, as nothing but the folder knows of it")
    func restart() throws {
        try test.store(content, as: "a/clip")
        try delete("a/clip")
        test.vault.retire()
        let next = try TestVault(in: test.scratch)
        #expect(try next.vault.restoreLatest(path("a/clip"), of: alice)?.path == path("a/clip"))
        #expect(try test.scratch.bytes(of: "alice/a/clip") == content)
    }

    @Test("it counts against no quota, and what comes back does, without being refused")
    func quota() throws {
        let test = try TestVault(quotas: { _ in .bytes(100) })
        try test.store([UInt8](repeating: 1, count: 90), as: "a")
        #expect(test.vault.quotaRemaining(of: alice) == 10)
        _ = test.vault.delete([try path("a")], of: alice)
        #expect(test.vault.quotaRemaining(of: alice) == 100)
        try test.store([UInt8](repeating: 2, count: 60), as: "b")
        _ = try test.vault.restoreLatest(path("a"), of: alice)
        #expect(test.vault.quotaRemaining(of: alice) == 0)
        test.vault.retire()
        let next = try TestVault(quotas: { _ in .bytes(1000) }, in: test.scratch)
        _ = next.vault.delete([try path("b")], of: alice)
        #expect(next.vault.quotaRemaining(of: alice) == 910)
    }

    @Test("whichever flush fails, it is told, and the file is in one of the two places")
    func failedFlushes() throws {
        for isReturn in [false, true] {
            for number in 1...60 {
                let isOn = Monitor(false)
                let recorder = FlushRecorder { call, _ in isOn.withLock { $0 } && call == number }
                let test = try TestVault(flushing: recorder.calls)
                try test.store(content, as: "a/clip")
                if isReturn { _ = try #require(test.vault.delete([path("a/clip")], of: alice).first).get() }
                let calls = recorder.now.calls
                if calls >= number { continue }
                isOn.withLock { $0 = true }
                let isDone =
                    isReturn
                    ? (try? test.vault.restoreLatest(path("a/clip"), of: alice)) != nil
                    : (try? test.vault.delete([path("a/clip")], of: alice).first?.get()) != nil
                let hasFailed = recorder.now.calls >= number
                // That nothing is on its way any more comes last, and is no loss.
                let isLast = recorder.now.calls == number
                #expect(isDone != hasFailed || isLast, "flush \(number), \(isReturn)")
                let places =
                    try test.scratch.names(in: "alice/a").count
                    + test.vault.trashBatches().reduce(0) {
                        try $0 + test.vault.trashed(in: $1.batch, of: alice, limit: 10).count
                    }
                #expect(places == 1, "flush \(number), \(isReturn)")
                if !hasFailed { break }
            }
        }
    }

    @Test(
        "where a power cut may leave two names of one file, nothing on its way is removed; nor is a name in staging of what is in the trash"
    )
    func twoNames() throws {
        try test.store(content, as: "clip")
        try delete("clip")
        let batch = try #require(try batches().first)
        try test.scratch.write("", to: "alice/.auto-upload/trash/\(batch.name)/.auto-upload-moving")
        let root = try Directory.open(path: test.scratch.path)
        let folder = try root.openFolder(StoragePlace.ownFolder).openFolder(FileName(constant: "partial"))
        let space = try SpaceBook(root: root, staging: folder)
        let staging = StagingFolder(folder, flusher: Flusher(FlushCalls()), rules: .small, space: space)
        let publisher = Publisher(folders: FolderTree(root: root, rights: AccessRights()), flusher: staging.flusher)
        let trash = Trash(
            root: root, publisher, StagingFolders(staging, root: root), DurableFolders(staging.flusher), space,
            .twoNames)
        #expect(throws: SystemError.self) { try trash.remove(path("clip"), in: batch, of: alice) }
        #expect(try trash.restore(path("clip"), in: batch, of: alice)?.path == path("clip"))
        #expect(try test.scratch.names(in: "alice/.auto-upload/trash").isEmpty)
        try delete("clip")
        let place = "alice/.auto-upload/trash/\(try #require(try batches().first).name)/clip"
        try test.scratch.hardLink(".auto-upload/partial/0123456789abcdef0123456789abcdef", to: place)
        let left = Leftovers(root: root, traces: .twoNames)
        let name = FileName(constant: "0123456789abcdef0123456789abcdef")
        #expect(try left.doubtful(among: [name], in: folder, isOwn: true) == [name])
    }

    @Test(
        "names of batches are read as they are written, and others aren't taken for one",
        arguments: [
            "", "1-2", "-0123456789abcdef", "1700000000-0123456789ABCDEF", "1700000000-0123456789abcde",
            "x-0123456789abcdef",
            "99999999999999999999-0123456789abcdef", "1-0123456789abcdef-", "+1-0123456789abcdef",
        ])
    func names(_ wrong: String) throws {
        #expect(TrashBatch(Array(wrong.utf8)) == nil)
        let batch = try TrashBatch.new(at: 1_700_000_000)
        #expect(TrashBatch(batch.name) == batch && batch.time == 1_700_000_000)
        let place = try batch.place(of: path("a/b"))
        #expect(TrashBatch.path(ofPlace: place) == Array("a/b".utf8))
        #expect(TrashBatch.path(ofPlace: Array("a/b/c/d".utf8)) == nil)
        #expect((try? RemotePath(place)) == nil)
    }
}
