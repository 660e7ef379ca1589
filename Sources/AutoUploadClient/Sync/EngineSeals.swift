import Domain

// MARK: - Uploads that end without a confirmation

extension Engine {
    /// The server has refused it.
    func noteSeal(of entry: UploadLedger.Entry, _ number: UInt32) {
        guard let seal = entry.task.form.seal else { return }
        switch entry.phase {
        case .offered: seals.note(seal, seal.unusedMark)
        case .sending: if outgoing?.number == number { seals.note(seal, outgoing?.source.mark) }
        case .finished: seals.note(seal, entry.task.mark)
        case .asked: return
        }
    }

    /// Writes down how far each was used that has no answer.
    func noteSeals() {
        if let outgoing = outgoing.take(), outgoing.number != 0 {
            seals.note(outgoing.task.form.seal, outgoing.source.mark)
        }
        for entry in ledger.all where entry.phase != .sending { noteSeal(of: entry, 0) }
        for seal in backlog.unusedSeals { seals.note(seal, seal.unusedMark) }
        seals.write(to: book.state)
    }
}

extension SyncTask {
    /// The same, as what was begun under this id.
    func sent(as id: StoredUploadID) -> SyncTask {
        var task = self
        task.form = id.seal.map(ContentForm.sealed) ?? .plain
        return task
    }
}
