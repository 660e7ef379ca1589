import Platform
import TestSupport
import Testing

@testable import Storage

/// The sums of what is promised.
@Suite struct SpaceLedgerTests {
    private let anna = FileName(constant: "anna")
    private let largest = UInt64(Int64.max)

    private func room(_ available: UInt64, of total: UInt64 = 1 << 40) -> FileSystemRoom {
        FileSystemRoom(total: total, available: available)
    }

    @Test("what is promised counts in whole blocks until the file takes it")
    func promised() {
        var ledger = SpaceLedger(.bytes)
        let one = ledger.open(anna, size: 10_000, onDisk: 0)
        #expect(ledger.promised == 12_288)
        ledger.occupy(one, 4096)
        #expect(ledger.promised == 8192)
        ledger.occupy(one, 100)  // What it takes never gets less.
        #expect(ledger.promised == 8192)
        ledger.occupy(one, .max)
        #expect(ledger.promised == 0 && ledger[anna].reserved == 10_000)
        ledger.release(one)
        ledger.release(one)
        #expect(ledger.promised == 0 && ledger[anna].reserved == 0)
    }

    @Test("an upload that is parked keeps what it has, and takes the rest again when it goes on")
    func parked() {
        var ledger = SpaceLedger(.bytes)
        let one = ledger.open(anna, size: 1 << 30, onDisk: 0)
        ledger.occupy(one, 1 << 30)
        ledger.resize(one, to: 1 << 20)
        #expect(ledger.promised == 0 && ledger[anna].reserved == 1 << 20)
        ledger.resize(one, to: 1 << 30)
        #expect(ledger.promised == 1 << 30 - 1 << 20 && ledger[anna].reserved == 1 << 30)
    }

    @Test(
        "there is room down to the floor, and not a block below",
        arguments: [
            (0, 0, 0, true), (1, 4096, 0, true), (1, 4095, 0, false), (4097, 8191, 0, false), (0, 5, 5, true),
            (0, 4, 5, false), (4096, 4100, 4, true), (4096, 4100, 5, false),
            (UInt64(Int64.max), UInt64(Int64.max), 0, false), (UInt64(Int64.max), .max, 0, true),
            (UInt64(Int64.max), .max, .max, false), (0, .max, .max, true),
        ] as [(UInt64, UInt64, UInt64, Bool)])
    func floor(_ size: UInt64, _ available: UInt64, _ floor: UInt64, _ fits: Bool) {
        #expect(SpaceLedger(.bytes).hasRoom(for: size, in: room(available), keepingFree: floor) == fits)
    }

    @Test("what others were promised has gone, also where that is more than there is")
    func others() {
        var ledger = SpaceLedger(.bytes)
        let one = ledger.open(anna, size: 1 << 20, onDisk: 0)
        #expect(ledger.hasRoom(for: 1 << 20, in: room(2 << 20), keepingFree: 0))
        #expect(!ledger.hasRoom(for: 1, in: room(1 << 20), keepingFree: 0))
        #expect(!ledger.hasRoom(for: 0, in: room(1000), keepingFree: 0))
        ledger.release(one)
        #expect(ledger.hasRoom(for: 1 << 20, in: room(1 << 20), keepingFree: 0))
    }

    @Test("uploads of which nothing has come hold half of the room, all together, allocated or not")
    func share() {
        var ledger = SpaceLedger(.bytes)
        let bob = FileName(constant: "bob")
        #expect(ledger.share(in: room(8 << 20), keepingFree: 0) == 4 << 20)
        let one = ledger.open(anna, size: 7 << 20, onDisk: 0, aside: 4 << 20)
        #expect(ledger.promised == 4 << 20 && ledger.unsent == 4 << 20)
        #expect(ledger.share(in: room(8 << 20), keepingFree: 0) == 0)
        #expect(!ledger.hasRoom(for: 2 << 20, besideThoseOf: anna, in: room(8 << 20), keepingFree: 0))
        #expect(ledger.hasRoom(for: 4 << 20, besideThoseOf: bob, in: room(8 << 20), keepingFree: 0))
        // The disk counts what was allocated as taken.
        ledger.occupy(one, 4 << 20)
        #expect(ledger.promised == 0 && ledger.unsent == 4 << 20)
        #expect(ledger.share(in: room(4 << 20), keepingFree: 0) == 0)
        ledger.begin(one)
        #expect(ledger.promised == 3 << 20 && ledger.aside(of: one) == 7 << 20 && ledger.unsent == 0)
        #expect(!ledger.hasRoom(for: 2 << 20, besideThoseOf: bob, in: room(4 << 20), keepingFree: 0))
        #expect(ledger.share(in: room(4 << 20), keepingFree: 0) == 1 << 19)
        ledger.release(one)
        #expect(ledger[anna].pending == 0 && ledger[anna].wanted == 0 && ledger.promised == 0)
    }

    @Test("as many must go as make room, in the quota with all that they count, and on the disk")
    func needed() {
        var ledger = SpaceLedger(QuotaCharge(block: 4096, entry: 4096))
        let parked = (0..<3).map { _ in ledger.open(anna, size: 4096, onDisk: 4096, isBegun: true) }
        func needed(_ bytes: UInt64, counted: UInt64, available: UInt64) -> Int? {
            ledger.needed(parked, for: bytes, counted: counted, of: anna, in: room(available), keepingFree: 0)
        }
        #expect(needed(8192, counted: 0, available: 0) == 2)
        #expect(needed(8192, counted: 0, available: 4096) == 1)
        #expect(needed(12_289, counted: 0, available: 0) == nil)
        ledger[anna].take(.bytes(24_576), now: .now)
        _ = ledger[anna].beginCounting(now: .now)
        ledger[anna].endCounting(.success(0), now: .now)
        #expect(ledger[anna].left == 0)
        #expect(needed(1, counted: 8192, available: 1 << 20) == 1)
        #expect(needed(1, counted: 8193, available: 1 << 20) == 2)
        #expect(needed(1, counted: 24_577, available: 1 << 20) == nil)
    }

    @Test("where the disk doesn't tell, only what no number holds is refused")
    func unknownRoom() {
        var ledger = SpaceLedger(.bytes)
        #expect(ledger.hasRoom(for: largest, in: nil, keepingFree: 1 << 30))
        _ = ledger.open(anna, size: largest, onDisk: 0)
        #expect(!ledger.hasRoom(for: largest, in: nil, keepingFree: 0))
    }

    @Test("the floor is the smaller of 1 GiB and a fiftieth unless it is given")
    func policy() {
        #expect(SpacePolicy().floor(of: room(0, of: 1 << 40)) == 1 << 30)
        #expect(SpacePolicy().floor(of: room(0, of: 50 << 20)) == 1 << 20)
        #expect(SpacePolicy().floor(of: room(0, of: .max)) == 1 << 30)
        #expect(SpacePolicy(keepFree: 0).floor(of: room(0)) == 0)
        #expect(SpacePolicy(keepFree: 7).floor(of: room(0)) == 7)
    }

    @Test("the sums are those of what is open, whatever happens, and nothing is left in the end", arguments: 1...20)
    func anything(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ledger = SpaceLedger(.bytes)
        var open: [UInt64: UInt64] = [:]
        let sizes: [UInt64] = [0, 1, 4096, 70_000, 1 << 33, largest]
        for _ in 0..<500 {
            let size = sizes.randomElement(using: &random) ?? 0
            let number = open.keys.sorted().randomElement(using: &random) ?? 0
            switch Int.random(in: 0..<6, using: &random) {
            case 0 where open.values.reduce(0) { $0.plus($1) } < largest:
                open[ledger.open(anna, size: size, onDisk: UInt64.random(in: 0...size, using: &random))] = size
            case 1:
                ledger.release(number)
                open[number] = nil
            case 2:
                ledger.settle(number)
                open[number] = nil
            case 3: ledger.occupy(number, size)
            case 4:
                guard let old = open[number] else { continue }
                ledger.resize(number, to: min(old, size))
                open[number] = min(old, size)
            default: ledger.occupy(number &+ 1000, 5)
            }
            #expect(ledger[anna].reserved == open.values.reduce(0) { $0.plus($1) })
            #expect(ledger.promised <= open.values.reduce(0) { $0.plus($1).plus(4095) })
        }
        for number in open.keys { ledger.release(number) }
        #expect(ledger.promised == 0 && ledger[anna].reserved == 0)
    }
}

/// What a user may add.
@Suite struct UserSpaceTests {
    private let start = Instant(nanoseconds: 1 << 50)

    private func after(_ seconds: Double) -> Instant { start.advanced(bySeconds: seconds) }

    /// A user with so much stored, counted at the start within so many seconds.
    private func space(quota: UInt64, stored: UInt64, counting seconds: Double = 0) -> UserSpace {
        var space = UserSpace()
        space.take(.bytes(quota), now: start)
        _ = space.beginCounting(now: start)
        space.endCounting(.success(stored), now: after(seconds))
        return space
    }

    @Test("without a quota all fits, with one what is stored must be counted first")
    func unknown() {
        var space = UserSpace()
        #expect(space.judge(adding: UInt64(Int64.max), now: start) == .fits)
        space.take(.bytes(5), now: start)
        #expect(space.judge(adding: 1, now: start) == .mustCount)
    }

    @Test("it fits to the last byte, and a file without bytes always fits")
    func edges() {
        let space = space(quota: 100, stored: 99)
        #expect(space.left == 1)
        #expect(space.judge(adding: 1, now: start) == .fits)
        #expect(space.judge(adding: 2, now: start) == .exceeded(left: 1))
        #expect(space.judge(adding: UInt64(Int64.max), now: start) == .exceeded(left: 1))
        let lowered = self.space(quota: 100, stored: .max)
        #expect(lowered.left == 0)
        #expect(lowered.judge(adding: 0, now: start) == .fits)
        #expect(lowered.judge(adding: 1, now: start) == .exceeded(left: 0))
    }

    @Test("what is under way counts, and what is stored of it goes on counting")
    func underWay() {
        var ledger = SpaceLedger(.bytes)
        let anna = FileName(constant: "anna")
        ledger[anna] = space(quota: 100, stored: 50)
        let one = ledger.open(anna, size: 30, onDisk: 0)
        #expect(ledger[anna].left == 20)
        ledger.settle(one)
        #expect(ledger[anna].left == 20)
        ledger.release(ledger.open(anna, size: 20, onDisk: 0))
        #expect(ledger[anna].left == 20)
    }

    @Test("a count that would refuse is believed for a minute, or five times as long as it took")
    func recount() {
        let quick = space(quota: 100, stored: 100)
        #expect(quick.judge(adding: 1, now: after(59)) == .exceeded(left: 0))
        #expect(quick.judge(adding: 1, now: after(60)) == .mustCount)
        let slow = space(quota: 100, stored: 100, counting: 30)
        #expect(slow.judge(adding: 1, now: after(30 + 149)) == .exceeded(left: 0))
        #expect(slow.judge(adding: 1, now: after(30 + 150)) == .mustCount)
        #expect(quick.judge(adding: 0, now: after(86_399)) == .fits)
        #expect(quick.judge(adding: 0, now: after(86_400)) == .fitsByOldCount)
    }

    @Test("what is stored while it is counted is added: too much is the safe side")
    func race() {
        var space = space(quota: 100, stored: 10)
        let began = [space.beginCounting(now: after(1)), space.beginCounting(now: after(1))]
        #expect(began == [true, false])
        space.addStored(20)
        #expect(space.left == 70)
        space.endCounting(.success(30), now: after(2))
        #expect(space.left == 50)
        space.endCounting(.success(0), now: after(3))  // Nobody was counting.
        #expect(space.left == 50)
    }

    @Test("a count that failed isn't tried again at once, and the old one goes on counting")
    func failure() {
        var space = space(quota: 100, stored: 10)
        _ = space.beginCounting(now: after(1))
        space.endCounting(.failure(SystemError("read", errno: .inputOutput)), now: after(2))
        #expect(space.left == 90)
        #expect(space.recentFailure(now: after(61))?.errno == .inputOutput)
        #expect(space.recentFailure(now: after(62)) == nil)
    }

    @Test("a line of the password file that is broken or gone leaves what was known")
    func unknownQuota() {
        var space = space(quota: 100, stored: 100)
        #expect(!space.mustAskForQuota(now: after(0.9)) && space.mustAskForQuota(now: after(1)))
        space.take(.unknown, now: after(1))
        #expect(space.quota == 100)
        space.take(.none, now: after(2))
        #expect(space.judge(adding: 1, now: after(2)) == .fits)
        space.take(.bytes(50), now: after(3))
        #expect(space.judge(adding: 1, now: after(3)) == .exceeded(left: 0))
    }
}
