package import Platform
package import SQLite

/// An index of what is stored, and what files can't say: links, sessions, a log. Nothing of it decides whether something is stored,
/// and nobody who uploads ever waits for it: what happens is handed to one thread, which writes it when it can. All but links, sessions
/// and the log can be lost, and is made anew from the folder.
package final class Catalogue: Sendable {
    let state = Monitor(State())
    let readers = Readers()
    /// Told what an admin should know, a line at a time.
    let tell: @Sendable (LogLine) -> Void

    /// What waits for the thread that writes.
    struct State: TendedState {
        var place: CataloguePlace?
        /// Counts the places and files that were used one after another.
        var epoch = 0
        var notes: [CatalogueNote] = []
        /// What can't wait, in order.
        var jobs: [Job] = []
        /// Notes were lost: the index has to be compared with the folder.
        var isStale = false
        var isOpen = false
        /// Why it couldn't be opened, or used.
        var trouble: String?
        var isRebuilding = false
        /// What the folder was found to hold, from the thread that looks through it.
        var findings: [Findings] = []
        var isDamageSuspected = false
        var isEnding = false
        var hasEnded = true
    }

    /// Notes that wait at most: some megabytes.
    static let mostNotes = 20_000
    /// Seconds that somebody waits who can be told to come again.
    package static let patience = 10.0

    /// Seconds after which nobody is named in the log any more; nil: never.
    let anonymisesAfter: Int64?

    /// - Parameters:
    ///   - anonymisesAfter: seconds after which nobody is named in the log any more; nil: never.
    ///   - tell: is told of troubles, and of their end.
    package init(
        anonymisingAfter anonymisesAfter: Int64? = nil,
        tellingOf tell: @escaping @Sendable (LogLine) -> Void = { Log.write($0) }
    ) {
        (self.anonymisesAfter, self.tell) = (anonymisesAfter, tell)
    }

    /// Opens the catalogue of a storage, once it can be, and makes what is missing of it. This returns at once.
    package func start(at place: CataloguePlace) throws(SystemError) {
        try state.start { state in
            (state.place, state.trouble) = (place, nil)
            state.epoch += 1
        } tending: { [self] in
            Thread.lowerPriority()
            var writer = CatalogueWriter(self)
            writer.run()
        }
    }

    /// Writes down what waits, and that the index is as the folder is. Other processes may use it on.
    ///
    /// - Parameter seconds: to wait at most; a catalogue that is still busy then is rebuilt at the next start.
    package func end(within seconds: Double = 5) { state.end(within: seconds) }

    /// Tells of what happened. Never waits; what there is no room for is found by a rebuilding, but for lines of the log.
    package func note(_ notes: [CatalogueNote]) {
        if notes.isEmpty { return }
        state.change { state in
            // Where there is no catalogue, nothing waits for one.
            if state.hasEnded { return }
            let room = Self.mostNotes - state.notes.count
            if notes.count > room { state.isStale = true }
            state.notes += notes.prefix(max(0, room))
        }
    }

    /// Has the index compared with the folder.
    package func rebuild() {
        state.change { $0.isStale = true }
    }

    /// Waits until the index has been compared with the folder.
    ///
    /// - Throws: what stands in the way; `.busy` when it takes longer.
    package func awaitRebuilding(within seconds: Double) throws(CatalogueError) {
        let outcome: CatalogueError?? = state.wait(before: .after(seconds: seconds)) { state in
            if state.isOpen { return state.isStale || state.isRebuilding ? nil : .some(nil) }
            return state.trouble.map { .unavailable($0) }
        }
        if let error = outcome ?? .busy { throw error }
    }

    /// Whether there is to be one.
    package var isWanted: Bool { state.withLock { $0.place != nil } }

    /// Where it is, or is to be; nil where there is to be none.
    package var place: CataloguePlace? { state.withLock { $0.place } }

    /// What waits to be written down.
    package var backlog: Int { state.withLock { $0.notes.count + $0.jobs.count } }

    /// What stands in the way of its use; nil when nothing does.
    package var trouble: String? {
        state.withLock { $0.isOpen ? nil : $0.trouble ?? "the catalogue isn't open yet" }
    }

    /// Whether the index is being compared with the folder, so that it may lack files still.
    package var isRebuilding: Bool { state.withLock { $0.isRebuilding || $0.isStale } }

    // MARK: Changes and questions

    /// Changes what only the catalogue knows. It is durable when this returns.
    ///
    /// - Parameter body: within one transaction. It mustn't wait for anything.
    package func change<R: Sendable>(
        _ body: @escaping @Sendable (inout SQLiteConnection) throws(SQLiteError) -> R
    ) throws(CatalogueError) -> R {
        let answer = Monitor<Result<R, CatalogueError>?>(nil)
        try submit { store throws(SQLiteError) in
            let result = Result { () throws(CatalogueError) in try store.changed(body) }
            answer.change { $0 = result }
            if case .failure(.failed(let error)) = result { throw error }
        }
        // It has been done, or never will be.
        guard let result = answer.withLock({ $0 }) else { throw .busy }
        return try result.get()
    }

    /// Waits until everything that was told of so far is written down.
    package func settle() throws(CatalogueError) {
        try submit { _ throws(SQLiteError) in }
    }

    /// Has the writing thread do something, after what was told of before, and waits for it.
    private func submit(
        _ work: @escaping @Sendable (inout CatalogueStore) throws(SQLiteError) -> Void
    ) throws(CatalogueError) {
        let job = Job(work)
        let objection = state.change { state -> CatalogueError? in
            if state.hasEnded || state.isEnding { return .unavailable("the catalogue isn't open") }
            if state.jobs.count >= Self.mostJobs { return .busy }
            state.jobs.append(job)
            return nil
        }
        if let objection { throw objection }
        try job.wait(within: Self.patience)
    }

    /// Those who wait at a time.
    private static let mostJobs = 100

    /// Asks. All that `body` reads is of one moment.
    package func read<R>(_ body: (inout SQLiteConnection) throws(SQLiteError) -> R) throws(CatalogueError) -> R {
        if let trouble { throw .unavailable(trouble) }
        let (place, epoch) = state.withLock { ($0.place, $0.epoch) }
        guard let place else { throw .unavailable("the catalogue isn't open") }
        do throws(CatalogueError) {
            return try readers.read(place, epoch, body)
        } catch {
            if case .failed(let failure) = error, failure.meansDamage {
                state.change { $0.isDamageSuspected = true }
            }
            throw error
        }
    }
}
