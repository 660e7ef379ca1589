import Platform
import Testing

@testable import AutoUploadClient

@Suite("Settling")
struct SettleTrackerTests {
    private static let rules = SettleRules(settleSeconds: 10, settleUnknownSeconds: 120)
    private static let atOnce = SettleRules(settleSeconds: 0, settleUnknownSeconds: 120)

    private func file(_ name: String = "a", _ fingerprint: Fingerprint = fingerprint()) throws -> FoundFile {
        FoundFile(path: try .of(name), fingerprint: fingerprint, links: 1)
    }

    @Test(
        "counts from the first look that found it so",
        arguments: [
            (0, WriterState.none, 10.0), (4, .none, 6), (9.5, .none, 0.5), (10, .none, 0), (500, .none, 0),
            (10, .unknown, 110), (119, .unknown, 1), (120, .unknown, 0),
        ])
    func counts(_ seconds: Double, _ writer: WriterState, _ expected: Double) throws {
        var tracker = SettleTracker()
        tracker.observe([try file()], at: moment(0))
        tracker.observe([try file()], at: moment(seconds))
        let wait = tracker.waitingTime(for: try file(), writer: writer, at: moment(seconds), rules: Self.rules)
        #expect(try abs(#require(wait) - expected) < 1e-6)
    }

    @Test("a writer is waited for, however long it was unchanged")
    func waitsForWriter() throws {
        var tracker = SettleTracker()
        for second in [0.0, 1000] { tracker.observe([try file()], at: moment(second)) }
        #expect(tracker.waitingTime(for: try file(), writer: .writing, at: moment(1000), rules: Self.rules) == nil)
        #expect(tracker.waitingTime(for: try file(), writer: .writing, at: moment(1000), rules: Self.atOnce) == nil)
    }

    @Test("one look is never enough: within a tick of the file's clock a second change wouldn't show")
    func singleLook() throws {
        var tracker = SettleTracker()
        tracker.observe([try file()], at: moment(0))
        let none = SettleRules(settleSeconds: 0, settleUnknownSeconds: 0)
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(0), rules: none) == none.tickSeconds)
        #expect(tracker.waitingTime(for: try file(), writer: .unknown, at: moment(0), rules: none) != 0)
        #expect(tracker.waitingTime(for: try file(), writer: .unknown, at: moment(0), rules: Self.atOnce) == 120)
        tracker.observe([try file()], at: moment(0.02))
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(0.02), rules: none) == 0)
    }

    @Test(
        "one look is enough once the clock has gone on: a later change has a later time",
        arguments: [(0.019, false), (0.021, true), (86_400, true), (-0.021, false), (-86_400, false)])
    func oldFile(_ age: Double, _ isEnough: Bool) throws {
        let rules = SettleRules(settleSeconds: 0, settleUnknownSeconds: 0)
        let file = try file()
        var tracker = SettleTracker()
        tracker.observe(try scan(from: 0, to: 1, clock: Self.clock(file, age)))
        let wait = try #require(tracker.waitingTime(for: file, writer: .none, at: moment(1), rules: rules))
        #expect((wait == 0) == isEnough)
        #expect(tracker.waitingTime(for: file, writer: .unknown, at: moment(1), rules: rules) != 0)
        #expect(tracker.waitingTime(for: file, writer: .none, at: moment(1), rules: Self.rules) != 0)
    }

    @Test("an empty file where one was wiped lately never settles by one look", arguments: [0.0, 10])
    func emptyAfterWipe(_ settle: Double) throws {
        let rules = SettleRules(settleSeconds: settle, settleUnknownSeconds: 0)
        let empty = try file("a", fingerprint(size: 0))
        var tracker = SettleTracker()
        let wait = { (tracker: SettleTracker, wasWiped: Bool) in
            tracker.waitingTime(
                for: empty.path, empty.fingerprint, writer: .none, at: moment(1), rules: rules, wasWiped: wasWiped)
        }
        let old = try file("a")
        tracker.observe(try scan(from: 0, to: 1, clock: Self.clock(old, 60), empty))
        #expect(wait(tracker, false) == (settle == 0 ? 0 : settle))
        #expect(try #require(wait(tracker, true)) >= max(settle, 2))
    }

    @Test("what settles anew waits in full from then on, and isn't unchanged for longer than that")
    func anew() throws {
        var tracker = SettleTracker()
        let file = try file()
        for second in [0.0, 100] { tracker.observe([file], at: moment(second)) }
        tracker.beginAnew(file.path, at: moment(100))
        for (second, left) in [(100.0, 10.0), (104, 6), (110, 0)] {
            if second > 100 { tracker.observe([file], at: moment(second)) }
            let wait = tracker.waitingTime(for: file, writer: .none, at: moment(second), rules: Self.rules)
            #expect(try abs(#require(wait) - left) < 1e-6)
        }
    }

    @Test("a wipe that was taken back doesn't begin the settling anew")
    func carriesOver() throws {
        let (before, after) = (fingerprint(), fingerprint(changed: 101))
        var tracker = SettleTracker()
        for second in [0.0, 10] { tracker.observe([try file("a", before)], at: moment(second)) }
        tracker.carryOver(try .of("a"), from: before, to: after)
        tracker.observe([try file("a", after)], at: moment(11))
        let wait = tracker.waitingTime(for: try file("a", after), writer: .none, at: moment(11), rules: Self.rules)
        #expect(wait == 0)
        // Not for another content.
        tracker.carryOver(try .of("a"), from: after, to: fingerprint(size: 11))
        tracker.observe([try file("a", fingerprint(size: 11))], at: moment(12))
        let anew = try file("a", fingerprint(size: 11))
        #expect(tracker.waitingTime(for: anew, writer: .none, at: moment(12), rules: Self.rules) == 10)
    }

    @Test("with times of whole seconds, as of FAT, it never is: programs may set them")
    func oldFileOnCoarseClock() throws {
        let rules = SettleRules(settleSeconds: 0, settleUnknownSeconds: 0)
        let file = try file("a", fingerprint(changedNanoseconds: 0))
        var tracker = SettleTracker()
        tracker.observe(try scan(from: 0, to: 1, clock: Self.clock(file, 86_400), file))
        #expect(try #require(tracker.waitingTime(for: file, writer: .none, at: moment(1), rules: rules)) > 2)
    }

    /// What the wall clock shows when a file's last change is so many seconds ago.
    private static func clock(_ file: FoundFile, _ age: Double) -> FileTime {
        let changed = file.fingerprint.changed
        let nanoseconds = Int64(changed.nanoseconds) + Int64((age * 1e9).rounded())
        let seconds = changed.seconds + (nanoseconds >= 0 ? nanoseconds : nanoseconds - 999_999_999) / 1_000_000_000
        return FileTime(
            seconds: seconds, nanoseconds: UInt32((nanoseconds % 1_000_000_000 + 1_000_000_000) % 1_000_000_000))
    }

    @Test("a clock of whole seconds asks for more than two of them", arguments: [0, 1, 2.0])
    func coarseClock(_ settle: Double) throws {
        let whole = fingerprint(changedNanoseconds: 0)
        let rules = SettleRules(settleSeconds: settle, settleUnknownSeconds: 0)
        var tracker = SettleTracker()
        tracker.observe([try file("a", whole)], at: moment(0))
        tracker.observe([try file("a", whole)], at: moment(2))
        for writer in [WriterState.none, .unknown] {
            let wait = tracker.waitingTime(for: try file("a", whole), writer: writer, at: moment(2), rules: rules)
            #expect(try #require(wait) > 0)
        }
        tracker.observe([try file("a", whole)], at: moment(2.1))
        #expect(tracker.waitingTime(for: try file("a", whole), writer: .none, at: moment(2.1), rules: rules) == 0)
    }

    @Test("time alone settles nothing: it must have been looked at again")
    func needsAnotherLook() throws {
        var tracker = SettleTracker()
        tracker.observe([try file()], at: moment(0))
        let wait = tracker.waitingTime(for: try file(), writer: .none, at: moment(1000), rules: Self.rules)
        #expect(wait == SettleTracker.anotherLook)
        tracker.observe([try file()], at: moment(1001))
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(1001), rules: Self.rules) == 0)
    }

    @Test(
        "any change begins the wait anew",
        arguments: [
            fingerprint(inode: 2), fingerprint(size: 11), fingerprint(modified: 99), fingerprint(changed: 101),
        ])
    func beginsAnew(_ changed: Fingerprint) throws {
        var tracker = SettleTracker()
        tracker.observe([try file()], at: moment(0))
        tracker.observe([try file("a", changed)], at: moment(60))
        #expect(
            tracker.waitingTime(for: try file("a", changed), writer: .none, at: moment(60), rules: Self.rules) == 10)
        // Back to what it was: that it was so before doesn't count.
        tracker.observe([try file()], at: moment(65))
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(65), rules: Self.rules) == 10)
    }

    @Test("what vanished is forgotten, what was never seen waits in full")
    func forgets() throws {
        var tracker = SettleTracker()
        tracker.observe([try file()], at: moment(0))
        tracker.observe([], at: moment(50))
        tracker.observe([try file()], at: moment(100))
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(100), rules: Self.rules) == 10)
        #expect(tracker.waitingTime(for: try file("b"), writer: .none, at: moment(100), rules: Self.rules) == 10)
        // The tracker saw another state of it than the caller asks about.
        let other = try file("a", fingerprint(size: 99))
        #expect(tracker.waitingTime(for: other, writer: .none, at: moment(100), rules: Self.rules) == 10)
    }

    @Test("what vanished is forgotten, too, when as many others have come", arguments: [1, 2])
    func forgetsAmongOthers(_ others: Int) throws {
        var tracker = SettleTracker()
        tracker.observe([try file(), try file("b")], at: moment(0))
        tracker.observe(try (0..<others).map { try file("c\($0)") } + [try file("b")], at: moment(50))
        tracker.observe([try file(), try file("b")], at: moment(100))
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(100), rules: Self.rules) == 10)
        #expect(tracker.waitingTime(for: try file("b"), writer: .none, at: moment(100), rules: Self.rules) == 0)
    }

    @Test("a scan that takes long doesn't make up time")
    func countsBetweenScans() throws {
        var tracker = SettleTracker()
        tracker.observe(try scan(from: 0, to: 30))
        tracker.observe(try scan(from: 35, to: 65))
        // Looked at as late as 30 first, and as early as 35 again.
        let wait = tracker.waitingTime(for: try file(), writer: .none, at: moment(65), rules: Self.rules)
        #expect(wait == SettleTracker.anotherLook)
        tracker.observe(try scan(from: 40, to: 70))
        #expect(tracker.waitingTime(for: try file(), writer: .none, at: moment(70), rules: Self.rules) == 0)
    }

    /// - Parameter clock: before the file's times, unless given.
    private func scan(
        from began: Double, to ended: Double, clock: FileTime = FileTime(seconds: 0, nanoseconds: 0),
        _ file: FoundFile? = nil
    ) throws -> Scan {
        Scan(
            began: moment(began), ended: moment(ended), clock: clock, files: [try file ?? self.file()],
            interruptedWipes: [],
            problems: [], storeMarkers: [])
    }
}

extension SettleTracker {
    fileprivate func waitingTime(
        for file: FoundFile, writer: WriterState, at now: Instant, rules: SettleRules
    ) -> Double? {
        waitingTime(for: file.path, file.fingerprint, writer: writer, at: now, rules: rules)
    }
}
