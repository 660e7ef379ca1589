import Domain
import Platform

/// Why nothing is to be done with a file.
enum Idleness: Hashable, Sendable {
    /// It was confirmed, and is to stay.
    case confirmed
    /// It was confirmed, and stays for now, as a person wishes.
    case keptCopy
    /// It was confirmed, but has several names: wiping one would destroy what the others show.
    case hardLinked
    /// It was confirmed, but whether somebody has it open can't be told, and it isn't to be wiped then.
    case unproven
    /// Its name can't travel.
    case unusablePath(RemotePath.Flaw)
}

/// Why a file has to wait.
enum Delay: Hashable, Sendable {
    /// It may not be finished yet.
    case settling
    /// Somebody has it open for writing.
    case beingWritten
    /// Somebody had, when that was last asked: who was broken off may come again, and go on with it.
    case closed
    /// Its name, or what stands beside it, says that it isn't finished.
    case held(String)
    /// It was confirmed, but may still be appended to, or be in use.
    case kept(String)
    /// The server, or something else, said so. A file that was confirmed only waits to be wiped.
    case noted(String, isConfirmed: Bool)
}

extension Delay {
    /// For people; empty where there is nothing to be added.
    var reason: String {
        switch self {
        case .settling, .beingWritten, .closed: ""
        case .held(let reason), .kept(let reason), .noted(let reason, _): reason
        }
    }
}

/// What is to be done with a file, and why.
enum Action: Hashable, Sendable {
    case upload(DueFile)
    /// The same for one that resembles what was confirmed: the server is asked first.
    case recognise(DueFile)
    case confirmAgain(DueFile)
    /// Nothing for so many seconds; nil when nobody can tell how long.
    case wait(seconds: Double?, Delay)
    case nothing(Idleness)
}

/// What is known of a file from earlier.
enum Recognition: Hashable, Sendable {
    case unknown
    /// It looks like one that was confirmed, but for what may change without its content (`Fingerprint.mayStillBe`).
    case resembling
    /// Exactly this file was confirmed.
    case confirmed
}

/// Decides what is to be done with each file. Pure: everything that has to be looked up is handed in.
struct Planner {
    let deletes: Bool
    /// What everything is put below on the server.
    let prefix: RemotePath?
    let rules: SettleRules
    /// Whether also files are wiped that somebody may have open, for all that can be told.
    var wipesUnproven = false
    /// What stays for a while after it was confirmed.
    var keptCopies: KeptCopies?
    /// Whether files are encrypted before they are sent.
    var encryption: EncryptionPolicy?

    /// What is known about a file.
    struct Knowledge {
        let settle: SettleTracker
        let notes: WaitingNotes
        let now: Instant
        /// What was confirmed under this path.
        let recognition: (FoundFile, RemotePath) -> Recognition
        /// What it is held for yet. Asked only for files that have settled.
        let hold: (FoundFile) -> HoldTable.Hold?
        /// The same for a file that was confirmed, and is to be wiped.
        let holdOfConfirmed: (FoundFile) -> HoldTable.Hold?
        /// Whether it stays for now, of one that was confirmed.
        let staysAsCopy: (FoundFile) -> Bool
        /// Whether somebody is writing it; asked only for files that are due otherwise.
        let writer: (FoundFile) -> WriterState
        /// Whether that may be left to when the file is read.
        let asksWhenReading: (FoundFile) -> Bool
        /// Whether a file of this path was wiped lately; asked only for empty ones.
        let wasWiped: (FoundFile) -> Bool
    }

    func action(for file: FoundFile, _ knowledge: Knowledge) -> Action {
        let remote: RemotePath
        do throws(RemotePath.Flaw) {
            remote = try remotePath(of: file.path)
        } catch {
            return .nothing(.unusablePath(error))
        }
        let recognition = knowledge.recognition(file, remote)
        let isConfirmed = recognition == .confirmed
        if isConfirmed, !deletes { return .nothing(.confirmed) }
        if isConfirmed, knowledge.staysAsCopy(file) { return .nothing(.keptCopy) }
        if isConfirmed, file.links > 1 { return .nothing(.hardLinked) }
        if let note = knowledge.notes.note(for: file.path, file.fingerprint, at: knowledge.now) {
            return .wait(
                seconds: note.until.seconds(since: knowledge.now),
                .noted(note.reason, isConfirmed: !note.remains && (isConfirmed || note.isConfirmed)))
        }
        return isConfirmed ? wipe(file, remote, knowledge) : upload(file, remote, recognition, knowledge)
    }

    /// Whether it was confirmed exactly as it is.
    func isConfirmed(_ file: FoundFile, _ recognition: (FoundFile, RemotePath) -> Recognition) -> Bool {
        guard let remote = try? remotePath(of: file.path) else { return false }
        return recognition(file, remote) == .confirmed
    }

    /// To read it and to ask about it serves nothing but the wipe: only where that has a chance.
    private func wipe(_ file: FoundFile, _ remote: RemotePath, _ knowledge: Knowledge) -> Action {
        if let hold = knowledge.holdOfConfirmed(file) {
            return .wait(seconds: hold.seconds, .kept(hold.reason))
        }
        switch knowledge.writer(file) {
        case .none: return .confirmAgain(due(file, remote, tolerating: .none))
        case .writing: return .wait(seconds: nil, .beingWritten)
        case .unknown:
            guard WipeProof.isDispensable(size: file.fingerprint.size, wipesUnproven) else {
                return .nothing(.unproven)
            }
            return wait(file, .unknown, knowledge) ?? .confirmAgain(due(file, remote, tolerating: .unknown))
        }
    }

    private func upload(
        _ file: FoundFile, _ remote: RemotePath, _ recognition: Recognition, _ knowledge: Knowledge
    ) -> Action {
        if let wait = wait(file, .none, knowledge) { return wait }
        if let hold = knowledge.hold(file) { return .wait(seconds: hold.seconds, .held(hold.reason)) }
        // To ask who has it open takes opening it: only once it has settled anyway.
        if let wait = waitForWriter(file, knowledge) { return wait }
        let hasSettledUnseen = wait(file, .unknown, knowledge) == nil
        var due = due(file, remote, tolerating: hasSettledUnseen ? .unknown : .none)
        // Which of them stays is seen when the next ones are looked at.
        due.isToStay = deletes && (keptCopies != nil || knowledge.holdOfConfirmed(file) != nil)
        return recognition == .resembling ? .recognise(due) : .upload(due)
    }

    private func waitForWriter(_ file: FoundFile, _ knowledge: Knowledge) -> Action? {
        let wasOpen = knowledge.notes.wasOpen(file.path, file.fingerprint)
        if !wasOpen, knowledge.asksWhenReading(file) { return nil }
        let writer = knowledge.writer(file)
        if wasOpen, writer == .none, rules.settleSeconds > 0 { return .wait(seconds: rules.settleSeconds, .closed) }
        return wait(file, writer, knowledge)
    }

    private func wait(_ file: FoundFile, _ writer: WriterState, _ knowledge: Knowledge) -> Action? {
        let seconds = knowledge.settle.waitingTime(
            for: file.path, file.fingerprint, writer: writer, at: knowledge.now, rules: rules,
            wasWiped: file.fingerprint.size == 0 && knowledge.wasWiped(file))
        guard let seconds else { return .wait(seconds: nil, .beingWritten) }
        return seconds > 0 ? .wait(seconds: seconds, .settling) : nil
    }

    private func due(_ file: FoundFile, _ remote: RemotePath, tolerating writer: WriterState) -> DueFile {
        DueFile(
            path: file.path, fingerprint: file.fingerprint, remote: remote, toleratedWriter: writer,
            size: encryption?.storedSize(of: file.fingerprint.size))
    }

    private func remotePath(of path: LocalPath) throws(RemotePath.Flaw) -> RemotePath {
        let above = prefix?.components ?? []
        let name = encryption == nil ? path.name.bytes : EncryptedName.sealed(path.name.bytes)
        return try RemotePath(components: above + path.folders.map(\.bytes) + [name])
    }
}
