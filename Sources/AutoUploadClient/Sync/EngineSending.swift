import Domain
import Platform
import Transport
import Wire

// MARK: - What to send next

extension Engine {
    /// Bytes that may be offered ahead while a file is being sent: their answers come meanwhile, and a link that breaks
    /// leaves little begun.
    private static let bytesAhead: UInt64 = 64 * 1024 * 1024
    /// Offers ahead of that in any case.
    private static let offersAhead = 2

    /// Sends one frame, or one small file whole.
    ///
    /// - Returns: false when everything that is left waits for answers.
    func sendNext() throws(SyncFailure) -> Bool {
        if let isSending = outgoing?.isSending {
            // What is only hashed may take hours, in which the server would hear nothing of what was offered.
            if isSending { while try offerAhead() {} }
            try goOn()
            return true
        }
        if let first = ready.first {
            ready.removeFirst()
            try begin(first.number, at: first.offset)
            return true
        }
        return try startNext()
    }

    /// Offers the next file if it needs an answer before its data, so that the answer comes while another is being sent.
    private func offerAhead() throws(SyncFailure) -> Bool {
        guard let task = startable, task.purpose == .upload, !task.mustAsk, !questions.areAsked(about: task),
            let id = try uploadID()
        else {
            return false
        }
        if isSentWhole(task, id) || isAskedFirst(task, id) { return false }
        return try offer(task, id)
    }

    private func startNext() throws(SyncFailure) -> Bool {
        guard let task = startable else { return false }
        switch task.purpose {
        case .confirmAgain, .lastWord: return try ask(task)
        case .upload where task.mustAsk: return try ask(task)
        case .upload where questions.areAsked(about: task):
            questions.ask(about: task)
            return try ask(task)
        case .upload:
            guard let id = try uploadID() else { return false }
            if isAskedFirst(task, id) { return try ask(task.sent(as: id)) }
            return isSentWhole(task, id) ? try sendWhole(task, id) : try offer(task, id)
        }
    }

    /// Reads the file, to ask then whether the server has just that.
    private func ask(_ task: SyncTask) throws(SyncFailure) -> Bool {
        try transfer.checkBeforeBeginning()
        startReading(begin(task), number: 0, at: 0)
        return true
    }

    /// What was begun earlier may have been stored, and only the answer lost. Of a large file the server is asked only
    /// where it keeps nothing to go on with (`SyncTask.mustAsk`).
    private func isAskedFirst(_ task: SyncTask, _ id: StoredUploadID) -> Bool {
        !id.isFresh && !task.isKnownAbsent && (task.file.isSmall || id.isSpent)
    }

    /// The next file, if another may be begun.
    private var startable: SyncTask? {
        // What is to be wiped first: while that goes on, nothing may be unfinished.
        ledger.count >= window || book.wantsToWipe || questions.isAwaited ? nil : backlog.first
    }

    /// A new upload that fits one frame goes out without waiting for the server's word.
    private func isSentWhole(_ task: SyncTask, _ id: StoredUploadID) -> Bool {
        id.isFresh && task.file.size <= UInt64(frameCapacity)
    }

    private func uploadID() throws(SyncFailure) -> StoredUploadID? {
        do throws(StateError) {
            return try backlog.uploadID(in: book.state)
        } catch {
            throw .local(error.description)
        }
    }

    /// Takes the first file out of the line.
    private func begin(_ task: SyncTask, _ id: StoredUploadID? = nil) -> SyncTask {
        backlog.removeFirst()
        backlog.removeID(of: task.file.path)
        var task = id.map(task.sent) ?? task
        task.tries += 1
        task.began = .now
        return task
    }
}

// MARK: - Offers and data

extension Engine {
    /// - Returns: false when enough is offered already.
    private func offer(_ task: SyncTask, _ id: StoredUploadID) throws(SyncFailure) -> Bool {
        let ahead = ledger.unfinishedBytes.addingReportingOverflow(task.file.size)
        let fits = !ahead.overflow && ahead.partialValue <= Self.bytesAhead
        guard fits || ledger.unfinishedCount < Self.offersAhead else { return false }
        try transfer.checkBeforeBeginning()
        let task = begin(task, id)
        // What can't be sent isn't offered; the second look is at the time of sending.
        if openSource(of: task) == nil { return true }
        try queueOffer(task, id, try number { $0.offer(task, isFresh: id.isFresh) })
        return true
    }

    private func sendWhole(_ task: SyncTask, _ id: StoredUploadID) throws(SyncFailure) -> Bool {
        try transfer.checkBeforeBeginning()
        let task = begin(task, id)
        let number = try number { $0.offer(task, isFresh: true) }
        reporter.beginFile(task.file.path.description, size: task.file.size)
        guard let content = readWhole(task, number) else {
            ledger.withdraw(number)
            return true
        }
        try queueOffer(task, id, number)
        ledger.begin(number)
        if task.file.size > 0 { connection.link.queue(frame) }
        finish(number, content)
        rate.spend(task.file.size)
        reporter.advance(task.file.size)
        if connection.link.queuedBytes >= Self.gatheredBytes { try flush() }
        return true
    }

    private func begin(_ number: UInt32, at offset: UInt64) throws(SyncFailure) {
        guard let entry = ledger[number] else { return }
        try transfer.checkBeforeBeginning()
        ledger.begin(number)
        startReading(entry.task, number: number, at: offset)
        if outgoing == nil { try abandon(number) }
    }

    /// Everything of a file was read, and sent if it had to be.
    private func sent(_ task: SyncTask, _ number: UInt32, _ content: ReadContent) throws(SyncFailure) {
        if number != 0 {
            finish(number, content)
        } else {
            var task = task
            (task.standing, task.writer, task.plaintext) = (content.standing, content.writer, content.plaintext)
            try queueQuery(task, content.digest)
        }
        try flush()
    }

    func queueQuery(_ task: SyncTask, _ digest: ContentDigest) throws(SyncFailure) {
        let query = try message { () throws(WireError) in
            try Query(size: task.size, digest: digest, path: task.file.remote.bytes)
        }
        connection.link.queue(.query(upload: try number { $0.query(task, digest) }, query))
    }

    private func finish(_ number: UInt32, _ content: ReadContent) {
        connection.link.queue(.finish(upload: number, Finish(digest: content.digest)))
        ledger.finish(number, content)
    }

    private func abandon(_ number: UInt32) throws(SyncFailure) {
        queueAbandon(number)
        try flush()
    }

    func queueAbandon(_ number: UInt32) {
        ledger.abandon(number)
        connection.link.queue(.abandon(upload: number))
    }

    private func queueOffer(_ task: SyncTask, _ id: StoredUploadID, _ number: UInt32) throws(SyncFailure) {
        let file = task.file
        let offer = try message { () throws(WireError) in
            let time = file.fingerprint.modified
            return try Offer(
                uploadID: id.id, size: file.size,
                modified: ModificationTime(seconds: time.seconds, nanoseconds: time.nanoseconds),
                path: file.remote.bytes, isFresh: id.isFresh)
        }
        connection.link.queue(.offer(upload: number, offer))
    }

    private func number(_ take: (inout UploadLedger) -> UInt32?) throws(SyncFailure) -> UInt32 {
        guard let number = take(&ledger) else { throw .broken("the connection has used up its numbers") }
        return number
    }

    private func message<M>(_ make: () throws(WireError) -> M) throws(SyncFailure) -> M {
        do throws(WireError) {
            return try make()
        } catch {
            throw .local("a message can't be made: \(error)")
        }
    }
}

// MARK: - Reading

extension Engine {
    private enum Reading {
        case frame(bytes: UInt64, isToBeSent: Bool)
        case complete(ReadContent)
        case failed(SourceFailure, remaining: UInt64)
    }

    /// Reads, hashes and sends the next frame of the file that is being read; or finishes it.
    private func goOn() throws(SyncFailure) {
        guard let file = outgoing.take() else { return }
        let (task, number) = (file.task, file.number)
        switch readOn(file) {
        case .frame(let bytes, let isToBeSent):
            if isToBeSent {
                try sendFrame()
                rate.spend(bytes)
            }
            reporter.advance(bytes)
        case .complete(let content): try sent(task, number, content)
        case .failed(let failure, let remaining):
            if failure.meansAnew {
                beginAnew(task, unsent: remaining)
            } else {
                failed(task, failure, unsent: remaining)
            }
            if number != 0 { try abandon(number) }
        }
    }

    private func readOn(_ file: consuming OutgoingFile) -> Reading {
        let remaining = file.remaining
        do throws(SourceFailure) {
            if file.isToBeProved {
                try file.source.prove()
                outgoing = consume file
                return .frame(bytes: 0, isToBeSent: false)
            }
            if file.source.isComplete { return .complete(try file.source.finish(in: folder)) }
            let isSending = file.isSending
            swap(&frame, &otherFrame)
            let bytes = try file.source.read(into: frame, upTo: file.readEnd, number: file.number)
            outgoing = consume file
            return .frame(bytes: bytes, isToBeSent: isSending)
        } catch {
            return .failed(error, remaining: remaining)
        }
    }

    /// Reads a small file into the frame. It is checked before a byte of it goes out.
    private func readWhole(_ task: SyncTask, _ number: UInt32) -> ReadContent? {
        do throws(SourceFailure) {
            return try OpenSource.read(task.file, as: task.form, in: folder, into: frame, number: number)
        } catch {
            failed(task, error, unsent: task.file.size)
            return nil
        }
    }

    private func startReading(_ task: SyncTask, number: UInt32, at offset: UInt64) {
        guard var source = openSource(of: task, isToBeSent: number != 0) else { return }
        source.workAside()
        reporter.beginFile(task.file.path.description, size: task.file.size)
        outgoing = OutgoingFile(source: source, task: task, number: number, skipped: offset)
    }

    private func openSource(of task: SyncTask, isToBeSent: Bool = true) -> OpenSource? {
        do throws(SourceFailure) {
            return try OpenSource.open(
                task.file, as: task.form, isToBeSent: isToBeSent, in: folder, lookSeconds: lookSeconds)
        } catch {
            failed(task, error, unsent: task.file.size)
            return nil
        }
    }

    private func failed(_ task: SyncTask, _ failure: SourceFailure, unsent: UInt64) {
        troubles.failed(task.file, failure)
        questions.isDone(with: task)
        reporter.endFile(unsent: unsent)
    }
}
