import Platform
import Testing

@testable import AutoUploadServer

/// Whose turn it is to have stored files read.
@Suite struct ReadingGateTests {
    private static let (anna, bert, carl) = (
        FileName(constant: "anna"), FileName(constant: "bert"), FileName(constant: "carl")
    )

    private func turns(_ queue: inout ReadingQueue) -> [UInt64] {
        var turns: [UInt64] = []
        while let number = queue.next() { turns.append(number) }
        return turns
    }

    @Test("a user alone has all turns but one, which is kept for another")
    func alone() {
        var queue = ReadingQueue(simultaneous: 3)
        for number in 1...5 { queue.join(UInt64(number), of: Self.anna) }
        #expect(turns(&queue) == [1, 2])
        queue.join(11, of: Self.bert)
        queue.join(12, of: Self.bert)
        #expect(turns(&queue) == [11])
        // The next free one is that of who has fewer.
        queue.leave(1, of: Self.anna)
        queue.join(21, of: Self.carl)
        #expect(turns(&queue) == [21])
        queue.leave(2, of: Self.anna)
        #expect(turns(&queue) == [3])
    }

    @Test("who leaves waits no more and reads no more, and leaves nothing behind")
    func leaving() {
        var queue = ReadingQueue(simultaneous: 2)
        for number in 1...3 { queue.join(UInt64(number), of: Self.anna) }
        #expect(turns(&queue) == [1])
        queue.leave(2, of: Self.anna)
        queue.leave(1, of: Self.anna)
        #expect(!queue.isReading(1))
        #expect(turns(&queue) == [3])
        queue.leave(3, of: Self.anna)
        #expect(turns(&queue).isEmpty)
    }

    @Test("a turn ends with its value; who waits too long, or is to end, gets none")
    func gate() throws {
        let gate = ReadingGate(simultaneous: 2, patience: 0.1)
        var turn = gate.turn(of: Self.anna, 1) { false }
        #expect(turn != nil)
        #expect(gate.turn(of: Self.anna, 2) { false } == nil)
        #expect(gate.turn(of: Self.bert, 3) { true } != nil)
        withExtendedLifetime(turn) {}
        turn = nil
        #expect(gate.turn(of: Self.anna, 2) { false } != nil)
        let patient = ReadingGate(simultaneous: 2, patience: 1000)
        let first = patient.turn(of: Self.anna, 1) { false }
        #expect(patient.turn(of: Self.anna, 2) { true } == nil)
        withExtendedLifetime(first) {}
    }

    @Test("of refusals, so many a minute are told, and the others counted, by user")
    func allowance() {
        let allowance = RefusalAllowance()
        let start = Instant.now
        let told = (0..<RefusalAllowance.lines + 7).count { _ in allowance.add(Self.anna, now: start) }
        #expect(told == RefusalAllowance.lines)
        #expect(allowance.add(Self.bert, now: start))
        #expect(allowance.takeUntold(now: start.advanced(bySeconds: 59)).isEmpty)
        let untold = allowance.takeUntold(now: start.advanced(bySeconds: 60))
        #expect(untold.map(\.count) == [7] && untold.map(\.user) == [Self.anna])
        #expect(allowance.add(Self.anna, now: start.advanced(bySeconds: 60)))
        #expect(allowance.takeUntold(isEnd: true).isEmpty)
    }
}
