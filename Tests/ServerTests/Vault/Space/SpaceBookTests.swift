import Platform
import Synchronization
import TestSupport
import Testing

@testable import Storage

/// Who gets room, with real folders, and threads that ask at once.
@Suite struct SpaceBookTests {
    /// What a test may change while the book is in use.
    private final class World: Sendable {
        let quota = Monitor<[FileName: QuotaSetting]>([:])
        let stored = Monitor<[FileName: UInt64]>([:])
        let seconds = Monitor(0.0)
        let counts = Atomic(0)
        /// Counting waits while this is set.
        let isSlow = Monitor(false)
        let error = Monitor<Errno?>(nil)
        let scratch: ScratchFolder

        init() throws {
            scratch = try ScratchFolder("space")
        }

        func book(_ policy: SpacePolicy = SpacePolicy(keepFree: 0, charge: .bytes), patience: Double = 30) throws
            -> SpaceBook
        {
            let folder = try Directory.open(path: scratch.path)
            let start = Instant.now
            return try SpaceBook(
                root: folder, staging: folder, policy: policy,
                quotas: { user in self.quota.withLock { $0[user] ?? .none } },
                count: { user throws(SystemError) in
                    self.counts.add(1, ordering: .relaxed)
                    if user == Self.slow { self.isSlow.wait { $0 ? nil : () } }
                    if let errno = self.error.withLock({ $0 }) { throw SystemError("count", errno: errno) }
                    return self.stored.withLock { $0[user] ?? 0 }
                },
                patience: patience, now: { start.advanced(bySeconds: self.seconds.withLock { $0 }) })
        }

        static let slow = FileName(constant: "slow")
    }

    private let world: World
    private let anna = FileName(constant: "anna")
    private let bob = FileName(constant: "bob")

    init() throws {
        world = try World()
    }

    private func refusal(_ body: () throws(VaultError) -> Reservation) -> VaultError? {
        do throws(VaultError) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    private func setQuota(_ bytes: UInt64?, of user: FileName) {
        world.quota.withLock { $0[user] = bytes.map(QuotaSetting.bytes) ?? QuotaSetting.none }
    }

    @Test("what was promised comes back when it goes, and stays used when it is stored")
    func accounting() throws {
        setQuota(100, of: anna)
        let book = try world.book()
        #expect(book.remaining(of: anna) == 100 && book.remaining(of: bob) == nil)
        var one: Reservation? = try book.reserve(user: anna, size: 60)
        #expect(book.remaining(of: anna) == 40 && book.promised == 4096)
        #expect(refusal { () throws(VaultError) in try book.reserve(user: anna, size: 41) } == .quotaExceeded(left: 40))
        one = nil
        #expect(one == nil && book.remaining(of: anna) == 100 && book.promised == 0)
        try book.reserve(user: anna, size: 60).becomesStored()
        #expect(book.remaining(of: anna) == 40 && book.promised == 0)
    }

    @Test("the largest file is the largest, for good")
    func largest() throws {
        let book = try world.book(SpacePolicy(keepFree: 0, largestFile: 1000))
        #expect(
            refusal { () throws(VaultError) in try book.reserve(user: anna, size: 1001) } == .overLimit(bytes: 1000))
        _ = try book.reserve(user: anna, size: 1000)
    }

    @Test("the disk's floor holds for everybody, and what no disk holds is refused for good")
    func floor() throws {
        let free = try Directory.open(path: world.scratch.path).descriptor.availableBytes()
        // Other programs use this disk, too.
        let margin: UInt64 = 8 << 30
        try #require(free > 2 * margin)
        let book = try world.book(SpacePolicy(keepFree: free - margin))
        let most = try book.reserve(user: anna, size: margin / 2)
        guard case .full? = refusal({ () throws(VaultError) in try book.reserve(user: bob, size: margin) }) else {
            Issue.record("not refused")
            return
        }
        most.shrink(to: 0)
        let all = refusal { () throws(VaultError) in try book.reserve(user: bob, size: UInt64(Int64.max)) }
        if case .tooLarge? = all {} else { Issue.record("\(String(describing: all))") }
        #expect(try world.scratch.names().isEmpty)
        let closed = try world.book(SpacePolicy(keepFree: UInt64(Int64.max)))
        guard case .full? = refusal({ () throws(VaultError) in try closed.reserve(user: bob, size: 0) }) else {
            Issue.record("not refused")
            return
        }
    }

    @Test("of many that ask at once for the last bytes, as many get them as there are", arguments: [1, 7])
    func simultaneous(_ fitting: Int) throws {
        setQuota(UInt64(fitting) << 40 + 1, of: anna)
        let book = try world.book()
        // Room for all on the disk: only what is stored already.
        world.stored.withLock { $0[anna] = UInt64(fitting) << 40 + 1 - UInt64(fitting) * 1000 - 1 }
        let results = try inParallel(32) { index in try? book.reserve(user: anna, size: index % 2 == 0 ? 1000 : 1 << 40)
        }
        #expect(results.count { $0 != nil } == fitting)
        #expect(book.remaining(of: anna) == 1)
        #expect(world.counts.load(ordering: .relaxed) == 1)
    }

    @Test("a large folder keeps no other user waiting, and its own for a bounded time")
    func slowCount() throws {
        for user in [anna, World.slow] { setQuota(100, of: user) }
        world.isSlow.change { $0 = true }
        let book = try world.book(patience: 0.05)
        #expect(refusal { () throws(VaultError) in try book.reserve(user: World.slow, size: 1) } == .counting)
        // Once it has waited for this count, nothing waits for it again.
        world.seconds.withLock { $0 = 1000 }
        #expect(refusal { () throws(VaultError) in try book.reserve(user: World.slow, size: 1) } == .counting)
        #expect(book.remaining(of: World.slow) == 100)
        _ = try book.reserve(user: anna, size: 1)
        world.isSlow.change { $0 = false }
        while refusal({ () throws(VaultError) in try book.reserve(user: World.slow, size: 1) }) != nil {}
        #expect(world.counts.load(ordering: .relaxed) == 2)
    }

    @Test("what the admin removed is noticed by who is refused, a minute later")
    func recount() throws {
        setQuota(100, of: anna)
        world.stored.withLock { $0[anna] = 100 }
        let book = try world.book()
        let ask = { () throws(VaultError) in try book.reserve(user: anna, size: 10) }
        #expect(refusal(ask) == .quotaExceeded(left: 0))
        world.stored.withLock { $0[anna] = 50 }
        #expect(refusal(ask) == .quotaExceeded(left: 0))
        world.seconds.withLock { $0 = 61 }
        _ = try ask()
        #expect(world.counts.load(ordering: .relaxed) == 2)
    }

    @Test("a quota that is changed counts a second later, also below what is stored")
    func changedQuota() throws {
        setQuota(100, of: anna)
        world.stored.withLock { $0[anna] = 50 }
        let book = try world.book()
        _ = try book.reserve(user: anna, size: 50)
        setQuota(10, of: anna)
        world.seconds.withLock { $0 = 2 }
        #expect(book.remaining(of: anna) == 0)
        #expect(refusal { () throws(VaultError) in try book.reserve(user: anna, size: 1) } == .quotaExceeded(left: 0))
        world.quota.withLock { $0[anna] = .unknown }
        world.seconds.withLock { $0 = 4 }
        #expect(book.remaining(of: anna) == 0)
        setQuota(nil, of: anna)
        world.seconds.withLock { $0 = 6 }
        _ = try book.reserve(user: anna, size: 1000)
    }

    @Test("what can't be counted refuses, and is said to have failed, not to be full")
    func failingCount() throws {
        setQuota(100, of: anna)
        world.error.withLock { $0 = .inputOutput }
        let book = try world.book()
        for _ in 0..<3 {
            guard case .failed? = refusal({ () throws(VaultError) in try book.reserve(user: anna, size: 1) }) else {
                Issue.record("not refused")
                return
            }
        }
        #expect(world.counts.load(ordering: .relaxed) == 1)
        world.error.withLock { $0 = nil }
        world.seconds.withLock { $0 = 61 }
        _ = try book.reserve(user: anna, size: 1)
    }

    @Test("what is parked counts, keeps its part, and gets the rest only while there is room")
    func parked() throws {
        setQuota(100, of: anna)
        let book = try world.book()
        let parked = book.hold(user: anna, bytes: 90)
        #expect(book.remaining(of: anna) == 10 && book.promised == 0)
        #expect(refusal { () throws(VaultError) in try book.reserve(user: anna, size: 11) } == .quotaExceeded(left: 10))
        #expect(throws: VaultError.quotaExceeded(left: 10)) { try parked.grow(to: 101) }
        #expect(book.remaining(of: anna) == 10)
        try parked.grow(to: 100)
        #expect(book.remaining(of: anna) == 0 && book.promised == 4096)
        parked.shrink(to: 95)
        parked.shrink(to: 97)
        #expect(book.remaining(of: anna) == 5)
        parked.becomesStored()
        #expect(book.remaining(of: anna) == 5 && book.promised == 0)
    }

    @Test("of two users with more than half of the room, the first to begin can finish, the other holds nothing")
    func overcommitted() throws {
        let free = try Directory.open(path: world.scratch.path).descriptor.availableBytes()
        // Other programs use this disk, too.
        let room: UInt64 = 16 << 30
        try #require(free > room)
        let book = try world.book(SpacePolicy(keepFree: free - room, charge: .bytes))
        let one = try book.reserve(user: anna, size: room / 4 * 3)
        let other = try book.reserve(user: bob, size: room / 8 * 3)
        try one.begin()
        #expect(one.aside == room / 4 * 3)
        #expect(throws: VaultError.self) { try other.begin() }
        #expect(other.aside < room / 4)
    }

    @Test("what is held may be more than is allowed: it is there")
    func heldTooMuch() throws {
        setQuota(100, of: anna)
        let book = try world.book()
        let held = book.hold(user: anna, bytes: UInt64(Int64.max))
        #expect(book.remaining(of: anna) == 0)
        held.shrink(to: 0)
        #expect(book.remaining(of: anna) == 100)
    }
}
