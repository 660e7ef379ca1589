import Platform

/// What outlives a pass, which changes it: in memory only, so that a new start tries everything, and tells it.
final class PassMemory {
    let notes = WaitingNotes()
    let headway = Headway()
    let holds: Holds
    let appenders: Appenders
    var tracker = SettleTracker()
    var emptyFolders = EmptyFolders()
    /// What the state was found to say: asked again at each pass, a large folder would cost a second of work a minute.
    let confirmed = ConfirmedFiles()
    /// What is told of the folder between two looks.
    let changes: FolderChanges
    var told = Told()
    private var isToForgetTime: Bool
    private var hasBegun = false
    private var nextTidying = Instant(nanoseconds: 0)

    /// - Parameter forgetsTime: begins without the time that is remembered.
    init(
        holds: Holds = Holds(HoldTable()), appenders: Appenders = Appenders(), forgetsTime: Bool = false,
        changes: FolderChanges = FolderChanges()
    ) {
        self.changes = changes
        self.holds = holds
        self.appenders = appenders
        isToForgetTime = forgetsTime
    }

    /// Whether the time that is remembered is to be forgotten: once.
    func forgetsTime() -> Bool {
        defer { isToForgetTime = false }
        return isToForgetTime
    }

    /// Whether this is called for the first time.
    func isFirstPass() -> Bool {
        defer { hasBegun = true }
        return !hasBegun
    }

    /// Whether it is time again to forget files that are gone.
    func isTimeToTidy() -> Bool {
        guard Instant.now >= nextTidying else { return false }
        nextTidying = Instant.now.advanced(bySeconds: RetryPolicy.tidyingSeconds)
        return true
    }
}
