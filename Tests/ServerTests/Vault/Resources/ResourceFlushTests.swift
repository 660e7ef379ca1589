import Domain
import Platform
import Synchronization
import TestSupport
import Testing

@testable import DeviceFace
@testable import Storage

/// What a client was told of an upload resource stands, whichever flush fails and wherever the power goes.
@Suite struct ResourceFlushTests {
    private let file = TestResource(1)

    /// What a client was told.
    private struct Told {
        var isMade = false
        var offset: UInt64 = 0
        var stored: Stored?
    }

    /// A whole life, of which each answer is noted; it ends at the first refusal.
    private func live(_ test: TestVault, _ told: inout Told) throws {
        try file.make(test).leave()
        told.isMade = true
        for end in [40, 2500, 4000] { told.offset = try file.send(test, upTo: end) }
        told.stored = try file.finish(test)
    }

    @Test("whichever flush fails: what was told is so after a restart")
    func sweep() throws {
        let all = FlushRecorder()
        var told = Told()
        try live(TestVault(partials: .small, flushing: all.calls), &told)
        #expect(told.stored != nil)
        for number in 1...all.now.calls {
            let recorder = FlushRecorder { call, _ in call == number }
            let test = try TestVault(partials: .small, flushing: recorder.calls)
            var told = Told()
            try? live(test, &told)
            try expect(told, in: test.reopened(), "flush \(number)")
        }
    }

    private func expect(_ told: Told, in test: TestVault, _ comment: Comment) throws {
        let found = try test.vault.resource(of: file.key)
        if let stored = told.stored {
            // It may not be known any more, but it is stored.
            #expect(found == nil || found?.standing == .finished(stored), comment)
            return try file.expectStored(test)
        }
        guard let found else {
            // Given up, after an error that spoils what came: never a smaller offset than was told.
            return
        }
        #expect(told.isMade && found.offset >= told.offset, comment)
        _ = try file.finish(test)
        try file.expectStored(test)
    }

    @Test(
        "the file and the record, and the names of both, are flushed before an offset is told; the outcome before the answer"
    )
    func order() throws {
        let recorder = FlushRecorder()
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        try file.make(test).leave()
        let own = try Directory.open(path: test.scratch.path(".auto-upload"))
        let uploads = try own.openFolder(FileName(constant: "uploads"))
        let alice = try uploads.openFolder(.alice)
        let record = try alice.status(of: #require(FileName(file.id.description))).identity
        let made = recorder.now
        #expect(made.flushed.isSuperset(of: try [own, uploads, alice].map { try $0.status().identity } + [record]))
        try file.send(test, upTo: 10)
        let staging = try own.openFolder(FileName(constant: "partial"))
        let staged = try staging.names().map { try staging.status(of: $0).identity }
        #expect(staged.count == 2)
        #expect(recorder.now.flushed.isSuperset(of: try staged + [staging.status().identity]))
    }

    @Test("bytes that can't be recorded aren't told of, and aren't lost before")
    func full() throws {
        let isFull = Atomic(false)
        let recorder = FlushRecorder(errno: .noSpace) { _, _ in isFull.load(ordering: .relaxed) }
        let test = try TestVault(partials: .small, flushing: recorder.calls)
        try file.make(test).leave()
        try file.send(test, upTo: 2000)
        isFull.store(true, ordering: .relaxed)
        #expect(throws: VaultError.self) { try file.send(test, upTo: 3000) }
        isFull.store(false, ordering: .relaxed)
        #expect(try file.found(test).offset == 2000)
        _ = try file.finish(test)
        try file.expectStored(test)
    }
}
