import Platform
import Synchronization
import TestSupport
import Testing
import Wire

@testable import Storage

/// Uploads that two connections want to go on with.
@Suite struct TakeOverTests {
    private let upload = BrokenUpload(1)

    @Test("the newcomer goes on from all that had come; the other one is told at its next data or finish")
    func newcomer() throws {
        let test = try TestVault(partials: .small)
        let old = try upload.begin(test)
        upload.send(old, upTo: 2345)
        let new = try upload.begin(test)
        #expect(new.offset == 2345)
        #expect(old.failure == nil)
        old.append([1, 2, 3])
        #expect(old.failure == .takenOver)
        #expect(throws: VaultError.takenOver) { try upload.commit(old, test) }
        #expect(old.leave() == nil)
        old.discard()
        upload.send(new)
        _ = try upload.commit(new, test)
        #expect(try test.scratch.bytes(of: "alice/a/clip") == upload.content)
    }

    @Test("one that had too little begins anew, and the other one is told all the same")
    func little() throws {
        let test = try TestVault(partials: .small)
        let old = try upload.begin(test)
        upload.send(old, upTo: 50)
        let new = try upload.begin(test)
        #expect(new.offset == 0)
        old.append([1, 2, 3])
        #expect(old.failure == .takenOver)
        #expect(try test.staged().count == 1)
        upload.send(new)
        _ = try upload.commit(new, test)
    }

    @Test("an upload that is finished and not yet committed can be taken over, and is stored once")
    func finished() throws {
        let test = try TestVault(partials: .small)
        let old = try upload.begin(test)
        upload.send(old)
        let new = try upload.begin(test)
        #expect(new.offset == 5000)
        let results = test.vault.commit([
            PendingCommit(partial: old, digest: try upload.content.digest()),
            PendingCommit(partial: new, digest: try upload.content.digest()),
        ])
        #expect(results.map { (try? $0.get()) != nil } == [false, true])
        #expect(try test.names(in: "alice/a") == ["clip"])
    }

    @Test(
        "one that is being committed is waited for; then there is nothing to go on with, and the file is there",
        arguments: [false, true])
    func committing(_ tells: Bool) throws {
        let (runs, mayEnd) = (Monitor(false), Monitor(false))
        let isCommit = Atomic(false)
        let calls = FlushCalls(file: { file throws(SystemError) in
            try file.flush()
            guard isCommit.exchange(false, ordering: .relaxed) else { return }
            runs.change { $0 = true }
            mayEnd.wait { $0 ? () : nil }
        })
        let test = try TestVault(partials: .small, flushing: calls)
        let upload = upload
        let results = try inParallel(3) { index -> Bool in
            switch index {
            case 0:
                guard let old = try? upload.begin(test) else { return false }
                upload.send(old)
                isCommit.store(true, ordering: .relaxed)
                return (try? upload.commit(old, test)) != nil
            case 1:
                runs.wait { $0 ? () : nil }
                guard let file = try? upload.offered(test) else { return false }
                let new = Result { () throws(VaultError) in
                    try test.vault.begin(file, isFresh: false, tellsCommitted: tells).offset
                }
                // Not before the commit has ended, however long it takes.
                return mayEnd.withLock { $0 } && new == (tells ? .failure(.alreadyCommitted) : .success(0))
                    && (try? test.find(upload.content, as: "a/clip")) != nil
            default:
                runs.wait { $0 ? () : nil }
                Thread.sleep(seconds: 0.05)
                mayEnd.change { $0 = true }
                return true
            }
        }
        #expect(results == [true, true, true])
    }

    @Test("many threads that take one upload over from each other lose no byte and never deadlock")
    func many() throws {
        let test = try TestVault(partials: .small, flushing: FlushRecorder().calls)
        let large = BrokenUpload(3, count: 200_000)
        let stored = Atomic(0)
        let ended = try inParallel(6) { index -> Bool in
            for _ in 0..<500 where stored.load(ordering: .relaxed) == 0 {
                guard let partial = try? large.begin(test) else { return false }
                large.send(partial, upTo: min(large.content.count, Int(partial.offset) + 7000 + index * 1000))
                if partial.failure != nil { continue }
                if (try? large.commit(partial, test)) != nil { stored.add(1, ordering: .relaxed) }
            }
            return true
        }
        #expect(ended == Array(repeating: true, count: 6))
        _ = try? large.complete(test)
        #expect(try test.scratch.bytes(of: "alice/a/clip") == large.content)
    }

    @Test("offers of one id by many threads at once, fresh ones and others, of two files, end in one upload each time")
    func offers() throws {
        let test = try TestVault(partials: .small, flushing: FlushRecorder().calls)
        let upload = upload
        let ended = try inParallel(6) { index -> Bool in
            for round in 0..<100 {
                let offered = try? upload.offered(test, path: (index + round) % 3 == 0 ? "b" : "a")
                guard let offered, let partial = try? test.vault.begin(offered, isFresh: index % 2 == 0) else {
                    return false
                }
                upload.send(partial, upTo: 1500)
                if round % 3 == 0 { partial.discard() }
            }
            return true
        }
        #expect(ended == Array(repeating: true, count: 6))
        #expect(try test.staged().count <= 2)
    }
}
