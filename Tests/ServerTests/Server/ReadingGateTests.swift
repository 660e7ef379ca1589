import Platform
import TestSupport
import Testing
import Wire

@testable import Connections
@testable import Storage

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

    @Test("who reads long lets others read between two pieces, and then goes on, unless it is to end")
    func slices() throws {
        let gate = ReadingGate(simultaneous: 2, patience: 1000, slice: 0)
        let first = try #require(gate.turn(of: Self.anna, 1) { false })
        let second = gate.turn(of: Self.bert, 2) { false }
        let hasCome = Event()
        let waiting = try inParallel(2) { index in
            if index == 0 {
                let turn = gate.turn(of: Self.carl, 3) { false }
                hasCome.signal()
                return turn != nil
            }
            while !hasCome.wait(until: .after(seconds: 0)) {
                guard first.goesOn(isToEnd: { false }) else { return false }
            }
            return first.goesOn { false }
        }
        #expect(waiting == [true, true])
        #expect(!first.goesOn { true })
        withExtendedLifetime(second) {}
    }

    @Test("of each user, a large file is read so often within some minutes, and no more; small ones always")
    func allowance() {
        let allowance = ReadingAllowance()
        let start = Instant.now
        func reads(_ inode: UInt64, size: UInt64 = 1 << 20, of user: FileName, after seconds: Double = 0) -> Int {
            let file = FileIdentity(device: 1, inode: inode, born: FileTime(seconds: 0, nanoseconds: 0))
            let now = start.advanced(bySeconds: seconds)
            return (0..<20).count { _ in allowance.add(file, size: size, of: user, now: now) }
        }
        #expect(reads(1, of: Self.anna) == ReadingAllowance.times && reads(1, of: Self.anna, after: 599) == 0)
        #expect(reads(2, of: Self.anna) == ReadingAllowance.times && reads(1, of: Self.bert) == ReadingAllowance.times)
        #expect(reads(3, size: 1000, of: Self.anna) == 20)
        #expect(reads(1, of: Self.anna, after: 600) == ReadingAllowance.times)
    }

    @Test("somebody gives way to who has less, and to nobody else")
    func wanted() {
        var queue = ReadingQueue(simultaneous: 3)
        for number in 1...3 { queue.join(UInt64(number), of: Self.anna) }
        queue.join(11, of: Self.bert)
        #expect(turns(&queue).sorted() == [1, 2, 11])
        #expect(!queue.isWanted(from: Self.anna) && queue.isWanted(from: Self.bert) == false)
        queue.join(12, of: Self.bert)
        #expect(queue.isWanted(from: Self.anna) && !queue.isWanted(from: Self.bert))
        queue.join(21, of: Self.carl)
        #expect(queue.isWanted(from: Self.anna) && queue.isWanted(from: Self.bert))
    }

    @Test("a connection that waits for its turn to have a file read isn't idle")
    func busy() throws {
        let server = try TestServer()
        let gate = server.services.reading
        let turns = [gate.turn(of: Self.anna, 101) { false }, gate.turn(of: Self.bert, 102) { false }]
        let client = try TestClient(server)
        try client.logIn()
        let isBusy = { server.services.registry.standing(of: 1).activity.isBusy }
        #expect(!isBusy())
        try client.send(.query(upload: 1, Fixture.query(path: "clip")))
        let deadline = Deadline.after(seconds: 30)
        while !isBusy(), !deadline.hasPassed { Thread.sleep(seconds: 0.01) }
        #expect(isBusy())
        withExtendedLifetime(turns) {}
    }
}
