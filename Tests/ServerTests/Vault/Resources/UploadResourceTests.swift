import Domain
import Platform
import Synchronization
import TestSupport
import Testing

@testable import DeviceFace
@testable import Storage

/// Uploads that have a URL: from their creation on they are there, whatever ends in between.
@Suite struct UploadResourceTests {
    private let file = TestResource(1)

    @Test("made, sent in pieces however small, and stored; each request in another process", arguments: [false, true])
    func wholeLife(_ isUnknown: Bool) throws {
        var test = try TestVault(partials: .small)
        try file.make(test, isUnknown: isUnknown).leave()
        test = try test.reopened()
        #expect(try file.found(test).standing == .unfinished(offset: 0))
        var sent = 0
        for piece in [1, 98, 1, 2000, 1700] {
            sent += piece
            #expect(try file.send(test, upTo: sent) == UInt64(sent))
            test = try test.reopened()
            let found = try file.found(test)
            #expect(found.standing == .unfinished(offset: UInt64(sent)))
            #expect(found.length == (isUnknown ? nil : 5000))
        }
        let stored = try file.finish(test)
        #expect(try stored.digest == file.content.digest() && !stored.wasThere)
        try file.expectStored(test)
        #expect(try file.found(test.reopened()).standing == .finished(stored))
    }

    @Test("what it was made with is found with it, and a length that is said later, too")
    func traits() throws {
        let test = try TestVault(partials: .small)
        let traits = try file.traits(
            options: [.needsOwnName, .isPart], digest: file.content.digest(), note: [UInt8](repeating: 7, count: 8192))
        var made = try test.vault.makeResource(traits)
        try made.setLength(5000)
        made.leave()
        let found = try file.found(test.reopened())
        #expect(found.traits == traits && found.length == 5000)
    }

    @Test("an empty file, and one that came whole with its creation")
    func inOneRequest() throws {
        for count in [0, 5000] {
            let file = TestResource(2, count: count)
            let test = try TestVault(partials: .small)
            let upload = try file.make(test)
            upload.append(file.content[...])
            let stored = try upload.finish()
            try file.expectStored(test)
            #expect(try file.found(test).standing == .finished(stored))
        }
    }

    @Test("one that was stored, and deleted since, is none any more, also where another file has its name")
    func deletedSince() throws {
        for isReplaced in [false, true] {
            var test = try TestVault(partials: .small)
            try file.make(test).leave()
            let stored = try file.finish(test)
            test = try test.reopened()
            #expect(try file.found(test).standing == .finished(stored))
            let deleted = test.vault.delete([stored.path], of: .alice)
            #expect(try deleted.first?.get()?.path == stored.path)
            if isReplaced {
                try test.scratch.write([UInt8](repeating: 7, count: file.content.count), to: "alice/a/clip")
            }
            let later = try test.reopened()
            #expect(try later.vault.resource(of: file.key) == nil)
            #expect(try later.vault.resource(of: file.key) == nil)
        }
    }

    @Test("another user's is as unknown as none, and so is one that was removed")
    func unknown() throws {
        let test = try TestVault(partials: .small)
        try file.make(test).leave()
        let bob = OfferedFile.Key(user: FileName(constant: "bob"), id: file.id)
        #expect(try test.vault.resource(of: bob) == nil)
        #expect(try test.vault.resource(of: TestResource(9).key) == nil)
        try file.send(test, upTo: 3000)
        test.vault.remove(try file.found(test))
        #expect(try test.vault.resource(of: file.key) == nil)
        #expect(try test.staged().isEmpty)
    }

    @Test("one that is being stored is waited for, for a bounded time; then it is told so, and nothing is lost")
    func beingStored() throws {
        let (runs, mayEnd) = (Monitor(false), Monitor(false))
        let isCommit = Atomic(false)
        let calls = FlushCalls(file: { file throws(SystemError) in
            try file.flush()
            guard isCommit.exchange(false, ordering: .relaxed) else { return }
            runs.change { $0 = true }
            mayEnd.wait { $0 ? () : nil }
        })
        let test = try TestVault(partials: .small, flushing: calls)
        let file = file
        try file.make(test).leave()
        let results = try inParallel(2) { index -> Bool in
            if index == 0 {
                guard let found = try? file.found(test), let upload = try? test.vault.open(found) else { return false }
                upload.append(file.content[...])
                isCommit.store(true, ordering: .relaxed)
                return (try? upload.finish()) != nil
            }
            runs.wait { $0 ? () : nil }
            let refused = Result { () throws(VaultError) in try test.vault.resource(of: file.key, waiting: 0) }
            mayEnd.change { $0 = true }
            guard case .failure(.beingStored) = refused, let found = try? file.found(test) else { return false }
            return if case .finished = found.standing { true } else { false }
        }
        #expect(results == [true, true])
        try file.expectStored(test)
    }

    @Test("who looks it up has it, and whoever had it has lost it")
    func takenOver() throws {
        let test = try TestVault(partials: .small)
        let first = try file.make(test)
        first.append(file.content[..<2345])
        let found = try file.found(test)
        #expect(found.standing == .unfinished(offset: 2345))
        first.append(file.content[2345...])
        #expect(first.failure == .takenOver)
        #expect(throws: VaultError.takenOver) { try first.finish() }
        try file.send(test, upTo: 3000)
        // What was looked up before isn't so any more.
        #expect(throws: VaultError.takenOver) { try test.vault.open(found) }
        _ = try file.finish(test)
        try file.expectStored(test)
    }

    @Test("nothing is kept of a request that is held back, unless it turns out right")
    func heldBack() throws {
        let test = try TestVault(partials: .small)
        try file.make(test).leave()
        try file.send(test, upTo: 50)
        for isRight in [false, true] {
            let upload = try test.vault.open(file.found(test))
            upload.holdBack()
            upload.append(file.content[50..<4000])
            if isRight {
                var upload = upload
                #expect(try upload.keep() == 4000)
            } else {
                upload.leave()
                #expect(try file.found(test).standing == .unfinished(offset: 50))
            }
        }
        #expect(try file.found(test.reopened()).offset == 4000)
    }

    @Test("other content than was stated isn't stored, and the upload is over")
    func wrongDigest() throws {
        let test = try TestVault(partials: .small)
        let upload = try test.vault.makeResource(file.traits(length: 5000, digest: [UInt8].content(3).digest()))
        upload.append(file.content[...])
        #expect(throws: VaultError.digestMismatch) { try upload.finish() }
        #expect(try test.vault.resource(of: file.key) == nil)
        #expect(try test.staged().isEmpty)
    }

    @Test("where all came and it couldn't be stored, it is there whole, and is stored at the next attempt")
    func whole() throws {
        var test = try TestVault(partials: .small)
        try file.make(test).leave()
        try file.send(test, upTo: 5000)
        test = try test.reopened()
        let found = try file.found(test)
        #expect(found.isWhole)
        let stored = try test.vault.open(found).finish()
        #expect(try stored.digest == file.content.digest())
        try file.expectStored(test)
    }
}
