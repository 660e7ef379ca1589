import Platform
import Testing

@testable import Connections

/// Whose connection makes room.
@Suite struct SharesTests {
    private static let (anna, bert, carl) = (
        FileName(constant: "anna"), FileName(constant: "bert"), FileName(constant: "carl")
    )
    private let now = Instant(nanoseconds: 1_000_000_000_000)

    /// Connections 1… of each user in turn.
    private func shares(_ counts: [(FileName, Int)]) -> Shares {
        var shares = Shares()
        var number: UInt64 = 0
        for (user, count) in counts {
            for _ in 0..<count {
                number += 1
                shares.add(number, of: user)
            }
        }
        return shares
    }

    private func victim(
        _ shares: Shares, for user: FileName, among isCandidate: (UInt64) -> Bool = { _ in true },
        busy: Set<UInt64> = [], idleFor seconds: [UInt64: Double] = [:]
    ) -> UInt64? {
        shares.victim(for: user, now: now, among: isCandidate) { number in
            let idle = UInt64((seconds[number] ?? 0) * 1e9)
            return Standing.Activity(
                isBusy: busy.contains(number), lastWork: Instant(nanoseconds: now.nanoseconds - idle))
        }
    }

    @Test("the idlest of the user who has most goes, those with an upload under way last")
    func most() {
        let shares = shares([(Self.anna, 4), (Self.bert, 2)])
        #expect(victim(shares, for: Self.carl, idleFor: [1: 1, 2: 9, 3: 5, 4: 2, 5: 100]) == 2)
        #expect(victim(shares, for: Self.carl, busy: [2], idleFor: [1: 1, 2: 9, 3: 5, 4: 2]) == 3)
        #expect(victim(shares, for: Self.carl, busy: [1, 2, 3, 4], idleFor: [4: 1]) == 4)
        #expect(victim(shares, for: Self.bert, idleFor: [3: 1]) == 3)
    }

    @Test("who has as many as others, or most, gets only what has long been idle")
    func equal() {
        let shares = shares([(Self.anna, 2), (Self.bert, 2)])
        #expect(victim(shares, for: Self.anna, idleFor: [1: 59, 3: 500]) == nil)
        #expect(victim(shares, for: Self.anna, idleFor: [1: 61, 3: 500]) == 1)
        #expect(victim(shares, for: Self.anna, busy: [1], idleFor: [1: 61, 2: 59]) == nil)
        let single = self.shares([(Self.anna, 1), (Self.bert, 1)])
        #expect(victim(single, for: Self.carl, idleFor: [1: 59, 2: 59]) == nil)
        #expect(victim(single, for: Self.carl, idleFor: [1: 59, 2: 61]) == 2)
    }

    @Test("only those count whose place helps, and who is gone doesn't count")
    func candidates() {
        var shares = shares([(Self.anna, 4), (Self.bert, 3)])
        #expect(victim(shares, for: Self.carl, among: { $0 >= 5 }, idleFor: [1: 9, 6: 1]) == 6)
        for number in 1...3 { shares.remove(UInt64(number)) }
        #expect(shares.count == 4)
        #expect(victim(shares, for: Self.carl, idleFor: [4: 9, 7: 1]) == 7)
    }
}
