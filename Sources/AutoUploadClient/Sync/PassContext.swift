import Platform

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
    let confirmed = ConfirmedFiles()
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
