import Platform
import TestSupport
import Testing
import Wire

@testable import Storage

/// Room as the vault keeps account of it, from offer to name.
@Suite struct VaultSpaceTests {
    private let alice = FileName(constant: "alice")

    private func vault(quota: UInt64, in scratch: ScratchFolder? = nil) throws -> TestVault {
        try TestVault(quotas: { _ in .bytes(quota) }, in: scratch)
    }

    @Test("what is stored is used, once, and what is given up is not")
    func used() throws {
        let test = try vault(quota: 100_000)
        try test.store(.content(1, count: 30_000), as: "a")
        try test.store(.content(1, count: 30_000), as: "a")
        try test.store(.content(2, count: 30_000), as: "a")
        #expect(test.vault.quotaRemaining(of: alice) == 40_000)
        var upload: PendingCommit? = try test.receive(.content(3, count: 4000), as: [0x62], size: 40_000)
        #expect(test.vault.quotaRemaining(of: alice) == 0)
        #expect(throws: VaultError.quotaExceeded(left: 0)) { try test.receive([1], as: "c") }
        #expect(try test.staged().count == 1)
        upload = nil
        #expect(upload == nil)
        #expect(test.vault.quotaRemaining(of: alice) == 40_000)
        #expect(throws: VaultError.digestMismatch) {
            try test.commit(test.receive(.content(4, count: 100), as: Array("d".utf8), digest: [0].digest()))
        }
        #expect(test.vault.quotaRemaining(of: alice) == 40_000)
    }

    @Test("the next server counts what it finds")
    func restarted() throws {
        let scratch = try ScratchFolder("vault")
        try vault(quota: 10_000, in: scratch).store(.content(1, count: 3000), as: "a/b/c")
        try scratch.write([UInt8](repeating: 1, count: 500), to: "alice/by-hand")
        #expect(try vault(quota: 10_000, in: scratch).vault.quotaRemaining(of: alice) == 6500)
    }

    @Test("a file that was published though its folder's flush failed goes on counting")
    func unconfirmed() throws {
        let recorder = FlushRecorder { call, _ in call == 2 }
        let test = try TestVault(quotas: { _ in .bytes(1000) }, flushing: recorder.calls)
        #expect(test.vault.quotaRemaining(of: alice) == 1000)
        let upload = try test.receive(.content(1, count: 600), as: "a")
        #expect(throws: VaultError.self) { try test.commit(upload) }
        #expect(try test.names() == ["a"])
        #expect(test.vault.quotaRemaining(of: alice) == 400)
    }

    @Test("one byte that is left doesn't let many through, however many ask at once")
    func simultaneous() throws {
        let test = try vault(quota: 50_001)
        let results = try inParallel(20) { index in
            Result { try test.store(.content(UInt64(index), count: 10_000), as: "\(index)") }
        }
        #expect(results.count { (try? $0.get()) != nil } == 5)
        #expect(test.vault.quotaRemaining(of: alice) == 1)
        let total = try test.names().reduce(0) { try $0 + test.scratch.bytes(of: "alice/" + $1).count }
        #expect(total == 50_000)
        #expect(try test.staged().isEmpty)
    }

    @Test("what is parked counts with what is durable of it, after a restart, too, and takes the rest when it goes on")
    func parked() throws {
        let quota = Monitor<UInt64>(10_000)
        let scratch = try ScratchFolder("vault")
        let make = {
            try TestVault(partials: .small, quotas: { _ in .bytes(quota.withLock { $0 }) }, in: scratch)
        }
        let upload = BrokenUpload(7)
        do {
            let test = try make()
            #expect(try upload.breakOff(test, at: 3000) == 3000)
            #expect(test.vault.quotaRemaining(of: alice) == 7000)
        }
        let test = try make()
        #expect(test.vault.quotaRemaining(of: alice) == 7000)
        // Somebody else of the same name took the room: it can't go on now, and stays.
        try test.store(.content(8, count: 6000), as: "other")
        #expect(throws: VaultError.quotaExceeded(left: 1000)) { try upload.begin(test) }
        #expect(test.vault.quotaRemaining(of: alice) == 1000)
        quota.withLock { $0 = 11_000 }
        #expect(test.vault.quotaRemaining(of: alice) == 2000)
        #expect(try upload.complete(test) == 3000)
        #expect(test.vault.quotaRemaining(of: alice) == 0)
    }

    @Test("what is parked and expires, is displaced or is given up, gives its room back")
    func parkedAndGone() throws {
        let test = try TestVault(partials: .small, quotas: { _ in .bytes(10_000) })
        let upload = BrokenUpload(7)
        #expect(try upload.breakOff(test, at: 3000) == 3000)
        #expect(test.vault.removeExpired(.now.advanced(bySeconds: 8 * 86_400)).count == 1)
        #expect(test.vault.quotaRemaining(of: alice) == 10_000)
        #expect(try upload.breakOff(test, at: 3000) == 3000)
        let other = try test.vault.begin(upload.offered(test, path: "else"), isFresh: false)
        #expect(test.vault.quotaRemaining(of: alice) == 5000)
        other.discard()
        #expect(test.vault.quotaRemaining(of: alice) == 10_000)
    }

    /// A parked upload of 3000 bytes, where another of 5000 has no room beside it.
    private func crowded(_ rules: PartialRules, charge: QuotaCharge = .bytes, quota: UInt64) throws -> TestVault {
        let test = try TestVault(
            partials: rules, space: SpacePolicy(charge: charge), quotas: { _ in .bytes(quota) })
        #expect(try BrokenUpload(7).breakOff(test, at: 3000) == 3000)
        return test
    }

    private static var atOnce: PartialRules {
        var rules = PartialRules.small
        (rules.reclaimAge, rules.reclaimAgeOfSame) = (0, 0)
        return rules
    }

    @Test("two devices that offer the same path don't remove each other's progress")
    func twoDevices() throws {
        let test = try crowded(.small, quota: 6000)
        for other in [BrokenUpload(8), BrokenUpload(9, count: 4000), BrokenUpload(10, path: "b")] {
            #expect(throws: VaultError.quotaExceeded(left: 3000)) { try other.begin(test) }
        }
        #expect(try test.staged().count == 2)
    }

    @Test("what nobody goes on with makes room for others, and is told of")
    func reclaimed() throws {
        let test = try crowded(Self.atOnce, quota: 6000)
        var told: [UInt64] = []
        let upload = try test.vault.begin(BrokenUpload(8).offered(test), isFresh: false) { told.append($1) }
        #expect(told == [3000])
        #expect(test.vault.quotaRemaining(of: alice) == 1000)
        upload.discard()
    }

    @Test("nothing goes for an offer that has no room even then, its folders counted")
    func notReclaimed() throws {
        // The partial and its folder count 12,288, as the offer does, but that has 16,384 more for its folders.
        let test = try crowded(Self.atOnce, charge: .ofDisk, quota: 22_000)
        let other = BrokenUpload(8, path: "b/c/d/e/clip")
        #expect(throws: VaultError.self) { try other.begin(test) }
        #expect(try test.staged().count == 2)
    }

    @Test("what went is told of also where another takes its room")
    func reclaimedForNothing() throws {
        let quota = Monitor<UInt64>(6000)
        let test = try TestVault(partials: Self.atOnce, quotas: { _ in .bytes(quota.withLock { $0 }) })
        #expect(try BrokenUpload(7).breakOff(test, at: 3000) == 3000)
        var told: [UInt64] = []
        #expect(throws: VaultError.quotaExceeded(left: 100)) {
            try test.vault.begin(BrokenUpload(8).offered(test), isFresh: false) {
                told.append($1)
                quota.withLock { $0 = 100 }
                _ = test.vault.quotaRemaining(of: alice)
            }
        }
        #expect(told == [3000])
    }

    @Test("a size that no file may have is refused before anything is made")
    func overLimit() throws {
        let test = try TestVault(space: SpacePolicy(largestFile: 100))
        #expect(throws: VaultError.overLimit(bytes: 100)) { try test.receive(.content(1, count: 101), as: "a") }
        #expect(try test.staged().isEmpty)
        try test.store(.content(1, count: 100), as: "a")
    }
}
