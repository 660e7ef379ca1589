import Platform
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// An offset that was told stands: over a crash, whatever was refused or failed before it.
@Suite struct ToldOffsetTests {
    private let upload = BrokenUpload(1)

    @Test("a record that may or may not have got its latest offset states none that was cut off since")
    func doubtfulSlot() throws {
        for number in [5, 7] {
            let recorder = FlushRecorder(errno: .noSpace) { call, _ in call == number }
            let test = try TestVault(partials: .small, flushing: recorder.calls)
            let kept = try #require(try upload.breakOff(test, at: 3500))
            // What the flush didn't reach may reach the medium later all the same.
            let parked = try TestVault(partials: .small, in: test.scratch.copyStaging())
            #expect(try upload.begin(parked).offset == kept, "flush \(number)")
            let partial = try upload.begin(test)
            upload.send(partial, upTo: Int(kept) + 900)
            let growing = try TestVault(partials: .small, in: test.scratch.copyStaging())
            #expect(try upload.begin(growing).offset == kept, "flush \(number)")
        }
    }

    @Test("where the doubt can't be removed, nothing is kept")
    func doubtfulForGood() throws {
        let recorder = FlushRecorder(errno: .noSpace) { call, _ in call >= 5 }
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        #expect(try upload.breakOff(test, at: 3500) == nil)
        #expect(try test.staged().isEmpty)
    }

    @Test(
        "a killed process may not have flushed the record and its name: its successor does, before it tells an offset")
    func recovered() throws {
        let scratch = try ScratchFolder("vault")
        _ = try upload.breakOff(TestVault(partials: .small, in: scratch), at: 3000)
        let folder = try Directory.open(path: scratch.path(".auto-upload/partial"))
        let record = try #require(try folder.names().max { $0.bytes.count < $1.bytes.count })
        let recorder = FlushRecorder()
        let test = try TestVault(partials: .small, flushing: recorder.calls, in: scratch)
        #expect(try upload.begin(test).offset == 3000)
        #expect(recorder.now.flushed.contains(try folder.status(of: record).identity))
        #expect(recorder.now.flushed.contains(try folder.status().identity))
    }

    @Test("a record that can't be flushed then isn't gone on with")
    func recoveredBadly() throws {
        let scratch = try ScratchFolder("vault")
        _ = try upload.breakOff(TestVault(partials: .small, in: scratch), at: 3000)
        let recorder = FlushRecorder { _, status in status?.kind == .regular }
        let test = try TestVault(partials: .small, flushing: recorder.calls, in: scratch)
        #expect(try test.staged().isEmpty)
        #expect(try upload.begin(test).offset == 0)
    }
}

/// Connections that come and go while something takes long.
@Suite struct InterruptedTakeOverTests {
    private let upload = BrokenUpload(1)

    @Test("a newcomer that can't be served just now leaves the earlier connection without it, and tells it so")
    func refusedNewcomer() throws {
        let isLimited = Atomic(false)
        let test = try TestVault(
            partials: .small, quotas: { _ in isLimited.load(ordering: .relaxed) ? .bytes(10) : .none })
        let old = try upload.begin(test)
        upload.send(old, upTo: 2345)
        isLimited.store(true, ordering: .relaxed)
        _ = test.vault.quotaRemaining(of: .alice)
        #expect(throws: VaultError.self) { try upload.begin(test) }
        old.append([1, 2, 3])
        #expect(old.failure == .takenOver)
        old.discard()
        isLimited.store(false, ordering: .relaxed)
        _ = test.vault.quotaRemaining(of: .alice)
        #expect(try upload.complete(test) == 2345)
    }

    @Test(
        "what has been read of a large beginning isn't read again by who takes over: it ends, however short they live")
    func reading() throws {
        let scratch = try ScratchFolder("vault")
        let large = BrokenUpload(2, count: 20 << 20)
        _ = try large.breakOff(TestVault(in: scratch), at: 20 << 20)
        let staging = StagingFolder(
            try Directory.open(path: scratch.path(".auto-upload/partial")), flusher: Flusher(FlushCalls()),
            rules: .small,
            space: try SpaceBook(root: Directory.open(path: scratch.path), staging: Directory.open(path: scratch.path)))
        let found = try RecoveredPartials(in: staging).partials
        let partial = try #require(found.values.first)
        for _ in 0..<2 {
            let claim = try #require(try partial.take())
            #expect(partial.readPrefix(by: claim.owner))
        }
        let last = try #require(try partial.take())
        #expect(partial.readPrefix(by: last.owner))
        #expect(!partial.readPrefix(by: last.owner))
        try partial.beginCommit(large.content.digest(), AccessRights(), by: last.owner)
        partial.endCommit(.counting, by: last.owner)
    }
}
