import Domain
import Platform

/// What becomes of files that weren't sent in a pass: people are told once, and the next try waits for its time.
final class Troubles {
    private let notes: WaitingNotes
    private let reporter: Reporter
    /// Files that stay to be sent.
    private(set) var unsent = 0
    /// Files that have to settle for longer than was thought.
    private(set) var unsettled: [DueFile] = []
    /// How the files stand that aren't done with, for whoever asks.
    var standings = Standings()
    /// Files of which was found that they can't be wiped for want of proof.
    private var newlyUnproven = 0
    /// Why, by the latest of them.
    private var unprovenReason = ""

    /// So many of them are named; of more, people learn the number.
    private static let mostNamed = 10

    init(notes: WaitingNotes, reporter: Reporter) {
        self.notes = notes
        self.reporter = reporter
    }

    /// The server didn't take it.
    ///
    /// - Parameter wasSent: whether its bytes were.
    func refused(_ file: DueFile, _ refusal: Refusal, wasSent: Bool = false) {
        unsent += 1
        let policy: RetryPolicy =
            switch refusal.status.statusClass {
            case .fix, .never: .refusedForGood
            case .later, .again: wasSent && !refusal.isForWantOfRoom ? .sentInVain : .refusedUnsent
            }
        wait(file, policy.asked(for: Double(refusal.retryAfterSeconds)), .refused, refusal.shown)
    }

    /// It couldn't be read as what it was planned to be.
    func failed(_ file: DueFile, _ failure: SourceFailure) {
        if failure == .vanished { return }
        if failure == .unsettled { return unsettled.append(file) }
        unsent += 1
        if case .unreadable(let error) = failure {
            return wait(file, .unreadable, .unreadable, error.description)
        }
        if failure == .beingWritten { return isOpen(file.path, file.fingerprint) }
        isUnfinished(file.path, file.fingerprint, "it is changing")
    }

    /// Somebody has it open for writing, and it has settled: that may last.
    func isOpen(_ path: LocalPath, _ fingerprint: Fingerprint) {
        let reason = "it is open for writing"
        let pause = notes.wait(path, fingerprint, .open, reason: reason, remains: true, as: .open)
        standings.add(.open, path, fingerprint.size, seconds: pause.seconds, "")
        if pause.isNews { say(path, "waiting", reason, level: .info) }
    }

    /// It isn't finished yet; the next look finds it changed or open, and lets it settle anew.
    func isUnfinished(_ path: LocalPath, _ fingerprint: Fingerprint, _ reason: String) {
        tell(path, fingerprint, "waiting", reason, level: .info)
    }

    /// It is safe on the server, but stays here.
    ///
    /// - Parameter fingerprint: what the next scan will find, unless it changes.
    func kept(_ file: DueFile, as fingerprint: Fingerprint, _ reason: String) {
        let pause = notes.wait(file.path, fingerprint, .kept, reason: reason, isConfirmed: true, as: .kept)
        standings.add(.kept, file.path, file.size, seconds: pause.seconds, reason)
        if pause.isNews { say(file.path, "kept", reason, level: .warning) }
    }

    private func wait(_ file: DueFile, _ policy: RetryPolicy, _ kind: FileStanding.Kind, _ reason: String) {
        let seconds = notes.wait(file.path, file.fingerprint, policy, reason: reason, as: kind).seconds
        standings.add(kind, file.path, file.size, seconds: seconds, reason)
        var line = LogLine(kind.rawValue, file.path, level: .warning)
        line.add("reason", reason)
        line.add("again-in", UInt64(seconds.rounded()))
        reporter.log(line)
    }

    /// It is safe on the server, but whether somebody still has it open can't be told, and so it isn't wiped.
    func unproven(_ path: LocalPath, _ fingerprint: Fingerprint, _ reason: String) {
        let pause = notes.wait(
            path, fingerprint, .unproven, reason: reason, isConfirmed: true, remains: true, as: .unproven)
        standings.add(.unproven, path, fingerprint.size, seconds: pause.seconds, reason)
        guard pause.isNews else { return }
        newlyUnproven += 1
        unprovenReason = reason
        if newlyUnproven <= Self.mostNamed { say(path, "kept", reason, level: .warning) }
    }

    /// A folder full of files that stay for the same reason is told of in one line more.
    func tellUnproven() {
        guard newlyUnproven > Self.mostNamed else { return }
        var line = LogLine("can't-wipe", level: .warning)
        line.add("files", newlyUnproven)
        line.add("reason", unprovenReason)
        reporter.log(line)
    }

    /// Tells once why a file isn't dealt with.
    func tell(
        _ path: LocalPath, _ fingerprint: Fingerprint, _ event: String, _ reason: String, level: LogLevel = .warning
    ) {
        if notes.warn(path, fingerprint, reason) { say(path, event, reason, level: level) }
    }

    private func say(_ path: LocalPath, _ event: String, _ reason: String, level: LogLevel) {
        var line = LogLine(event, path, level: level)
        line.add("reason", reason)
        reporter.log(line)
    }
}

extension Refusal {
    /// Room may come at any time, and until it does, most files are refused before they are sent.
    fileprivate var isForWantOfRoom: Bool { status == .storageFull || status == .quotaExceeded }
}
