import Platform
import Testing

@testable import Logins

/// Whose turn it is at the password check.
@Suite struct LoginQueueTests {
    private static let (one, two, three) = (
        AddressGroup([10, 0, 0, 1]), AddressGroup([10, 0, 0, 2]), AddressGroup([10, 0, 0, 3])
    )
    private let start = Instant(nanoseconds: 1_000_000_000)

    /// Gives turn after turn, each over before the next.
    private func order(_ queue: inout LoginQueue, denying: Bool = false, _ groups: [UInt64: AddressGroup] = [:])
        -> [UInt64]
    {
        var turns: [UInt64] = []
        while let number = queue.next(now: start) {
            turns.append(number)
            let group = groups[number] ?? Self.one
            if denying { queue.wasDenied(group, now: start) }
            queue.leave(number, from: group)
        }
        return turns
    }

    @Test("addresses take turns, however many logins of one wait, and those of one in their order")
    func roundRobin() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...4 { queue.join(UInt64(number), from: Self.one) }
        for number in 5...6 { queue.join(UInt64(number), from: Self.two) }
        queue.join(7, from: Self.three)
        #expect(queue.waitingCount == 7)
        let turns = order(&queue)
        #expect(turns == [1, 5, 7, 2, 6, 3, 4])
        #expect(queue.waitingCount == 0)
    }

    @Test("a site that has many networks of IPv6 has no more turns than an address")
    func sites() {
        var queue = LoginQueue(simultaneous: 1)
        let flood = (1...4 as ClosedRange<UInt8>).map {
            AddressGroup([0x20, 1, 0xd, 0xb8, 0, 1, 0, $0] + [UInt8](repeating: 0, count: 8))
        }
        for (number, group) in flood.enumerated() { queue.join(UInt64(number + 1), from: group) }
        let neighbour = AddressGroup([0x20, 1, 0xd, 0xb8, 0, 2, 0, 1] + [UInt8](repeating: 0, count: 8))
        queue.join(11, from: Self.one)
        queue.join(12, from: Self.one)
        queue.join(13, from: neighbour)
        var groups: [UInt64: AddressGroup] = [13: neighbour]
        for (number, group) in flood.enumerated() { groups[UInt64(number + 1)] = group }
        let turns = order(&queue, groups)
        #expect(turns == [1, 11, 13, 2, 12, 3, 4])
    }

    @Test("no more have a turn than may, and a turn that ends is the next one's")
    func simultaneous() {
        var queue = LoginQueue(simultaneous: 2)
        for number in 1...3 { queue.join(UInt64(number), from: Self.one) }
        #expect([queue.next(), queue.next(), queue.next()] == [1, 2, nil])
        #expect(queue.isChecking(1) && queue.isChecking(2) && !queue.isChecking(3))
        queue.leave(2, from: Self.one)
        #expect(queue.next() == 3)
    }

    @Test("an address that was just denied goes behind, but not out: one turn in four is kept for those")
    func denied() {
        var queue = LoginQueue(simultaneous: 1)
        queue.wasDenied(Self.one, now: start)
        for number in 1...4 { queue.join(UInt64(number), from: Self.one, now: start) }
        for number in 11...17 { queue.join(UInt64(number), from: Self.two, now: start) }
        let turns = order(&queue)
        #expect(turns == [11, 12, 13, 1, 14, 15, 16, 2, 17, 3, 4])
    }

    @Test("who is denied while others of its address wait takes them behind, for a minute")
    func deniedMeanwhile() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...2 { queue.join(UInt64(number), from: Self.one, now: start) }
        queue.join(3, from: Self.two, now: start)
        queue.join(4, from: Self.two, now: start)
        let first = queue.next(now: start)
        queue.wasDenied(Self.one, now: start)
        queue.leave(1, from: Self.one)
        let turns = order(&queue)
        #expect(first == 1 && turns == [3, 4, 2])
        let later = start.advanced(bySeconds: 61)
        queue.join(5, from: Self.one, now: later)
        queue.join(6, from: Self.two, now: later)
        let after = queue.next(now: later)
        #expect(after == 5)
    }

    @Test("who leaves is passed over, and an address that nobody waits at any more has no turn")
    func leaving() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...2 { queue.join(UInt64(number), from: Self.one) }
        queue.join(3, from: Self.two)
        queue.leave(1, from: Self.one)
        queue.leave(3, from: Self.two)
        queue.leave(3, from: Self.two)
        #expect(queue.next() == 2)
        queue.leave(2, from: Self.one)
        #expect(queue.next() == nil)
    }

    @Test("whatever comes and goes, everybody who stays gets a turn once, and no more than may at a time")
    func walk() {
        var random = SystemRandomNumberGenerator()
        var queue = LoginQueue(simultaneous: 3)
        var (waiting, checking): ([UInt64: AddressGroup], [UInt64: AddressGroup]) = ([:], [:])
        for number in 0..<20_000 {
            switch UInt8.random(in: 0..<4, using: &random) {
            case 0:
                if let (gone, group) = waiting.randomElement(using: &random) {
                    queue.leave(gone, from: group)
                    waiting[gone] = nil
                }
            case 1:
                if let (done, group) = checking.randomElement(using: &random) {
                    if Bool.random(using: &random) { queue.wasDenied(group) }
                    queue.leave(done, from: group)
                    checking[done] = nil
                }
            default:
                let group = AddressGroup([10, 0, 0, .random(in: 0..<5, using: &random)])
                queue.join(UInt64(number), from: group)
                waiting[UInt64(number)] = group
            }
            while let next = queue.next() { checking[next] = waiting.removeValue(forKey: next) }
            let (isFull, left) = (checking.count == 3, queue.waitingCount)
            #expect(checking.count <= 3 && (isFull || waiting.isEmpty) && left == waiting.count)
        }
    }
}
