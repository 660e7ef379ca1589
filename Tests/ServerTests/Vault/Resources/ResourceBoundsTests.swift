import Domain
import Platform
import TestSupport
import Testing

@testable import DeviceFace
@testable import Storage

/// Upload resources take a bounded room, for a bounded time.
@Suite struct ResourceBoundsTests {
    private func records(_ test: TestVault) throws -> Int {
        try test.scratch.names(in: ".auto-upload/uploads/alice").count
    }

    @Test("of too many, those that were stored are forgotten, and none that is unfinished")
    func number() throws {
        var rules = PartialRules.small
        rules.mostResources = 4
        var test = try TestVault(partials: rules)
        let kept = TestResource(1)
        try kept.make(test).leave()
        for seed in 2...20 {
            let file = TestResource(UInt64(seed), count: 10)
            try file.make(test).leave()
            _ = try file.finish(test)
        }
        #expect(try records(test) <= 4)
        #expect(try kept.found(test).standing == .unfinished(offset: 0))
        for seed in 21...23 { try TestResource(UInt64(seed)).make(test).leave() }
        // Also where it has to be counted first.
        for isReopened in [false, true] {
            if isReopened { test = try test.reopened(rules) }
            #expect {
                try TestResource(24).make(test)
            } throws: {
                if case VaultError.busy = $0 { true } else { false }
            }
        }
        test.vault.remove(try kept.found(test))
        try TestResource(25).make(test).leave()
        #expect(try test.staged().isEmpty)
    }

    @Test(
        "of too many that are unfinished those are given up that nobody has gone on with for longest, and none that somebody has open"
    )
    func unfinished() throws {
        var rules = PartialRules.small
        (rules.mostResources, rules.reclaimAge, rules.reclaimAgeOfUntold) = (3, 0, 0)
        let test = try TestVault(partials: rules)
        let (open, begun, empty) = (TestResource(1), TestResource(2), TestResource(3))
        let request = try open.make(test)
        try begun.make(test).leave()
        try begun.send(test, upTo: 3000)
        try empty.make(test).leave()
        for (file, age) in [(open, 30), (begun, 20), (empty, 10)] { try makeOlder(file, by: Int64(age), in: test) }
        try TestResource(4).make(test).leave()
        // Nothing is left of it, and its client is told so.
        #expect(try test.vault.resource(of: begun.key) == nil)
        #expect(try test.staged().count == 1)
        #expect(try empty.found(test).standing == .unfinished(offset: 0))
        request.leave()
        #expect(try open.found(test).standing == .unfinished(offset: 0))
    }

    /// As if it had been begun, or gone on with, so many seconds sooner.
    private func makeOlder(_ file: TestResource, by seconds: Int64, in test: TestVault) throws {
        let name = try #require(FileName(file.key.id.description))
        let folder = try Directory.open(path: test.scratch.path(".auto-upload/uploads/alice"))
        let time = FileTime(seconds: currentUnixTime() - seconds, nanoseconds: 0)
        try folder.open(name, .readingAndWriting).setModified(time)
    }

    @Test("what nobody comes back for goes: when it was stored sooner than when it wasn't")
    func time() throws {
        var rules = PartialRules.small
        (rules.expiry, rules.finishedExpiry) = (1000, 100)
        let test = try TestVault(partials: rules)
        let (empty, begun, finished) = (TestResource(1), TestResource(2), TestResource(3))
        try empty.make(test).leave()
        try begun.make(test).leave()
        try begun.send(test, upTo: 3000)
        _ = try finished.make(test).leave()
        _ = try finished.finish(test)
        let now = currentUnixTime()
        let folders = test.vault.resources
        folders.removeExpired(now + 50) { _ in false }
        #expect(try records(test) == 3)
        folders.removeExpired(now + 150) { _ in false }
        #expect(try records(test) == 2)
        folders.removeExpired(now + 1100) { $0 == begun.key }
        #expect(try records(test) == 1)
        #expect(try begun.found(test).offset == 3000)
        #expect(test.vault.removeExpired(.now.advanced(bySeconds: 1100)).map(\.offset) == [3000])
        // What was told of isn't there any more.
        #expect(try test.vault.resource(of: begun.key) == nil)
        #expect(try records(test) == 0)
    }

    @Test("a partial that is gone isn't one of no bytes")
    func lost() throws {
        let file = TestResource(4)
        let test = try TestVault(partials: .small)
        try file.make(test).leave()
        try file.send(test, upTo: 3000)
        let staging = try Directory.open(path: test.scratch.path(".auto-upload/partial"))
        for name in try staging.names() { try staging.remove(name) }
        #expect(try test.reopened().vault.resource(of: file.key) == nil)
    }
}
