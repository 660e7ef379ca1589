import Platform
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// Flushes that fail while an upload grows, or when it breaks off.
@Suite struct CheckpointFailureTests {
    private let upload = BrokenUpload(1)

    /// The flushes of a broken upload of 3000 bytes: three checkpoints (bytes and record each, at the first one the staging
    /// folder too), and one more when it is left, at 3500.
    private func breakOff(_ recorder: FlushRecorder) throws -> (TestVault, kept: UInt64?) {
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        return (test, try upload.breakOff(test, at: 3500))
    }

    @Test("whichever flush fails, nothing is kept that it covers, and the next attempt begins at 0")
    func sweep() throws {
        let all = FlushRecorder()
        #expect(try breakOff(all).kept == 3500)
        #expect(all.now.calls == 7)
        for number in 1...all.now.calls {
            let recorder = FlushRecorder { call, _ in call == number }
            let (test, kept) = try breakOff(recorder)
            #expect(kept == nil, "flush \(number)")
            #expect(try test.staged().isEmpty, "flush \(number)")
            #expect(try upload.complete(test) == 0, "flush \(number)")
        }
    }

    @Test("flushes that succeed tell of no offset where the storage takes no changes any more")
    func broken() throws {
        // The first two tell of an offset, and so on.
        for number in 1...6 {
            let count = Atomic(0)
            var calls = FlushCalls()
            calls.change = { _ throws(SystemError) in
                let call = count.add(1, ordering: .relaxed).newValue
                if call >= number { throw SystemError("change", errno: .inputOutput) }
            }
            let test = try TestVault(partials: .small, flushing: calls)
            #expect(try upload.breakOff(test, at: 3500) == nil, "change \(number)")
            #expect(try test.staged().isEmpty, "change \(number)")
        }
    }

    @Test("the upload is refused at once, takes nothing more, and is not flushed again")
    func refused() throws {
        let recorder = FlushRecorder { call, _ in call == 1 }
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        let partial = try upload.begin(test)
        upload.send(partial, upTo: 1500)
        guard case .failed? = partial.failure else { throw Wrong() }
        upload.send(partial, from: 1500)
        #expect(throws: VaultError.self) { try upload.commit(partial, test) }
        #expect(partial.leave() == nil)
        #expect(recorder.now.calls == 1)
    }

    private struct Wrong: Error {}

    @Test("a disk that has no room for a flush leaves what was durable before")
    func full() throws {
        for number in 4...7 {
            let recorder = FlushRecorder(errno: .noSpace) { call, _ in call == number }
            let (test, kept) = try breakOff(recorder)
            #expect(kept == (number < 6 ? 1200 : 2400), "flush \(number)")
            #expect(try upload.complete(test) == kept, "flush \(number)")
        }
    }

    @Test("after a failed flush of the staging folder uploads go on, without being kept")
    func untrustedStaging() throws {
        let recorder = FlushRecorder { call, status in call < 4 && status?.kind == .directory }
        let (test, kept) = try breakOff(recorder)
        #expect(kept == nil)
        #expect(try upload.breakOff(test, at: 3000) == nil)
        #expect(try upload.complete(test) == 0)
    }

    @Test(
        "a shared flush that fails takes every upload with bytes since its last good one, and no other",
        .enabled(if: storageHasReliableWholeFlush()))
    func shared() throws {
        let recorder = FlushRecorder { _, status in status == nil }
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        let (dirty, clean, parked) = (
            BrokenUpload(2, path: "d"), BrokenUpload(3, path: "c"), BrokenUpload(4, path: "p")
        )
        let (dirtyPartial, cleanPartial) = (try dirty.begin(test), try clean.begin(test))
        dirty.send(dirtyPartial, upTo: 1201)
        clean.send(cleanPartial, upTo: 1200)
        #expect(try parked.breakOff(test, at: 1201) == 1201)
        let crowd = try (0..<5).map { try test.receive([UInt8($0)], as: "crowd/\($0)") }
        #expect(test.vault.commit(crowd).allSatisfy { (try? $0.get()) == nil })
        #expect(dirtyPartial.leave() == nil)
        #expect(cleanPartial.leave() == 1200)
        #expect(try dirty.begin(test).offset == 0)
        #expect(try clean.begin(test).offset == 1200)
        #expect(try parked.begin(test).offset == 1201)
    }

    @Test(
        "also one that is flushed for itself afterwards isn't confirmed", .enabled(if: storageHasReliableWholeFlush()))
    func sharedThenOwn() throws {
        let recorder = FlushRecorder { _, status in status == nil }
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        let early = try test.receive([1], as: "early")
        let crowd = try (0..<5).map { try test.receive([UInt8($0)], as: "crowd/\($0)") }
        _ = test.vault.commit(crowd)
        #expect(throws: VaultError.self) { try test.commit(early) }
    }

    @Test(
        "a shared flush that lacked room takes what it covered; once there is room, everything goes on",
        .enabled(if: storageHasReliableWholeFlush()))
    func sharedFull() throws {
        for number in 1...2 {
            let isFull = Atomic(true)
            let wholeFlushes = Atomic(0)
            let recorder = FlushRecorder(errno: .noSpace) { _, status in
                guard status == nil, isFull.load(ordering: .relaxed) else { return false }
                return wholeFlushes.add(1, ordering: .relaxed).newValue >= number
            }
            let test = try TestVault(partials: .small, flushing: recorder.calls)
            let growing = try upload.begin(test)
            upload.send(growing, upTo: 1500)
            let results = test.vault.commit(try (0..<5).map { try test.receive([UInt8($0)], as: "crowd/\($0)") })
            for case .failure(let error) in results {
                guard case .full = error else { throw error }
            }
            #expect(results.allSatisfy { (try? $0.get()) == nil })
            upload.send(growing, from: 1500, upTo: 3000)
            guard case .full? = growing.failure else { throw Wrong() }
            #expect(growing.leave() == 1200)
            isFull.store(false, ordering: .relaxed)
            let again = test.vault.commit(try (0..<5).map { try test.receive([UInt8($0)], as: "crowd/\($0)") })
            #expect(again.allSatisfy { (try? $0.get()) != nil })
            #expect(try upload.complete(test) == 1200)
        }
    }

    @Test("what only a person can mend keeps no room: a folder of the path that is a file")
    func nameTaken() throws {
        let test = try TestVault(partials: .small)
        try test.scratch.write([1], to: "alice/a")
        let partial = try upload.begin(test)
        upload.send(partial)
        #expect(throws: VaultError.nameTaken(FileName(constant: "a"))) { try upload.commit(partial, test) }
        #expect(partial.leave() == nil)
        #expect(try test.staged().isEmpty)
        try test.scratch.remove("alice/a")
        #expect(try upload.complete(test) == 0)
    }
}
