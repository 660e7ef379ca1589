import Platform
import Wire

// MARK: - What the server says

extension Engine {
    /// How often a file is begun in one pass, at most.
    private static let mostTries = 3

    func handle(_ event: UploadLedger.Event) throws(SyncFailure) {
        switch event {
        case .nothing: return
        case .proceed(let number, let offset): ready.append((number, offset))
        case .confirmed(let task, let confirmation, let alreadyThere):
            book.add(task, confirmation, alreadyThere: alreadyThere)
            reporter.endFile()
        case .refused(let number, let entry, let refusal):
            reporter.endFile(unsent: forget(number, entry))
            refused(entry.task, refusal)
        }
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

    private func refused(_ task: SyncTask, _ refusal: Refusal) {
        var task = task
        if task.purpose == .confirmAgain, refusal.status == .absent {
            // Confirmed once, and gone from the server since: it must not be wiped, but sent.
            task.purpose = .upload
            return putBack(task)
        }
        if refusal.status.statusClass == .again, task.tries < Self.mostTries { return putBack(task) }
        troubles.refused(task.file, refusal)
    }

    private func putBack(_ task: SyncTask) {
        backlog.putBack(task)
        reporter.putBack(size: task.file.size)
    }
}
