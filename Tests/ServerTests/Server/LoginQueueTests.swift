import Platform
import Testing

@testable import Logins

/// Whose turn it is at the password check.
@Suite struct LoginQueueTests {
    private static let (one, two, three) = (at(1), at(2), at(3))
    private static func at(_ address: UInt8, as user: String = "user") -> LoginOrigin {
        LoginOrigin(AddressGroup([10, 0, 0, address]), as: user)
    }

    /// Of IPv6.
    private static func network(_ site: UInt8, _ number: UInt8, as user: String = "user") -> LoginOrigin {
        let bytes = [0x20, 1, 0xd, 0xb8, 0, site, 0, number] + [UInt8](repeating: 0, count: 8)
        return LoginOrigin(AddressGroup(bytes), as: user)
    }

    private let start = Instant(nanoseconds: 1_000_000_000)

    /// Gives turn after turn, each over before the next.
    private func order(_ queue: inout LoginQueue) -> [UInt64] {
        var turns: [UInt64] = []
        while let number = queue.next(now: start) {
            turns.append(number)
            queue.leave(number)
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
            Self.network(1, $0)
        }
        for (number, origin) in flood.enumerated() { queue.join(UInt64(number + 1), from: origin) }
        let neighbour = Self.network(2, 1)
        queue.join(11, from: Self.one)
        queue.join(12, from: Self.one)
        queue.join(13, from: neighbour)
        let turns = order(&queue)
        #expect(turns == [1, 11, 13, 2, 12, 3, 4])
    }

    @Test("no more have a turn than may, and a turn that ends is the next one's")
    func simultaneous() {
        var queue = LoginQueue(simultaneous: 2)
        for number in 1...3 { queue.join(UInt64(number), from: Self.one) }
        #expect([queue.next(), queue.next(), queue.next()] == [1, 2, nil])
        #expect(queue.isChecking(1) && queue.isChecking(2) && !queue.isChecking(3))
        queue.leave(2)
        #expect(queue.next() == 3)
    }

    @Test(
        "a pair of address and user that was just denied goes behind, but not out: one turn in four is kept for those")
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
        queue.leave(1)
        let turns = order(&queue)
        #expect(first == 1 && turns == [3, 4, 2])
        let later = start.advanced(bySeconds: 61)
        queue.join(5, from: Self.one, now: later)
        queue.join(6, from: Self.two, now: later)
        let after = queue.next(now: later)
        #expect(after == 5)
    }

    /// Whether a login waits behind one of somebody else who came later.
    private func isBehind(_ origin: LoginOrigin, _ queue: LoginQueue) -> Bool {
        var queue = queue
        queue.join(1, from: origin, now: start)
        queue.join(2, from: Self.at(200, as: "somebody else"), now: start)
        return queue.next(now: start) == 2
    }

    @Test("a wrong login moves its user at its address back, and neither others there nor the user elsewhere")
    func pairs() {
        var queue = LoginQueue(simultaneous: 1)
        queue.wasDenied(Self.at(1, as: "old password"), now: start)
        #expect(isBehind(Self.at(1, as: "old password"), queue))
        #expect(!isBehind(Self.at(1, as: "neighbour"), queue))
        #expect(!isBehind(Self.at(2, as: "old password"), queue))
    }

    @Test("who goes through names at an address moves it back as a whole, known names or not")
    func names() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...3 { queue.wasDenied(Self.at(1, as: "name \(number)"), now: start) }
        #expect(!isBehind(Self.at(1, as: "user"), queue))
        queue.wasDenied(Self.at(1, as: "name 4"), now: start)
        #expect(isBehind(Self.at(1, as: "user"), queue))
        #expect(!isBehind(Self.at(2, as: "user"), queue))
    }

    @Test("who goes through addresses for a user moves those logins back everywhere; networks of one site are one")
    func addresses() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...8 as ClosedRange<UInt8> {
            queue.wasDenied(Self.network(1, number, as: "wanted"), now: start)
        }
        #expect(!isBehind(Self.at(9, as: "wanted"), queue))
        for number in 1...3 as ClosedRange<UInt8> { queue.wasDenied(Self.at(number, as: "wanted"), now: start) }
        #expect(isBehind(Self.at(9, as: "wanted"), queue))
        #expect(!isBehind(Self.at(9, as: "user"), queue))
    }

    @Test("those that wait already go behind, too, once enough of their kind were wrong")
    func waitingMeanwhile() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...6 { queue.join(UInt64(number), from: Self.at(1, as: "name \(number)"), now: start) }
        queue.join(11, from: Self.at(1, as: "user"), now: start)
        queue.join(12, from: Self.at(2, as: "user"), now: start)
        for number in 1...4 { queue.wasDenied(Self.at(1, as: "name \(number)"), now: start) }
        let turns = order(&queue)
        #expect(turns == [12, 1, 2, 3, 4, 5, 6, 11])
    }

    @Test("however many were wrong, the last thousands are known")
    func bounded() {
        var queue = LoginQueue(simultaneous: 1)
        let origins = (0..<30_000).map { number in
            let bytes = [10, UInt8(number >> 16), UInt8(number >> 8 & 255), UInt8(number & 255)]
            return LoginOrigin(AddressGroup(bytes), as: "name \(number)")
        }
        for origin in origins { queue.wasDenied(origin, now: start) }
        let (first, last) = (origins[0], origins[29_999])
        #expect(isBehind(last, queue))
        #expect(!isBehind(first, queue))
    }

    @Test("who leaves is passed over, and an address that nobody waits at any more has no turn")
    func leaving() {
        var queue = LoginQueue(simultaneous: 1)
        for number in 1...2 { queue.join(UInt64(number), from: Self.one) }
        queue.join(3, from: Self.two)
        queue.leave(1)
        queue.leave(3)
        queue.leave(3)
        #expect(queue.next() == 2)
        queue.leave(2)
        #expect(queue.next() == nil)
    }

    @Test("whatever comes and goes, everybody who stays gets a turn once, and no more than may at a time")
    func walk() {
        var random = SystemRandomNumberGenerator()
        var queue = LoginQueue(simultaneous: 3)
        var (waiting, checking): ([UInt64: LoginOrigin], [UInt64: LoginOrigin]) = ([:], [:])
        for number in 0..<20_000 {
            switch UInt8.random(in: 0..<4, using: &random) {
            case 0:
                if let (gone, _) = waiting.randomElement(using: &random) {
                    queue.leave(gone)
                    waiting[gone] = nil
                }
            case 1:
                if let (done, origin) = checking.randomElement(using: &random) {
                    if Bool.random(using: &random) { queue.wasDenied(origin) }
                    queue.leave(done)
                    checking[done] = nil
                }
            default:
                let origin = Self.at(.random(in: 0..<5, using: &random), as: Bool.random(using: &random) ? "a" : "b")
                queue.join(UInt64(number), from: origin)
                waiting[UInt64(number)] = origin
            }
            while let next = queue.next() { checking[next] = waiting.removeValue(forKey: next) }
            let (isFull, left) = (checking.count == 3, queue.waitingCount)
            #expect(checking.count <= 3 && (isFull || waiting.isEmpty) && left == waiting.count)
        }
    }
}
