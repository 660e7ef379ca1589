import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import Storage

/// Uploads that break off and go on, in one process and in the next.
@Suite struct ResumeTests {
    private let upload = BrokenUpload(1)

    @Test("an upload that broke off goes on from all that had come, and what is stored is right")
    func again() throws {
        let test = try TestVault(partials: .small)
        #expect(try upload.breakOff(test, at: 777) == 777)
        #expect(try test.staged().count == 2)
        #expect(try upload.breakOff(test, at: 3210) == 3210)
        #expect(try upload.complete(test) == 3210)
    }

    @Test("also in the next process", arguments: [101, 999, 1000, 3210, 5000])
    func nextProcess(_ end: Int) throws {
        let scratch = try ScratchFolder("vault")
        #expect(try upload.breakOff(TestVault(partials: .small, in: scratch), at: end) == UInt64(end))
        let next = try TestVault(partials: .small, in: scratch)
        #expect(try upload.complete(next) == UInt64(end))
    }

    @Test("what is told is what the record states, not what the file holds: a killed process's is taken over")
    func killed() throws {
        let scratch = try ScratchFolder("vault")
        let dead = try TestVault(partials: .small, in: scratch)
        let partial = try upload.begin(dead)
        upload.send(partial, upTo: 2900)
        let copy = try scratch.copyStaging()
        // Checkpoints come with the piece that reaches them: at 1200 and 2400.
        let next = try TestVault(partials: .small, in: copy)
        #expect(try upload.complete(next) == 2400)
    }

    @Test("a partial that was given up at once, or is small, leaves nothing and costs no flush")
    func small() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        #expect(try upload.breakOff(test, at: 99) == nil)
        #expect(try upload.breakOff(test, at: 0) == nil)
        #expect(recorder.now.calls == 0)
        #expect(try test.staged().isEmpty)
        let partial = try upload.begin(test)
        upload.send(partial, upTo: 3000)
        partial.discard()
        #expect(try test.staged().isEmpty)
        #expect(try upload.begin(test).offset == 0)
    }

    @Test("where very many uploads are unfinished, only large ones are kept anew, and those that were stay")
    func crowd() throws {
        var rules = PartialRules.small
        (rules.mostLittle, rules.quickBytes) = (2, 2000)
        let test = try TestVault(partials: rules)
        let uploads = (10..<14).map { BrokenUpload($0) }
        #expect(try uploads[0].breakOff(test, at: 500) == 500)
        #expect(try uploads[1].breakOff(test, at: 500) == 500)
        #expect(try uploads[2].breakOff(test, at: 900) == nil)
        // A checkpoint makes it durable on the way.
        #expect(try uploads[3].breakOff(test, at: 3000) == 3000)
        #expect(try uploads[0].breakOff(test, at: 600) == 600)
        for number in [0, 1] { try uploads[number].begin(test).discard() }
        #expect(try uploads[2].breakOff(test, at: 900) == 900)
    }

    @Test("a file that comes whole before a checkpoint is due is flushed once")
    func whole() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(flushing: recorder.calls)
        let large = BrokenUpload(2, count: 3 << 20)
        try test.store([1], as: "a/first")
        let before = recorder.now.calls
        #expect(try large.complete(test) == 0)
        // The file and its folder, and the one that it came from where a power cut may bring its old name back.
        let traces = try RenameTraces(on: Directory.open(path: test.scratch.path))
        #expect(recorder.now.calls == before + (traces == .none ? 2 : 3))
    }

    @Test("another digest discards everything: the next attempt begins at 0")
    func mismatch() throws {
        let test = try TestVault(partials: .small)
        _ = try upload.breakOff(test, at: 3000)
        let partial = try upload.begin(test)
        #expect(partial.offset == 3000)
        partial.append([UInt8](repeating: 0, count: 2000))
        #expect(throws: VaultError.digestMismatch) { try upload.commit(partial, test) }
        #expect(partial.leave() == nil)
        #expect(try test.staged().isEmpty)
        #expect(try upload.complete(test) == 0)
    }

    @Test("bytes that changed on the disk meanwhile are found by the digest, and sent again")
    func spoiled() throws {
        let scratch = try ScratchFolder("vault")
        _ = try upload.breakOff(TestVault(partials: .small, in: scratch), at: 3000)
        let data = try #require(try scratch.names(in: ".auto-upload/partial").min { $0.count < $1.count })
        try scratch.overwrite(".auto-upload/partial/" + data, with: [0, 0, 0], modified: .testTime)
        let test = try TestVault(partials: .small, in: scratch)
        let partial = try upload.begin(test)
        upload.send(partial)
        #expect(throws: VaultError.digestMismatch) { try upload.commit(partial, test) }
        #expect(partial.leave() == nil)
        #expect(try upload.complete(test) == 0)
    }

    @Test("another path, size or time under the same id begins anew, and the old is gone")
    func otherFile() throws {
        for change in 0..<3 {
            let test = try TestVault(partials: .small)
            _ = try upload.breakOff(test, at: 3000)
            let changed = try upload.offered(
                test, path: change == 0 ? "b" : nil, size: change == 1 ? 4999 : nil,
                modified: change == 2 ? FileTime(seconds: 1, nanoseconds: 0) : .testTime)
            let other = try test.vault.begin(changed, isFresh: false)
            #expect(other.offset == 0)
            #expect(try test.staged().count == 1)
            #expect(try upload.begin(test).offset == 0)
        }
    }

    @Test("a fresh offer begins at 0 whatever was there")
    func fresh() throws {
        let test = try TestVault(partials: .small)
        _ = try upload.breakOff(test, at: 3000)
        #expect(try upload.begin(test, isFresh: true).offset == 0)
    }

    @Test("ids of two users, and two ids of one user for the same path, have nothing to do with each other")
    func separate() throws {
        let test = try TestVault(partials: .small)
        _ = try upload.breakOff(test, at: 3000)
        let bobs = try test.vault.begin(upload.offered(test, user: "bob"), isFresh: false)
        #expect(bobs.offset == 0)
        let second = BrokenUpload(2)
        let partial = try second.begin(test)
        #expect(partial.offset == 0)
        second.send(partial)
        let kept = try upload.begin(test)
        upload.send(kept)
        #expect(try upload.commit(kept, test).pathText == "a/clip")
        #expect(try second.commit(partial, test).pathText.hasPrefix("a/clip."))
    }

    @Test("a parked upload is removed when its time is over, also by the next process; an open one isn't")
    func expiry() throws {
        let scratch = try ScratchFolder("vault")
        let test = try TestVault(partials: .small, in: scratch)
        _ = try upload.breakOff(test, at: 3000)
        let other = BrokenUpload(2)
        let open = try other.begin(test)
        other.send(open, upTo: 3000)
        let week = Instant.now.advanced(bySeconds: 7 * 86_400 - 60)
        #expect(test.vault.removeExpired(week).isEmpty)
        let removed = test.vault.removeExpired(week.advanced(bySeconds: 120))
        #expect(removed.map(\.file.path.description) == ["a/clip"])
        #expect(removed.map(\.offset) == [3000])
        #expect(try test.staged().count == 2)
        #expect(try upload.begin(test).offset == 0)
        #expect(open.leave() == 3000)
        let copy = try scratch.copyStaging { record in
            try? record.setModified(FileTime(seconds: currentUnixTime() - 7 * 86_400 - 10, nanoseconds: 0))
        }
        #expect(try TestVault(partials: .small, in: copy).staged().isEmpty)
    }

    @Test("a parked upload holds no descriptor, and only what is durable of it")
    func parkedTakesLittle() throws {
        let test = try TestVault(partials: .small)
        let large = BrokenUpload(3, count: 1 << 20)
        let before = try test.scratch.openFiles()
        #expect(try large.breakOff(test, at: 200_000) == 200_000)
        #expect(try test.scratch.openFiles() == before)
        let sizes = try test.staged().map { try test.scratch.allocated(".auto-upload/partial/" + $0) }
        #expect(sizes.reduce(0, +) < 300_000)
        #expect(try large.complete(test) == 200_000)
    }
}

/// What an earlier process may leave in the staging folder.
@Suite struct RecoveryTests {
    private let upload = BrokenUpload(1)

    /// A storage folder with one parked upload in it, at 3000 bytes.
    private func left() throws -> (ScratchFolder, data: String, record: String) {
        let scratch = try ScratchFolder("vault")
        _ = try upload.breakOff(TestVault(partials: .small, in: scratch), at: 3000)
        let names = try scratch.names(in: ".auto-upload/partial").sorted { $0.count < $1.count }
        try #require(names.count == 2)
        return (scratch, ".auto-upload/partial/" + names[0], ".auto-upload/partial/" + names[1])
    }

    @Test("bytes without a record, and a record without bytes, are removed")
    func halves() throws {
        for half in 0..<2 {
            let (scratch, data, record) = try left()
            try scratch.remove(half == 0 ? data : record)
            let test = try TestVault(partials: .small, in: scratch)
            #expect(try test.staged().isEmpty)
            #expect(try upload.complete(test) == 0)
        }
    }

    @Test("a file that is shorter than its record says isn't gone on with; a longer one is cut")
    func length() throws {
        let (scratch, data, _) = try left()
        try scratch.truncate(data, to: 2999)
        #expect(try TestVault(partials: .small, in: scratch).staged().isEmpty)
        let (longer, longerData, _) = try left()
        try longer.truncate(longerData, to: 4000)
        #expect(try upload.complete(TestVault(partials: .small, in: longer)) == 3000)
    }

    @Test("a file with a second name may be published: it isn't touched, only its name in staging goes")
    func published() throws {
        let (scratch, data, _) = try left()
        try scratch.makeFolder("alice")
        try scratch.hardLink("alice/x", to: data)
        let test = try TestVault(partials: .small, in: scratch)
        #expect(try test.staged().isEmpty)
        #expect(try scratch.bytes(of: "alice/x") == Array(upload.content[..<3000]))
        #expect(try upload.complete(test) == 0)
    }

    @Test("one that got a second name while this process had it parked isn't cut either")
    func publishedLater() throws {
        let test = try TestVault(partials: .small)
        _ = try upload.breakOff(test, at: 3000)
        let data = try #require(try test.staged().min { $0.count < $1.count })
        try test.scratch.hardLink("alice-x", to: ".auto-upload/partial/" + data)
        #expect(try upload.complete(test) == 0)
        #expect(try test.scratch.bytes(of: "alice-x") == Array(upload.content[..<3000]))
    }

    @Test("a record that nobody could have written, a link and a foreign file are removed")
    func foreign() throws {
        let (scratch, _, record) = try left()
        try scratch.overwrite(record, with: [1, 2, 3], modified: .testTime)
        try scratch.link(".auto-upload/partial/link.record", to: scratch.path("elsewhere"))
        try scratch.write([1], to: ".auto-upload/partial/link")
        try scratch.write([1], to: ".auto-upload/partial/.record")
        #expect(try TestVault(partials: .small, in: scratch).staged().isEmpty)
    }

    @Test("where nothing would tell an unfinished upload from a published file, it is neither gone on with nor removed")
    func weakRenaming() throws {
        let (scratch, data, record) = try left()
        let folder = try Directory.open(path: scratch.path(".auto-upload/partial"))
        let staging = StagingFolder(
            folder, flusher: Flusher(FlushCalls()), rules: .small,
            space: try SpaceBook(root: folder, staging: folder))
        let root = try Directory.open(path: scratch.path)
        let bytes = try scratch.bytes(of: data)
        let store = try PartialStore(
            StagingFolders(staging, root: root), after: Leftovers(root: root, traces: .unrecognizable))
        #expect(try folder.names().isEmpty)
        #expect(store.warnings.count == 1)
        let found = [data, record].map { $0.replacing("/partial/", with: "/found/") }
        #expect(try scratch.bytes(of: found[0]) == bytes)
        #expect(scratch.exists(found[1]))
    }

    @Test("two partials under one id leave one")
    func doubled() throws {
        let (scratch, data, record) = try left()
        let bytes = try scratch.bytes(of: data)
        try scratch.write(bytes, to: ".auto-upload/partial/zz")
        try scratch.write(try scratch.bytes(of: record), to: ".auto-upload/partial/zz.record")
        let test = try TestVault(partials: .small, in: scratch)
        #expect(try test.staged().count == 2)
        #expect(try upload.complete(test) == 3000)
    }
}
