/// A new state may stand where an earlier one was lost, and the server may have all that is here: then it is asked before
/// anything is sent. Where nothing was lost, that costs a few questions, one after the other, and reading some files twice.
final class FirstQuestions {
    private let state: ClientState
    private var isOver: Bool
    /// Whether the server was found to have something that this state doesn't know of.
    private var isCertain = false
    /// Bytes that may be read in vain.
    private var budget: UInt64
    private var absent = 0
    /// What the server was asked about, before anything else is begun.
    private var outstanding: LocalPath?

    /// To ask about smaller files saves nothing.
    private static let leastBytes: UInt64 = 64 * 1024
    /// The part of all bytes that may be read in vain.
    private static let budgetPart: UInt64 = 4
    /// After so many in a row that the server doesn't have, nothing was lost.
    private static let mostAbsent = 4

    init(_ state: ClientState, _ tasks: [SyncTask]) {
        self.state = state
        isOver = (try? state.mayHaveLostAnother()) != true
        budget = tasks.reduce(0) { $0 &+ $1.file.size } / Self.budgetPart
    }

    /// Whether the server is to be asked about the file rather than being offered it.
    func areAsked(about task: SyncTask) -> Bool {
        // By which key a file was encrypted was lost with the state.
        guard !isOver, !task.isKnownAbsent, !task.file.isEncrypted, task.file.size >= Self.leastBytes else {
            return false
        }
        guard isCertain || task.file.size <= budget else { return false }
        // What was begun is known not to be there; small files get their ids long before they are.
        return task.file.isSmall || (try? state.hasBegun(task.file.path, task.file.fingerprint)) != true
    }

    /// Whether the answer to a question is to be awaited before anything else is begun.
    var isAwaited: Bool { outstanding != nil }

    func ask(about task: SyncTask) {
        if !isCertain { outstanding = task.file.path }
    }

    /// The server has it, though this state didn't know.
    func found(_ task: SyncTask) {
        if isOver { return }
        isCertain = true
        absent = 0
        isDone(with: task)
    }

    func missing(_ task: SyncTask) {
        if isOver { return }
        budget -= min(budget, task.file.size)
        absent += 1
        isDone(with: task)
        if absent >= Self.mostAbsent { end() }
    }

    /// No answer comes any more.
    func isDone(with task: SyncTask) {
        if outstanding == task.file.path { outstanding = nil }
    }

    /// The state knows by now what the server has.
    func end() {
        if isOver { return }
        isOver = true
        outstanding = nil
        // If that fails, it is asked again some day.
        try? state.hasLostNone()
    }
}
