import Domain
import Platform

// MARK: - What the server says

extension Engine {
    /// How often a file is begun in one pass, at most.
    private static let mostTries = 3

    func handle(_ event: UploadLedger.Event) {
        switch event {
        case .nothing: return
        case .proceed(let number, let offset): proceed(number, offset)
        case .confirmed(let task, let confirmation, let receipt, let alreadyThere):
            if case .lastWord(let id) = task.purpose { return takeLastWord(id, nil) }
            headway.confirmed(task.file)
            if task.purpose == .upload, alreadyThere { questions.found(task) }
            book.add(task, confirmation, receipt, alreadyThere: alreadyThere)
            reporter.endFile()
        case .refused(let number, let entry, let refusal):
            if case .lastWord(let id) = entry.task.purpose { return takeLastWord(id, refusal) }
            noteSeal(of: entry, number)
            reporter.endFile(unsent: forget(number, entry))
            if case .asked = entry.phase, refusal.meansUnstored { return unstored(entry.task, refusal) }
            if refusal.status == .alreadyCommitted, entry.isMerelyOffered {
                reporter.putBack(size: entry.task.file.size)
                return askAgain(entry.task)
            }
            refused(entry.task, refusal, wasSent: entry.wasSent)
        }
    }

    private func proceed(_ number: UInt32, _ offset: UInt64) {
        guard let entry = ledger[number] else { return }
        headway.resumed(entry.task.file, at: offset)
        if offset > 0 || entry.isFresh || entry.task.isKnownAbsent { return ready.append((number, offset)) }
        // It was offered before, and the server keeps nothing of it: it may have stored it, and the answer was lost.
        queueAbandon(number)
        askAgain(entry.task)
    }

    /// The server has all of it, perhaps: it is asked, before a byte is sent.
    private func askAgain(_ task: SyncTask) {
        var task = task
        task.isInDoubt = true
        task.tries -= 1
        backlog.putFirst(task)
    }

    /// The server discards what is still sent of a refused upload.
    ///
    /// - Returns: bytes of it that won't be sent.
    private func forget(_ number: UInt32, _ entry: UploadLedger.Entry) -> UInt64 {
        ready.removeAll { $0.number == number }
        switch entry.phase {
        case .finished, .asked: return 0
        case .offered: return entry.task.file.size
        case .sending:
            guard outgoing?.number == number, let file = outgoing.take() else { return 0 }
            return file.remaining
        }
    }

    /// The server doesn't have what it was asked about, or doesn't say.
    private func unstored(_ task: SyncTask, _ refusal: Refusal) {
        // Should sending it fail, it must not count as confirmed for those who don't delete, and so don't ask.
        if refusal.status == .absent, isNotedAsConfirmed(task) { book.forget(task.file) }
        questions.missing(task)
        sendUnstored(task)
    }

    /// It isn't what was confirmed, or what an upload was begun with.
    func beginAnew(_ task: SyncTask, unsent: UInt64) {
        reporter.endFile(unsent: unsent)
        if task.form.seal == nil { book.forget(task.file) }
        var task = task
        task.tries += 1
        if task.tries <= Self.mostTries { return sendUnstored(task) }
        troubles.failed(task.file, .changed)
    }

    private func sendUnstored(_ task: SyncTask) {
        var task = task
        // Confirmed once, and gone from the server since: it must not be wiped, but sent.
        task.purpose = .upload
        task.form = .plain
        task.isKnownAbsent = true
        task.tries -= 1
        backlog.putFirst(task)
        reporter.putBack(size: task.file.size)
    }

    /// Also what is only asked about again for `--ask-again`, or bears another time than it did.
    private func isNotedAsConfirmed(_ task: SyncTask) -> Bool {
        task.purpose == .confirmAgain || (try? book.state.confirmation(of: task.file.path)) != nil
    }

    private func refused(_ task: SyncTask, _ refusal: Refusal, wasSent: Bool) {
        questions.isDone(with: task)
        guard refusal.status.statusClass == .again, task.tries < Self.mostTries else {
            return troubles.refused(task.file, refusal, wasSent: wasSent)
        }
        var task = task
        // Whoever has taken it over may bring it to its end.
        task.isKnownAbsent = refusal.status != .takenOver
        backlog.putBack(task)
        reporter.putBack(size: task.file.size)
    }
}

extension UploadLedger.Entry {
    /// Whether the server can know of it what we don't: none of its data was sent here, and it hasn't said that it lacks it.
    fileprivate var isMerelyOffered: Bool { phase == .offered && !task.isKnownAbsent }
}

extension Refusal {
    /// Of a query: whether sending the file is what is left.
    fileprivate var meansUnstored: Bool { status == .absent || status == .unsupported }
}
