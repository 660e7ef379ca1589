import Domain
import Platform
import TestSupport
import Testing
import Wire

@testable import AutoUploadClient

@Suite("Copies that are kept")
struct KeptCopiesTests {
    private static let day: Int64 = 86_400

    @Test("a number is of days, one with a unit of bytes")
    func reads() {
        #expect(KeptCopies("14") == .days(14))
        #expect(KeptCopies("20G") == .bytes(20 << 30))
        for text in ["", "0", "-1", "+3", "0K", "1.5G", "99999", "x", "14d", " 3"] {
            #expect(KeptCopies(text) == nil, "\(text)")
        }
    }

    @Test(
        "what was confirmed lately stays, by a clock that is a little behind, too; what is far ahead of it counts as old"
    )
    func days() {
        let now = 1000 * Self.day
        let isNew = { KeptCopies.isNew(now + $0, days: 2, now: now) }
        #expect([0, -2 * Self.day, -2 * Self.day - 1].map(isNew) == [true, true, false])
        #expect([Self.day, 40 * Self.day].map(isNew) == [true, false])
        #expect(!KeptCopies.isNew(.min, days: 2, now: now) && !KeptCopies.isNew(.max, days: 2, now: now))
    }

    @Test("of bytes, as many of the newest as fit")
    func fits() {
        #expect(KeptCopies.count(of: [5, 5, 1], within: 10) == 2)
        #expect(KeptCopies.count(of: [11, 1], within: 10) == 0)
        #expect(KeptCopies.count(of: [UInt64.max, .max], within: .max) == 1)
        #expect(KeptCopies.count(of: [], within: 10) == 0)
    }

    // MARK: In passes

    private let rig: ClientRig
    private let server: FakeServer

    init() throws {
        rig = try ClientRig(deletes: true)
        server = try FakeServer()
    }

    private func context(_ kept: KeptCopies, at now: Int64 = currentUnixTime()) throws -> PassContext {
        try rig.context(
            for: server, trusting: TestCertificates.trusted.get(), time: KnownTime(clock: { now }), kept: kept)
    }

    /// Passes until nothing is left to be done, as children of other tests may have a file open for a moment.
    private func pass(_ context: PassContext, until isDone: () -> Bool) throws {
        for _ in 0..<2000 where !isDone() {
            #expect(try rig.pass(context).failure == nil)
            Thread.sleep(seconds: 0.002)
        }
        #expect(isDone())
    }

    @Test("for days: it stays, and is wiped when they are over, after the server was asked again")
    func keepsForDays() throws {
        try rig.write("one", to: "one")
        let context = try context(.days(2))
        for _ in 0..<3 { #expect(try rig.pass(context).remaining == 0) }
        #expect(rig.isThere("one"))
        #expect(server.queries.isEmpty)
        let later = try self.context(.days(2), at: currentUnixTime() + 3 * Self.day)
        try pass(later) { !rig.isThere("one") }
        #expect(server.offers.count == 1)
        #expect(!server.queries.isEmpty)
    }

    @Test("for bytes: the newest stay, the others are wiped")
    func keepsBytes() throws {
        for (index, name) in ["old", "middle", "new"].enumerated() {
            try rig.write(count: 1000, to: name)
            try rig.setModified(name, FileTime(seconds: 1_700_000_000 + Int64(index), nanoseconds: 0))
        }
        let context = try context(.bytes(2048))
        #expect(try rig.pass(context).remaining == 0)
        #expect(rig.isThere("old"))
        try pass(context) { !rig.isThere("old") }
        #expect(rig.isThere("middle") && rig.isThere("new"))
        #expect(server.offers.count == 3)
    }

    @Test("what the server has lost is sent again, when its days are over, before it is wiped")
    func lost() throws {
        try rig.write("one", to: "one")
        #expect(try rig.pass(context(.days(2))).remaining == 0)
        let forgetful = try FakeServer { heard, honest, _ in
            if case .message(.query(let number, _)) = heard { return [.absent(number)] }
            return honest
        }
        let later = try rig.context(
            for: forgetful, trusting: TestCertificates.trusted.get(),
            time: KnownTime(clock: { currentUnixTime() + 3 * Self.day }), kept: .days(2))
        try pass(later) { !rig.isThere("one") }
        #expect(forgetful.queries.count >= 1 && forgetful.offers.count >= 1)
    }
}
