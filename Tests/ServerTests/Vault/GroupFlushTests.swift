import Platform
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Flushes of the whole storage that many uploads share.
@Suite(.enabled(if: storageHasReliableWholeFlush())) struct GroupFlushTests {
    private func uploads(
        _ test: TestVault, _ prefix: String, count: Int = 5, user: String = "alice"
    ) throws -> [PendingCommit] {
        try (0..<count).map { try test.receive(Array("\(prefix)\($0)".utf8), as: "\(prefix)/\($0)", user: user) }
    }

    @Test("a crowd shares two flushes: one for the content, one for the names")
    func two() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(flushing: recorder.calls)
        #expect(test.vault.commit(try uploads(test, "a")).allSatisfy { (try? $0.get()) != nil })
        #expect(recorder.now.wholeFlushes == 2)
        #expect(recorder.now.calls == 2)
    }

    @Test("when the first fails nothing is published, when the second fails nothing is confirmed", arguments: [1, 2])
    func fails(_ number: Int) throws {
        let recorder = FlushRecorder { call, _ in call == number }
        let test = try TestVault(flushing: recorder.calls)
        let results = test.vault.commit(try uploads(test, "a"))
        #expect(results.allSatisfy { (try? $0.get()) == nil })
        #expect(test.scratch.exists("alice/a") == (number == 2))
        if number == 2 {
            #expect(throws: VaultError.self) { try test.store(Array("a0".utf8), as: "a/0") }
            #expect(throws: VaultError.self) { try test.find(Array("a0".utf8), as: "a/0") }
        }
    }

    @Test("what was begun before a failure isn't confirmed by a later flush; what was begun after is")
    func begunBefore() throws {
        let recorder = FlushRecorder { call, _ in call == 1 }
        let test = try TestVault(flushing: recorder.calls)
        let early = try uploads(test, "early")
        #expect(test.vault.commit(try uploads(test, "failing")).allSatisfy { (try? $0.get()) == nil })
        #expect(test.vault.commit(early).allSatisfy { (try? $0.get()) == nil })
        #expect(test.vault.commit(try uploads(test, "late")).allSatisfy { (try? $0.get()) != nil })
    }

    @Test("what waits for the next flush while one fails isn't confirmed by the next")
    func underWay() throws {
        // The first flush tells that it runs, and fails when it is told to.
        let (runs, mayEnd) = (Monitor(false), Monitor(false))
        let calls = Atomic(0)
        let group = try SharedFlush { () throws(SystemError) in
            guard calls.add(1, ordering: .relaxed).oldValue == 0 else { return }
            runs.change { $0 = true }
            mayEnd.wait { $0 ? () : nil }
            throw SystemError("flush", errno: .inputOutput)
        }
        let moment = group.moment
        let results = try inParallel(3) { index -> Bool in
            if index > 0 { runs.wait { $0 ? () : nil } }
            if index == 2 {
                // Time for the other to begin waiting; if it didn't, it still has to fail.
                Thread.sleep(seconds: 0.05)
                mayEnd.change { $0 = true }
                return false
            }
            return (try? group.run(since: moment)) != nil
        }
        #expect(results == [false, false, false])
        #expect((try? group.run(since: group.moment)) != nil)
    }

    @Test("a folder that waits for its flush while another's shared one fails is trusted by nobody, then or later")
    func othersFolder() throws {
        let isFirst = Atomic(true)
        let interlude = Monitor<(@Sendable () -> Void)?>(nil)
        let recorder = FlushRecorder { _, status in status == nil && isFirst.exchange(false, ordering: .relaxed) }
        var calls = recorder.calls
        let folder = calls.folder
        calls.folder = { directory throws(SystemError) in
            // The folders are made, and none of them is flushed yet.
            interlude.withLock { $0.take() }?()
            try folder(directory)
        }
        let test = try TestVault(flushing: calls)
        let slow = try test.receive([1], as: "a/slow")
        let failing = Monitor(try uploads(test, "failing"))
        let results = Monitor<[Bool]>([])
        interlude.withLock { interlude in
            interlude = {
                _ = test.vault.commit(failing.withLock { $0 })
                guard let late = try? self.uploads(test, "a") else { return }
                let committed = test.vault.commit(late).map { (try? $0.get()) != nil }
                results.withLock { $0 = committed }
            }
        }
        #expect(throws: VaultError.self) { try test.commit(slow) }
        #expect(results.withLock { $0 } == Array(repeating: false, count: 5))
        #expect(throws: VaultError.self) { try test.find([1], as: "a/slow") }
        #expect(throws: VaultError.self) { try test.store([2], as: "a/later") }
        // Who has made no name since is none the worse.
        #expect(test.vault.commit(try uploads(test, "b", user: "bob")).allSatisfy { (try? $0.get()) != nil })
    }

    @Test("a flush covers what was written before it began: who comes while one runs waits for the next")
    func nextRound() throws {
        let (runs, mayEnd) = (Monitor(false), Monitor(false))
        let calls = Atomic(0)
        let group = try SharedFlush { () throws(SystemError) in
            guard calls.add(1, ordering: .relaxed).oldValue == 0 else { return }
            runs.change { $0 = true }
            mayEnd.wait { $0 ? () : nil }
        }
        let flushesSeen = try inParallel(4) { index -> Int in
            if index > 0 { runs.wait { $0 ? () : nil } }
            if index == 3 {
                mayEnd.change { $0 = true }
                return 2
            }
            try? group.run(since: group.moment)
            return calls.load(ordering: .relaxed)
        }
        #expect(flushesSeen[1] >= 2)
        #expect(flushesSeen[2] >= 2)
    }
}

/// A `GroupFlush` by itself.
private struct SharedFlush {
    private let flusher: Flusher
    private let group: GroupFlush

    init(_ flushAll: @escaping @Sendable () throws(SystemError) -> Void) throws {
        flusher = Flusher(FlushCalls(storage: { _ throws(SystemError) in try flushAll() }))
        group = GroupFlush(flusher, try Directory.open(path: "/"))
    }

    var moment: FlushDistrust.Moment { flusher.distrust.moment }

    func run(since moment: FlushDistrust.Moment) throws(SystemError) {
        try group.run(since: moment)
    }
}

/// Whether the folder of the tests is on a file system that is flushed as a whole.
func storageHasReliableWholeFlush() -> Bool {
    guard let scratch = try? ScratchFolder("kind"), let folder = try? Directory.open(path: scratch.path) else {
        return false
    }
    return (try? folder.descriptor.fileSystemKind().hasReliableWholeFlush) ?? false
}
