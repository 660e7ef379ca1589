import Domain
import Platform
import Testing

@testable import AutoUploadClient

@Suite("Planner")
struct PlannerTests {
    private static let start = Instant(nanoseconds: 1_000_000_000_000)
    private let rules = SettleRules(settleSeconds: 10, settleUnknownSeconds: 120)

    private func file(_ name: String, size: UInt64 = 5, links: UInt64 = 1) throws -> FoundFile {
        let identity = FileIdentity(device: 1, inode: 2, born: FileTime(seconds: 0, nanoseconds: 0))
        let time = FileTime(seconds: 7, nanoseconds: 0)
        return FoundFile(
            path: try #require(LocalPath(bytes: Array(name.utf8))),
            fingerprint: Fingerprint(identity: identity, size: size, modified: time, changed: time), links: links)
    }

    /// What the planner says about a file that has been seen unchanged for so long.
    private func action(
        for file: FoundFile, seen seconds: Double, deletes: Bool = false, isConfirmed: Bool = false,
        resembles: Bool = false, hold: HoldTable.Hold? = nil,
        writer: WriterState = .none, asksWhenReading: Bool = false, notes: WaitingNotes = WaitingNotes(),
        prefix: String? = nil, wipesUnproven: Bool = false, wasWiped: Bool = false,
        keptCopies: KeptCopies? = nil, staysAsCopy: Bool = false
    ) throws -> Action {
        var tracker = SettleTracker()
        tracker.observe([file], at: Self.start)
        let now = Self.start.advanced(bySeconds: seconds)
        tracker.observe([file], at: now)
        let planner = Planner(
            deletes: deletes, prefix: try prefix.map { try RemotePath(Array($0.utf8)) }, rules: rules,
            wipesUnproven: wipesUnproven, keptCopies: keptCopies)
        let knowledge = Planner.Knowledge(
            settle: tracker, notes: notes, now: now,
            recognition: { _, _ in isConfirmed ? .confirmed : resembles ? .resembling : .unknown },
            hold: { _ in hold }, holdOfConfirmed: { _ in hold }, staysAsCopy: { _ in staysAsCopy },
            writer: { _ in writer }, asksWhenReading: { _ in asksWhenReading }, wasWiped: { _ in wasWiped })
        return planner.action(for: file, knowledge)
    }

    private func due(_ file: FoundFile, _ remote: String, tolerating writer: WriterState = .none) throws -> DueFile {
        DueFile(
            path: file.path, fingerprint: file.fingerprint, remote: try RemotePath(Array(remote.utf8)),
            toleratedWriter: writer)
    }

    @Test("a file is sent once it has settled and nobody writes it")
    func uploads() throws {
        let file = try file("a/b")
        #expect(try action(for: file, seen: 0) == .wait(seconds: 10, .settling))
        #expect(try action(for: file, seen: 4) == .wait(seconds: 6, .settling))
        #expect(try action(for: file, seen: 10) == .upload(due(file, "a/b")))
        #expect(try action(for: file, seen: 10, writer: .writing) == .wait(seconds: nil, .beingWritten))
        #expect(try action(for: file, seen: 10, writer: .unknown) == .wait(seconds: 110, .settling))
        #expect(try action(for: file, seen: 120, writer: .unknown) == .upload(due(file, "a/b", tolerating: .unknown)))
    }

    @Test("what was open settles anew once it isn't: who was broken off in a pause may come again and go on with it")
    func closed() throws {
        let file = try file("a/b")
        let notes = WaitingNotes()
        let begun = Self.start.advanced(bySeconds: -1000)
        _ = notes.wait(file.path, file.fingerprint, .open, reason: "open", remains: true, as: .open, at: begun)
        for isLeft in [false, true] {
            let action = { try self.action(for: file, seen: 1000, writer: $0, asksWhenReading: isLeft, notes: notes) }
            #expect(try action(.none) == .wait(seconds: 10, .closed))
            #expect(try action(.writing) == .wait(seconds: nil, .beingWritten))
        }
        notes.wasClosed(file.path)
        #expect(try action(for: file, seen: 1000, notes: notes) == .upload(due(file, "a/b", tolerating: .unknown)))
    }

    @Test("when who writes it is asked later, only what has settled for long enough may be unknown then")
    func asksLater() throws {
        let file = try file("a/b")
        for writer in [WriterState.none, .writing, .unknown] {
            let action = { seconds in
                try self.action(for: file, seen: seconds, writer: writer, asksWhenReading: true)
            }
            #expect(try action(9) == .wait(seconds: 1, .settling))
            #expect(try action(10) == .upload(due(file, "a/b")))
            #expect(try action(119) == .upload(due(file, "a/b")))
            #expect(try action(120) == .upload(due(file, "a/b", tolerating: .unknown)))
        }
    }

    @Test("a copy that is to be kept isn't opened, and one that was just confirmed isn't wiped at once")
    func keepsCopies() throws {
        let file = try file("a")
        let kept = try action(
            for: file, seen: 0, deletes: true, isConfirmed: true, writer: .writing, keptCopies: .days(1),
            staysAsCopy: true)
        #expect(kept == .nothing(.keptCopy))
        var due = try due(file, "a")
        #expect(
            try action(for: file, seen: 10, deletes: true, isConfirmed: true, keptCopies: .days(1))
                == .confirmAgain(due))
        due.isToStay = true
        #expect(try action(for: file, seen: 10, deletes: true, keptCopies: .days(1)) == .upload(due))
    }

    @Test("of a confirmed file it is always asked who writes it")
    func asksAboutConfirmed() throws {
        let file = try file("a")
        let action = try action(
            for: file, seen: 0, deletes: true, isConfirmed: true, writer: .writing, asksWhenReading: true)
        #expect(action == .wait(seconds: nil, .beingWritten))
    }

    @Test("a confirmed file isn't read for a wipe without proof, unless a person says that this is no matter")
    func unproven() throws {
        let file = try file("a")
        let action = { (file, seconds, wipes) in
            try self.action(
                for: file, seen: seconds, deletes: true, isConfirmed: true, writer: .unknown, wipesUnproven: wipes)
        }
        #expect(try action(file, 3600, false) == .nothing(.unproven))
        #expect(try action(file, 119, true) == .wait(seconds: 1, .settling))
        #expect(try action(file, 120, true) == .confirmAgain(due(file, "a", tolerating: .unknown)))
        #expect(try action(self.file("a", size: 0), 3600, true) == .nothing(.unproven))
    }

    @Test("what resembles a confirmed file is asked about, once it has settled like any other")
    func recognises() throws {
        let file = try file("a/b")
        for deletes in [true, false] {
            #expect(try action(for: file, seen: 4, deletes: deletes, resembles: true) == .wait(seconds: 6, .settling))
            let action = try action(for: file, seen: 10, deletes: deletes, resembles: true)
            #expect(try action == .recognise(due(file, "a/b")))
        }
    }

    @Test("everything goes below the prefix")
    func prefixes() throws {
        let file = try file("a/b")
        #expect(try action(for: file, seen: 10, prefix: "cam/front") == .upload(due(file, "cam/front/a/b")))
    }

    @Test("what was confirmed stays, or is asked about before it is wiped")
    func confirmed() throws {
        let file = try file("a")
        #expect(try action(for: file, seen: 0, isConfirmed: true) == .nothing(.confirmed))
        #expect(try action(for: file, seen: 0, deletes: true, isConfirmed: true) == .confirmAgain(due(file, "a")))
        #expect(try action(for: file, seen: 10, deletes: true) == .upload(due(file, "a")))
    }

    @Test("a file with several names is sent, but never wiped")
    func hardLinks() throws {
        let file = try file("a", links: 2)
        #expect(try action(for: file, seen: 10, deletes: true) == .upload(due(file, "a")))
        #expect(try action(for: file, seen: 10, deletes: true, isConfirmed: true) == .nothing(.hardLinked))
        #expect(try action(for: file, seen: 10, isConfirmed: true) == .nothing(.confirmed))
    }

    @Test("a note makes a file wait, for as long as the file is the same")
    func notes() throws {
        let file = try file("a")
        let notes = WaitingNotes()
        func isNews(_ reason: String, isConfirmed: Bool = false) -> Bool {
            let policy = RetryPolicy(first: 100)
            return notes.wait(
                file.path, file.fingerprint, policy, reason: reason, isConfirmed: isConfirmed, at: Self.start
            ).isNews
        }
        #expect(isNews("full"))
        #expect(!isNews("full"))
        let wait = Action.wait(seconds: 60, .noted("full", isConfirmed: false))
        #expect(try action(for: file, seen: 40, notes: notes) == wait)
        #expect(try action(for: file, seen: 100, notes: notes) == .upload(due(file, "a")))
        #expect(isNews("other", isConfirmed: true))
        let confirmed = try self.action(for: file, seen: 40, notes: notes)
        #expect(confirmed == .wait(seconds: 60, .noted("other", isConfirmed: true)))
        let changed = try self.file("a", size: 6)
        #expect(try action(for: changed, seen: 40, notes: notes) == .upload(due(changed, "a")))
    }

    @Test("what fails again and again waits longer each time, until it changes or a person asks for another try")
    func doublingNotes() throws {
        let (file, changed) = (try file("a"), try file("a", size: 6))
        let notes = WaitingNotes()
        func wait(_ file: FoundFile, _ policy: RetryPolicy) -> Double {
            notes.wait(file.path, file.fingerprint, policy, reason: "no").seconds
        }
        #expect((0..<7).map { _ in wait(file, .refusedUnsent) } == [30, 60, 120, 240, 480, 600, 600])
        #expect(wait(changed, .sentInVain.asked(for: 300)) == 300)
        #expect(
            (0..<6).map { _ in wait(changed, .sentInVain.asked(for: 300)) } == [600, 1200, 2400, 4800, 9600, 14_400])
        #expect(notes.note(for: changed.path, changed.fingerprint, at: .now) != nil)
        notes.forgetPauses()
        #expect(notes.note(for: changed.path, changed.fingerprint, at: .now) == nil)
        #expect(wait(changed, .sentInVain) == 30)
        // No server sends a file away for days.
        #expect(wait(changed, .refusedForGood.asked(for: 86_400)) == 7200)
    }

    @Test("a pause that grows goes on growing over a change of the change time alone")
    func pauses() throws {
        let notes = WaitingNotes()
        let policy = RetryPolicy(first: 10, factor: 2, longest: 50)
        let prints = [1, 2, 3, 4].map { fingerprint(changed: $0) }
        for (print, seconds) in zip(prints, [10.0, 20, 40, 50]) {
            let began = Instant.now
            let pause = try notes.wait(.of("a"), print, policy, reason: "read", isConfirmed: true, remains: true)
            #expect(pause == WaitingNotes.Pause(seconds: seconds, isNews: seconds == 10))
            #expect(try #require(notes.note(for: .of("a"), print, at: began)).remains)
        }
    }

    @Test("a name that can't travel is no name to send")
    func unusablePaths() throws {
        let deep = Array(repeating: "x", count: 65).joined(separator: "/")
        #expect(try action(for: file(deep), seen: 10) == .nothing(.unusablePath(.tooManyComponents)))
    }

    @Test("a file that is held waits for that once it has settled, and isn't wiped either")
    func holds() throws {
        let file = try file("a.part")
        let hold = HoldTable.Hold(seconds: 500, reason: "why")
        #expect(try action(for: file, seen: 4, hold: hold) == .wait(seconds: 6, .settling))
        #expect(try action(for: file, seen: 10, hold: hold) == .wait(seconds: 500, .held("why")))
        #expect(try action(for: file, seen: 10, resembles: true, hold: hold) == .wait(seconds: 500, .held("why")))
        #expect(
            try action(for: file, seen: 10, deletes: true, isConfirmed: true, hold: hold)
                == .wait(seconds: 500, .kept("why")))
        #expect(try action(for: file, seen: 10, isConfirmed: true, hold: hold) == .nothing(.confirmed))
    }
}
