import Platform
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Notes what was flushed, and lets chosen flushes fail.
final class FlushRecorder: Sendable {
    struct State: Sendable {
        var calls = 0
        var flushed: Set<FileIdentity> = []
        var failed: Set<FileIdentity> = []
        var wholeFlushes = 0
    }

    private let state = Monitor(State())
    private let errno: Errno
    private let mustFail: @Sendable (Int, FileStatus?) -> Bool

    /// - Parameters:
    ///   - errno: what a flush says that fails.
    ///   - mustFail: is asked for each flush, by its number from 1, and what is flushed; nil is the whole storage.
    init(
        errno: Errno = .inputOutput, mustFail: @escaping @Sendable (Int, FileStatus?) -> Bool = { _, _ in false }
    ) {
        self.errno = errno
        self.mustFail = mustFail
    }

    var now: State { state.withLock { $0 } }

    var calls: FlushCalls {
        FlushCalls(
            file: { file throws(SystemError) in try self.note(try file.status()) },
            folder: { folder throws(SystemError) in try self.note(try folder.status()) },
            storage: { _ throws(SystemError) in try self.note(nil) })
    }

    private func note(_ status: FileStatus?) throws(SystemError) {
        try state.withLock { state throws(SystemError) in
            state.calls += 1
            if mustFail(state.calls, status) {
                if let status { state.failed.insert(status.identity) }
                throw SystemError("flush", errno: errno)
            }
            if let status { state.flushed.insert(status.identity) } else { state.wholeFlushes += 1 }
        }
    }
}

/// A confirmation covers only what was flushed, whichever flush fails.
@Suite struct FlushFailureTests {
    /// What has to have been flushed for a stored path: the file, and every folder down to it from the storage folder.
    private func identities(_ test: TestVault, _ path: String) throws -> [FileIdentity] {
        var identities = [try Directory.open(path: test.scratch.path).status().identity]
        var folder = try Directory.open(path: test.scratch.path)
        let names = ("alice/" + path).split(separator: "/").map(String.init)
        for name in names.dropLast() {
            folder = try folder.openFolder(#require(FileName(name)))
            identities.append(try folder.status().identity)
        }
        return identities + [try folder.status(of: #require(names.last.flatMap { FileName($0) })).identity]
    }

    private let paths = ["a/1", "a/2", "a/b/3"]

    @Test("three uploads: the file and all its folders were flushed")
    func everyFolder() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(flushing: recorder.calls)
        let results = test.vault.commit(try paths.map { try test.receive(Array($0.utf8), as: $0) })
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        for path in paths { #expect(try recorder.now.flushed.isSuperset(of: identities(test, path)), "\(path)") }
        #expect(recorder.now.wholeFlushes == 0)
    }

    @Test("whichever flush fails, what it covers isn't confirmed, and what is confirmed was flushed")
    func sweep() throws {
        let all = FlushRecorder()
        let whole = try TestVault(flushing: all.calls)
        _ = whole.vault.commit(try paths.map { try whole.receive(Array($0.utf8), as: $0) })
        // Three files, before and after they got their first names, "a", "b", "alice", the storage folder.
        #expect(all.now.calls == 10)
        for number in 1...all.now.calls {
            let recorder = FlushRecorder { call, _ in call == number }
            let test = try TestVault(flushing: recorder.calls)
            let results = test.vault.commit(try paths.map { try test.receive(Array($0.utf8), as: $0) })
            #expect(results.contains { (try? $0.get()) == nil }, "flush \(number) failed, and nobody noticed")
            for case .success(let stored) in results {
                let needed = try identities(test, stored.pathText)
                #expect(recorder.now.flushed.isSuperset(of: needed), "flush \(number), \(stored.pathText)")
                #expect(recorder.now.failed.isDisjoint(with: needed), "flush \(number), \(stored.pathText)")
            }
        }
    }

    @Test("a folder whose flush failed is never trusted again, by upload or query")
    func poisonedFolder() throws {
        let recorder = FlushRecorder { call, _ in call == 3 }
        let test = try TestVault(flushing: recorder.calls)
        let upload = try test.receive([1], as: "a/x")
        #expect(throws: VaultError.self) { try test.commit(upload) }
        #expect(throws: VaultError.self) { try test.store([1], as: "a/x") }
        #expect(throws: VaultError.self) { try test.store([2], as: "a/y") }
        #expect(throws: VaultError.self) { try test.find([1], as: "a/x") }
        #expect(try test.store([2], as: "other").pathText == "other")
    }

    @Test("a file that has its name, but couldn't be flushed with it, isn't confirmed, then or later")
    func poisonedNaming() throws {
        let recorder = FlushRecorder { call, _ in call == 2 }
        let test = try TestVault(flushing: recorder.calls)
        #expect(throws: VaultError.self) { try test.store([1], as: "x") }
        #expect(throws: VaultError.self) { try test.find([1], as: "x") }
        #expect(throws: VaultError.self) { try test.store([1], as: "x") }
        #expect(try test.staged().isEmpty)
        #expect(try test.store([2], as: "y").pathText == "y")
    }

    @Test("a stored file whose flush failed in a query is never vouched for again")
    func poisonedFile() throws {
        let failing = Atomic(false)
        let recorder = FlushRecorder { _, status in
            status?.kind == .regular && failing.exchange(false, ordering: .relaxed)
        }
        let test = try TestVault(flushing: recorder.calls)
        // By somebody else's hand, so that its bytes may still be in memory only.
        try test.scratch.write([1, 2], to: "alice/x")
        failing.store(true, ordering: .relaxed)
        #expect(throws: VaultError.self) { try test.find([1, 2], as: "x") }
        #expect(throws: VaultError.self) { try test.find([1, 2], as: "x") }
        #expect(throws: VaultError.self) { try test.store([1, 2], as: "x") }
    }

    @Test("an upload whose flush failed leaves nothing behind, and can be sent again")
    func failedFile() throws {
        let recorder = FlushRecorder { call, _ in call == 1 }
        let test = try TestVault(flushing: recorder.calls)
        #expect(throws: VaultError.self) { try test.store([1], as: "x") }
        #expect(try test.scratch.names() == [".auto-upload", ".auto-upload-store"])
        #expect(try test.staged().isEmpty)
        #expect(try test.store([1], as: "x").wasThere == false)
    }

    @Test("folders that are known to be durable aren't flushed again, new ones are, though another made them")
    func skips() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(flushing: recorder.calls)
        try test.store([1], as: "a/1")
        let before = recorder.now.calls
        try test.store([2], as: "a/2")
        #expect(recorder.now.calls == before + 3)  // the file, before and after it got its name, and "a"
        try test.scratch.makeFolder("alice/admin")
        try test.store([3], as: "admin/3")
        #expect(recorder.now.calls == before + 7)  // the file twice, "admin" and "alice"
    }

    @Test("a folder that took another's place counts as new")
    func replacedFolder() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(flushing: recorder.calls)
        try test.store([1], as: "a/1")
        try test.scratch.move("alice/a", to: "alice/b")
        try test.scratch.makeFolder("alice/a")
        let before = recorder.now.calls
        try test.store([2], as: "a/2")
        #expect(recorder.now.calls == before + 4)
        try test.store([3], as: "b/3")
        #expect(recorder.now.calls == before + 8)
    }
}
