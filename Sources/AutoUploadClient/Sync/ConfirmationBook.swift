import Domain
import Platform
import Wire

/// Writes down what the server has confirmed, and then has it wiped where a person wishes so. Many at a time, as each
/// step is flushed.
final class ConfirmationBook {
    let state: ClientState
    private var eraser: Eraser?
    private let reporter: Reporter
    private let troubles: Troubles
    private let obstacles: WipeObstacles
    private let known: ConfirmedFiles
    private let time: KnownTime
    private var unrecorded: [Entry] = []
    /// What people weren't told yet.
    private var untold: [LogLine] = []
    private var unwiped: [Entry] = []
    /// Bytes of all files that are to be wiped yet.
    private var pendingBytes: UInt64 = 0
    private var nextRecording = Instant.now
    private(set) var confirmed = 0
    private(set) var wiped = 0
    /// What files that were kept were before and are now.
    private(set) var putBack: [(path: LocalPath, before: Fingerprint, now: Fingerprint)] = []
    /// Files that stay under their wiping names.
    private(set) var unfinished = 0
    /// Files that stay because it can't be told whether somebody has them open.
    private(set) var unproven = 0

    private struct Entry {
        let file: DueFile
        let record: ConfirmationRecord
        let confirmation: Confirmation
        /// What became of it while it was read, and who had it open for writing.
        let standing: Standing
        let writer: WriterState
    }

    /// So many files, or bytes, are wiped before others are begun.
    private static let batch = 1024
    private static let batchBytes: UInt64 = 256 * 1024 * 1024
    /// So many are written down at the latest.
    private static let recordBatch = 1024
    /// While others are being sent, what was confirmed is written down after so long: a flush takes its time, but what is
    /// forgotten is sent again.
    private static let recordSeconds = 5.0

    /// - Parameter eraser: nil where nothing is to be wiped.
    init(
        state: ClientState, eraser: Eraser?, reporter: Reporter, troubles: Troubles, obstacles: WipeObstacles,
        known: ConfirmedFiles, time: KnownTime
    ) {
        self.state = state
        self.eraser = eraser
        self.reporter = reporter
        self.troubles = troubles
        self.obstacles = obstacles
        self.known = known
        self.time = time
    }

    /// Wipes nothing from now on.
    func stopWiping() {
        eraser = nil
    }

    /// Takes a confirmation that matches what was read.
    func add(_ task: SyncTask, _ confirmation: Confirmation, _ receipt: Receipt?, alreadyThere: Bool) {
        let file = task.file
        let record = ConfirmationRecord(
            path: file.path, fingerprint: file.fingerprint, digest: confirmation.digest, remotePath: file.remote,
            storedPath: confirmation.path, receipt: receipt, confirmedAt: time.now,
            encrypted: task.plaintext.map { EncryptedContent(plaintext: $0, storedSize: confirmation.size) })
        if unrecorded.isEmpty { nextRecording = Instant.now.advanced(bySeconds: Self.recordSeconds) }
        let entry = Entry(
            file: file, record: record, confirmation: confirmation, standing: task.standing, writer: task.writer)
        unrecorded.append(entry)
        untold.append(line(task, confirmation, alreadyThere: alreadyThere))
        confirmed += 1
        if mayBeWiped(entry) { pendingBytes &+= file.fingerprint.size }
    }

    /// Whether it is still all that was read, and may be wiped as far as its writers go: what was read while nobody could
    /// tell who writes it is asked about again once that can be told.
    private func mayBeWiped(_ entry: Entry) -> Bool {
        isToBeWiped(entry) && !isUnproven(entry)
    }

    private func isToBeWiped(_ entry: Entry) -> Bool {
        entry.standing == .unchanged && !entry.file.isToStay
    }

    private func isUnproven(_ entry: Entry) -> Bool {
        guard let eraser else { return true }
        return entry.writer != .none && !eraser.mayWipeUnproven(size: entry.file.fingerprint.size)
    }

    /// Takes back what was confirmed of a file: the server has lost it.
    func forget(_ file: DueFile) {
        known.remove(file.path)
        do throws(StateError) {
            try state.forget(file.path)
        } catch {
            Log.write(.warning, "\(file.path): it isn't on the server any more, but stays noted as confirmed: \(error)")
        }
    }

    /// Whether enough is confirmed that it is better wiped before more is sent.
    var wantsToWipe: Bool {
        guard eraser != nil else { return false }
        return unrecorded.count + unwiped.count >= Self.batch || pendingBytes >= Self.batchBytes
    }

    /// Whether something has waited long enough to be written down, or wiped.
    var isDue: Bool {
        if unrecorded.isEmpty { return !unwiped.isEmpty }
        return wantsToWipe || unrecorded.count >= Self.recordBatch || Instant.now >= nextRecording
    }

    /// Writes down what was confirmed if it has waited for long.
    func recordIfDue() throws(SyncFailure) {
        if isDue { try record() }
    }

    /// Writes down what was confirmed, durably, and then wipes it.
    ///
    /// - Parameter witness: speaks with the server meanwhile; nil when the connection is over.
    func settle(mayWipe: Bool = true, witness: (any WipeWitness)? = nil) throws(SyncFailure) {
        try record()
        if mayWipe { wipe(witness) }
    }

    /// The connection has ended before its work was done: what was confirmed before counts all the same.
    func settle(after failure: SyncFailure) throws(SyncFailure) {
        switch failure {
        case .stopped, .notOurServer, .local: try settle(mayWipe: false)
        default: try settle()
        }
    }

    private func record() throws(SyncFailure) {
        tell()
        if unrecorded.isEmpty { return }
        do throws(StateError) {
            try state.record(unrecorded.map(\.record))
        } catch {
            throw .local(error.description)
        }
        unwiped += unrecorded.filter(mayBeWiped)
        if let eraser { keepUnproven(unrecorded.filter { isToBeWiped($0) && isUnproven($0) }, eraser) }
        unrecorded = []
    }

    private func keepUnproven(_ entries: [Entry], _ eraser: Eraser) {
        for file in entries.map(\.file) {
            let reason = WipeProof.missing(
                for: file.path, in: eraser.folder, size: file.fingerprint.size, eraser.wipesUnproven)
            troubles.unproven(file.path, file.fingerprint, reason)
        }
        unproven += entries.count
    }

    /// Tells people what was confirmed, many files at once: a write for each costs more than to make the line.
    func tell() {
        reporter.log(untold)
        untold = []
    }

    private func line(_ task: SyncTask, _ confirmation: Confirmation, alreadyThere: Bool) -> LogLine {
        var line = LogLine(task.purpose == .upload ? "confirmed" : "confirmed-again", task.file.path)
        line.add("bytes", task.file.fingerprint.size)
        line.add("seconds", seconds: Instant.now.seconds(since: task.began))
        if task.purpose == .upload, alreadyThere { line.add("already-there", "yes") }
        if task.standing == .gone { line.add("gone-meanwhile", "yes") }
        if task.writer == .unknown { line.add("writer", "unknown") }
        if confirmation.path != task.file.remote { line.add("stored-as", bytes: confirmation.path.bytes) }
        return line
    }
}

// MARK: - Wiping

extension ConfirmationBook {
    private func wipe(_ witness: (any WipeWitness)?) {
        guard let eraser, !unwiped.isEmpty else { return }
        let entries = unwiped
        (unwiped, pendingBytes) = ([], 0)
        let outcomes = eraser.wipe(entries.map(Self.request), witness: witness)
        for (entry, outcome) in zip(entries, outcomes) { note(outcome, entry) }
    }

    private static func request(_ entry: Entry) -> WipeRequest {
        WipeRequest(
            path: entry.file.path, fingerprint: entry.file.fingerprint, digest: entry.confirmation.digest,
            remotePath: entry.file.remote, storedPath: entry.confirmation.path, fileTag: entry.confirmation.fileTag,
            storedSize: entry.confirmation.size)
    }

    private func note(_ outcome: WipeOutcome, _ entry: Entry) {
        switch outcome {
        case .wiped(let grade):
            wiped += 1
            var line = LogLine("wiped", entry.file.path)
            line.add("bytes", entry.file.fingerprint.size)
            line.add("grade", grade.rawValue)
            reporter.log(line)
        case .kept where eraser?.isGone(entry.file.path) == true:
            reporter.log(LogLine("gone", entry.file.path))
        case .kept(let reason):
            if let obstacle = eraser.flatMap({ obstacles.obstacle(to: entry.file.path, in: $0.folder) }) {
                return troubles.standings.add(.kept, entry.file.path, entry.file.size, obstacle)
            }
            let now = fingerprint(of: entry.file)
            putBack.append((entry.file.path, entry.file.fingerprint, now))
            troubles.kept(entry.file, as: now, reason)
        case .unfinished(let reason):
            unfinished += 1
            troubles.kept(entry.file, as: entry.file.fingerprint, "wiping it wasn't finished: \(reason)")
        }
    }

    /// What a file that was kept is now: to hide it and to give its name back has set its change time.
    private func fingerprint(of file: DueFile) -> Fingerprint {
        guard let now = eraser?.fingerprint(of: file.path), now.mayStillBe(file.fingerprint) else {
            return file.fingerprint
        }
        return now
    }
}
