import Platform
import Transport
import Wire

/// How a pass ended.
struct PassResult {
    /// What was due and isn't confirmed, what still changes included.
    var remaining = 0
    /// Why it ended before everything that is due was tried.
    var failure: SyncFailure?
    /// Files that wait until they have settled.
    var settling: [LocalPath: Settling] = [:]
    /// Whether a connection did its work, which tells that all is well with the server.
    var hasConnected = false
    /// Whether files stay only because the server's receipt key, or what it signs, has changed.
    var mayNotWipe = false
    /// Whether the server let us in, whatever came of it.
    var wasLoggedIn = false
    /// Whether something was confirmed, or a large file came forward.
    var hasHeadway = false

    struct Settling: Hashable {
        let fingerprint: Fingerprint
        /// How long it still takes at least.
        let seconds: Double
    }
}

/// What a pass needs, and what is kept from one to the next.
final class PassContext {
    let planner: Planner
    let target: ServerTarget
    let transfer: TransferGuard
    let reporter: Reporter
    let notes = WaitingNotes()
    let headway = Headway()
    let wipeRights = WipeRights()
    let troubles: Troubles
    let holds: Holds
    let appenders: Appenders
    let ignored: [NamePattern]
    /// What people were told last of what is left out.
    var toldLeftOut = LeftOut()
    var tracker = SettleTracker()
    /// What the state was found to say: asked again at each pass, a large folder would cost a second of work a minute.
    var confirmed = ConfirmedFiles()
    var askingAgain: AskingAgain?
    /// Seconds without a word of ours after which the server hears a ping.
    var pingSeconds = 30.0
    /// Seconds from one look at a file that is being sent to the next: whether it still is what it was.
    var lookSeconds = 1.0
    /// For tests, which wipe on file systems that aren't there.
    var prepareEraser: (Eraser) -> Eraser = { $0 }
    /// What people know already.
    var toldProblems: Set<ScanProblem> = []
    private var told: Set<String> = []
    private var hasBegun = false
    private var nextTidying = Instant(nanoseconds: 0)

    private static let tidyingSeconds = 3600.0

    init(
        planner: Planner, target: ServerTarget, transfer: TransferGuard, reporter: Reporter,
        holds: Holds = Holds(HoldTable()), appenders: Appenders = Appenders(), ignored: [NamePattern] = []
    ) {
        self.holds = holds
        self.appenders = appenders
        self.ignored = ignored
        self.planner = planner
        self.target = target
        self.transfer = transfer
        self.reporter = reporter
        troubles = Troubles(notes: notes, reporter: reporter)
    }

    /// Whether this is called for the first time.
    func isFirstPass() -> Bool {
        defer { hasBegun = true }
        return !hasBegun
    }

    /// Tells people something about a path, unless they know.
    func tellOnce(_ event: String, _ path: LocalPath, _ reason: String) {
        guard isNews("\(path): \(reason)") else { return }
        var line = LogLine(event, path, level: .warning)
        line.add("reason", reason)
        reporter.log(line)
    }

    func warn(_ event: String, _ error: StateError) {
        var line = LogLine(event, level: .warning)
        line.add("reason", error.description)
        reporter.log(line)
    }

    /// Whether nobody was told this before.
    func isNews(_ text: String) -> Bool {
        told.insert(text).inserted
    }

    /// Whether it is time again to forget files that are gone.
    func isTimeToTidy() -> Bool {
        guard Instant.now >= nextTidying else { return false }
        nextTidying = Instant.now.advanced(bySeconds: Self.tidyingSeconds)
        return true
    }
}

/// One look at the folder, and what follows from it.
struct Pass {
    let context: PassContext
    let folder: WatchedFolder
    let state: ClientState

    /// - Throws: `WorkplaceError.holdsServerStorage` when the folder holds what a server stores.
    func run() throws(WorkplaceError) -> PassResult {
        context.troubles.begin()
        context.headway.begin()
        context.wipeRights.begin()
        tellWhatStaysUnwiped()
        var scan = try look()
        if finishInterruptedWipes(scan.interruptedWipes) { scan = try look() }
        let unfinishedWipes = countUnfinished(scan.interruptedWipes)
        report(scan.problems)
        report(scan.leftOut)
        context.tracker.observe(scan)
        var (result, tasks) = plan(scan.files)
        if !tasks.isEmpty, let seconds = tickToWait(result) {
            // Else it would take a connection of its own, a moment later.
            context.transfer.wait(seconds: seconds)
            scan = try look()
            context.tracker.observe(scan)
            (result, tasks) = plan(scan.files)
        }
        forgetMissing(scan)
        result.remaining += scan.problems.count + unfinishedWipes
        if !tasks.isEmpty { send(tasks, &result) }
        result.remaining += context.wipeRights.files
        context.wipeRights.tell(context.reporter)
        state.moveToDisk()
        return result
    }

    /// Whoever asked for files to be wiped learns at the start, not from a full card, that there will be no proof for it.
    private func tellWhatStaysUnwiped() {
        guard context.planner.deletes, !context.planner.wipesUnproven, let reason = WipeProof.obstacle(in: folder),
            context.isNews(reason)
        else { return }
        var line = LogLine("can't-wipe", level: .warning)
        line.add("reason", reason)
        context.reporter.announce(line)
    }

    /// How long some file still waits, if it is for no more than a tick of its clock.
    private func tickToWait(_ result: PassResult) -> Double? {
        result.settling.values.map(\.seconds).filter { $0 <= context.planner.rules.tickSeconds }.max()
    }

    private func look() throws(WorkplaceError) -> Scan {
        let scan = Scanner(folder: folder, ignored: context.ignored).scan()
        if let marker = scan.storeMarkers.first { throw .holdsServerStorage("\(escaped(folder.path)), at \(marker),") }
        return scan
    }

    /// - Returns: whether files may have got their names back, so that another look is due.
    private func finishInterruptedWipes(_ paths: [LocalPath]) -> Bool {
        guard context.planner.deletes else {
            for path in paths { context.tellOnce("left", path, "its wipe was interrupted; -d y finishes it") }
            return false
        }
        if paths.isEmpty, !context.isFirstPass() { return false }
        let outcomes = Eraser(folder: folder, state: state).finishInterrupted(paths)
        for (path, outcome) in zip(paths, outcomes) {
            switch outcome {
            case .wiped: context.reporter.log(LogLine("wiped", path))
            case .kept(let reason), .unfinished(let reason): context.tellOnce("left", path, reason)
            }
        }
        return !paths.isEmpty
    }

    /// How many files still stand under the names that wipes of ours gave them: neither where they stood, nor gone.
    private func countUnfinished(_ paths: [LocalPath]) -> Int {
        guard context.planner.deletes else { return 0 }
        return paths.count { path in
            guard let id = WipeID(wipingName: path.name) else { return false }
            return (try? state.wipeRecord(id)) != nil
        }
    }

    private func report(_ problems: [ScanProblem]) {
        let new = problems.filter { !context.toldProblems.contains($0) }
        context.toldProblems = Set(problems)
        for problem in new {
            var line = LogLine("can't-look", level: .warning)
            line.add("path", problem.path)
            line.add("reason", problem.error.description)
            context.reporter.log(line)
        }
    }

    /// An empty folder may be a card that was taken out: what was on it is remembered until something else is there.
    private func forgetMissing(_ scan: Scan) {
        guard scan.problems.isEmpty, !scan.files.isEmpty, context.isTimeToTidy() else { return }
        let paths = Set(scan.files.map(\.path))
        context.notes.keep(only: paths)
        do throws(StateError) {
            try state.forgetMissing(keeping: paths)
            try state.forgetWipedPaths(at: currentUnixTime())
        } catch {
            context.warn("state-not-tidied", error)
        }
    }
}

// MARK: - Planning

extension Pass {
    private func plan(_ files: [FoundFile]) -> (PassResult, [SyncTask]) {
        var result = PassResult()
        var tasks: [SyncTask] = []
        let mayBeKnown = (try? state.hasConfirmations()) ?? true
        // Where the system can tell who writes a file, and there is one to connect for, the other small ones are asked about
        // when they are read, which comes anyway. A large one would be planned for, and begun, in vain.
        var isWorthConnecting = false
        let knowledge = Planner.Knowledge(
            settle: context.tracker, notes: context.notes, now: .now,
            recognition: { file, remote in mayBeKnown ? recognition(of: file, remote) : .unknown },
            hold: hold, holdOfConfirmed: holdOfConfirmed,
            writer: { file in
                let writer = writer(of: file)
                if writer == .none { isWorthConnecting = true }
                return writer
            },
            asksWhenReading: { isWorthConnecting && $0.fingerprint.isOfSmallFile })
        context.confirmed.keep(among: files)
        context.holds.begin(files)
        context.appenders.begin(files)
        for start in stride(from: 0, to: files.count, by: Self.readTogether) {
            state.readTogether {
                for file in files[start..<min(start + Self.readTogether, files.count)] {
                    let action = context.planner.action(for: file, knowledge)
                    if let task = task(for: action, file, noting: &result) { tasks.append(task) }
                }
            }
        }
        saveHolds()
        return (result, tasks)
    }

    /// Files that the state is asked about in one go.
    private static let readTogether = 256

    /// - Returns: nil when nothing is to be done with the file now.
    private func task(for action: Action, _ file: FoundFile, noting result: inout PassResult) -> SyncTask? {
        switch action {
        case .upload(let due):
            tellOver(due)
            return SyncTask(file: due, purpose: .upload)
        case .recognise(let due): return SyncTask(file: due, purpose: .upload, isInDoubt: true)
        case .confirmAgain(let due):
            // Both sides would read all of it, for nothing.
            if context.wipeRights.areMissing(for: file.path, in: folder) { return nil }
            return SyncTask(file: due, purpose: .confirmAgain)
        case .wait(let seconds, let delay): note(file, seconds, delay, in: &result)
        case .nothing(let idleness): note(file, idleness, in: &result)
        }
        return nil
    }

    private func note(_ file: FoundFile, _ seconds: Double?, _ delay: Delay, in result: inout PassResult) {
        switch delay {
        case .settling:
            result.remaining += 1
            result.settling[file.path] = PassResult.Settling(fingerprint: file.fingerprint, seconds: seconds ?? 0)
        case .beingWritten:
            result.remaining += 1
            context.troubles.isOpen(file.path, file.fingerprint)
        case .held(let reason):
            result.remaining += 1
            tellHeld(file, reason, seconds)
        case .kept(let reason): context.troubles.tell(file.path, file.fingerprint, "kept", reason, level: .info)
        case .noted(_, let isConfirmed): result.remaining += isConfirmed ? 0 : 1
        }
    }

    private func noteUnsettled(in result: inout PassResult) {
        for file in context.troubles.unsettled {
            let seconds = context.tracker.waitingTime(
                for: file.path, file.fingerprint, writer: .unknown, at: .now, rules: context.planner.rules)
            result.remaining += 1
            result.settling[file.path] = PassResult.Settling(
                fingerprint: file.fingerprint, seconds: max(seconds ?? 0, SettleTracker.anotherLook))
        }
    }

    private func note(_ file: FoundFile, _ idleness: Idleness, in result: inout PassResult) {
        switch idleness {
        case .confirmed: return
        case .hardLinked:
            let reason = "it has \(file.links) names: wiping one would empty the others"
            context.troubles.tell(file.path, file.fingerprint, "kept", reason)
        case .unproven:
            result.remaining += 1
            context.troubles.unproven(file.path, file.fingerprint)
        case .unusablePath(let flaw):
            result.remaining += 1
            context.troubles.tell(file.path, file.fingerprint, "can't-send", flaw.description)
        }
    }

    private func recognition(of file: FoundFile, _ remote: RemotePath) -> Recognition {
        if context.confirmed.contains(file) { return .confirmed }
        // State that can't be read costs a question to the server, or bytes that are sent twice.
        guard let record = try? state.confirmation(of: file.path), record.remotePath == remote else { return .unknown }
        guard record.fingerprint == file.fingerprint else { return resembles(record, file) ? .resembling : .unknown }
        if let again = context.askingAgain, !context.planner.deletes {
            return again.concerns(record.confirmedAt, now: currentUnixTime()) ? .resembling : .confirmed
        }
        context.confirmed.insert(file)
        return .confirmed
    }

    /// A new time says little: clocks on FAT follow the season, copies get the time of the copying. Once it was begun to be
    /// sent, the server was asked, and didn't have it.
    private func resembles(_ record: ConfirmationRecord, _ file: FoundFile) -> Bool {
        guard record.fingerprint.size == file.fingerprint.size else { return false }
        return file.fingerprint.isOfSmallFile || (try? state.hasBegun(file.path, file.fingerprint)) != true
    }

    private func writer(of file: FoundFile) -> WriterState {
        WriterCheck.state(of: file.path, in: folder)
    }
}

// MARK: - Sending

extension Pass {
    private func send(_ tasks: [SyncTask], _ result: inout PassResult) {
        let eraser = context.planner.deletes ? context.prepareEraser(eraser) : nil
        let book = ConfirmationBook(
            state: state, eraser: eraser, reporter: context.reporter, troubles: context.troubles,
            rights: context.wipeRights)
        context.reporter.begin(files: tasks.count, bytes: tasks.reduce(0) { $0 &+ $1.file.size })
        do throws(SyncFailure) {
            let connection = try ServerConnection.open(context.target, context.transfer)
            result.wasLoggedIn = true
            sayConnected(connection)
            result.mayNotWipe =
                try !context.trustsReceipts(of: connection.welcome, state) && context.planner.deletes
            if result.mayNotWipe { book.stopWiping() }
            // To ask about what was confirmed serves nothing but the wipe.
            let tasks = result.mayNotWipe ? tasks.filter { $0.purpose == .upload } : tasks
            try send(tasks, over: connection, book)
            result.hasConnected = true
            result.remaining += context.troubles.unsent
            noteUnsettled(in: &result)
        } catch {
            result.failure = error
            result.remaining += max(1, tasks.count - book.confirmed)
        }
        result.remaining += book.unfinished + book.unproven
        context.tracker.noteWiped(book.wipedPaths)
        for (path, before, now) in book.putBack { context.tracker.carryOver(path, from: before, to: now) }
        result.hasHeadway = context.headway.isMade
        context.reporter.end()
        summarise(book, result)
    }

    /// Connects and logs in, though there is nothing to be sent.
    func introduce(_ result: inout PassResult) {
        do throws(SyncFailure) {
            var connection = try ServerConnection.open(context.target, context.transfer)
            (result.wasLoggedIn, result.hasConnected) = (true, true)
            sayConnected(connection)
            connection.link.queue(.goodbye)
            // Whether the server hears it makes no difference.
            try? connection.link.flush(until: .after(seconds: 1))
            connection.link.close()
        } catch {
            result.failure = error
        }
    }

    private var eraser: Eraser {
        var eraser = Eraser(folder: folder, state: state)
        eraser.wipesUnproven = context.planner.wipesUnproven
        return eraser
    }

    private func send(
        _ tasks: [SyncTask], over connection: consuming ServerConnection, _ book: ConfirmationBook
    ) throws(SyncFailure) {
        let engine = Engine(
            connection, Backlog(tasks), folder: folder, book: book, context: context)
        try engine.run()
    }

    private func sayConnected(_ connection: borrowing ServerConnection) {
        for address in connection.passedOver where context.isNews(address) {
            var line = LogLine("passed-over", level: .warning)
            line.add("reason", address)
            context.reporter.log(line)
        }
        var line = LogLine("connected")
        line.add("server", context.target.server.description)
        line.add("address", connection.link.peer.description)
        line.add("user", context.target.user)
        line.add("tls", connection.link.protection)
        line.add("software", connection.welcome.software)
        line.add("protocol", connection.welcome.version)
        context.reporter.log(line)
    }

    private func summarise(_ book: ConfirmationBook, _ result: PassResult) {
        // A failure that lasts is told once, not at each pass.
        if result.failure != nil, book.confirmed == 0 { return }
        var line = LogLine("pass")
        line.add("confirmed", book.confirmed)
        if context.planner.deletes { line.add("wiped", book.wiped) }
        line.add("remaining", result.remaining)
        context.reporter.announce(line)
    }
}
