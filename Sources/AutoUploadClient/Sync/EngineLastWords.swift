import Domain
import Platform

/// What is said while files are wiped. Whatever goes wrong with the connection then, the wipe of what is decided goes on; it is
/// told when that is over.
extension Engine: WipeWitness {
    /// A server gives up on a connection that is idle for long.
    func stayInTouch() {
        guard failureMeanwhile == nil, Instant.now >= nextPing else { return }
        do throws(SyncFailure) {
            try takeAnswers()
            try keepAlive()
        } catch {
            failureMeanwhile = error
        }
        postponePing()
    }

    func objections(to records: [WipeRecord]) -> [WipeID: String] {
        objections = [:]
        awaitedWords = Set(records.map(\.id))
        do throws(SyncFailure) {
            if let failureMeanwhile { throw failureMeanwhile }
            try ask(about: records)
        } catch {
            failureMeanwhile = error
            hasUnaskedWipes = true
            for id in awaitedWords { objections[id] = "the server couldn't be asked once more: \(error)" }
        }
        awaitedWords = []
        return objections
    }

    private func ask(about records: [WipeRecord]) throws(SyncFailure) {
        var rest = records[...]
        while !awaitedWords.isEmpty {
            try transfer.check()
            if let record = rest.first, ledger.count < window {
                rest.removeFirst()
                try queueQuery(task(for: record), record.digest)
            } else {
                try flush()
                try awaitAnswer()
            }
        }
    }

    private func task(for record: WipeRecord) -> SyncTask {
        let file = DueFile(
            path: record.path, fingerprint: record.fingerprint, remote: record.storedPath,
            toleratedWriter: .unknown, size: record.storedSize)
        return SyncTask(file: file, purpose: .lastWord(record.id))
    }

    func takeLastWord(_ id: WipeID, _ refusal: Refusal?) {
        guard awaitedWords.remove(id) != nil, let refusal else { return }
        objections[id] =
            refusal.status == .absent
            ? "the server doesn't have it any more since it was hidden here: "
                + "the watched folder seems to show the server's own storage, or the copy was removed"
            : "the server doesn't confirm it once more (\(refusal.shown))"
    }
}
