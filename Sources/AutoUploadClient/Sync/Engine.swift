import Platform
import Transport
import Wire

/// Sends what is due over one connection. Many files are under way at a time: offers, data and confirmations overlap, so
/// that the link's round trips and the server's flushes don't count per file.
///
/// One thread, with a helper that hashes large files, and memory that doesn't grow with the size of any file.
final class Engine {
    var connection: ServerConnection
    let folder: WatchedFolder
    let transfer: TransferGuard
    let reporter: Reporter
    let book: ConfirmationBook
    let troubles: Troubles
    let headway: Headway
    let questions: FirstQuestions
    var backlog: Backlog
    var ledger: UploadLedger
    /// Uploads that the server lets proceed, in its order.
    var ready: [(number: UInt32, offset: UInt64)] = []
    var outgoing: OutgoingFile?
    var frame: DataFrame
    /// The one before it, which may still be hashed.
    var otherFrame: DataFrame
    let frameCapacity: Int
    let window: Int
    /// What was asked for the last time before files are wiped, and is unanswered.
    var awaitedWords: Set<WipeID> = []
    let seals = SealNotes()
    /// Why not to wipe files after all.
    var objections: [WipeID: String] = [:]
    /// Why the connection was found to be over during a wipe, which goes on all the same.
    var failureMeanwhile: SyncFailure?
    /// Whether files were kept because of that.
    var hasUnaskedWipes = false
    let lookSeconds: Double
    var rate: RateLimit
    private let pingSeconds: Double
    private(set) var nextPing: Instant
    private var isPingUnanswered = false
    /// When something was sent or answered last, pings and pongs apart: a server that does nothing but answer pings is as
    /// good as silent.
    private var progress = Instant.now

    /// Bytes of data in a frame: few enough to be hashed and encrypted while they are in the processor's cache. With the
    /// header, frames fill whole TLS records.
    private static let frameBytes = 256 * 1024 - FrameHeader.encodedSize
    /// Uploads and queries that are unanswered at a time, at most.
    private static let mostUnanswered = 1024
    /// Messages and small files are gathered to so many bytes before they are written.
    static let gatheredBytes = 64 * 1024
    /// A silence of the server that is long enough to be used.
    private static let quietSeconds = 0.02
    /// How long the server may take to answer, and for each MiB that it may have to read again.
    private static let answerSeconds = 300.0
    private static let secondsPerMiB = 1.0

    /// For whom it works, until when, and how often it looks and speaks.
    struct Terms {
        let user: String
        let transfer: TransferGuard
        let reporter: Reporter
        let pingSeconds: Double
        let lookSeconds: Double
        var rateLimit = RateSchedule()
    }

    init(
        _ connection: consuming ServerConnection, _ backlog: Backlog, folder: WatchedFolder, book: ConfirmationBook,
        troubles: Troubles, headway: Headway, _ terms: Terms
    ) {
        window = min(Int(connection.welcome.maxOpenUploads), Self.mostUnanswered)
        frameCapacity = min(Int(connection.welcome.maxPayload), Self.frameBytes)
        frame = DataFrame(capacity: frameCapacity)
        otherFrame = DataFrame(capacity: frameCapacity)
        ledger = UploadLedger(
            ReceiptCheck(user: terms.user, key: connection.welcome.receiptKey, nonce: connection.nonce))
        self.connection = connection
        self.backlog = backlog
        questions = FirstQuestions(book.state, backlog.waiting)
        self.folder = folder
        self.book = book
        self.troubles = troubles
        self.headway = headway
        (transfer, reporter) = (terms.transfer, terms.reporter)
        rate = RateLimit(terms.rateLimit)
        (lookSeconds, pingSeconds) = (terms.lookSeconds, terms.pingSeconds)
        nextPing = Instant.now.advanced(bySeconds: terms.pingSeconds)
    }

    /// Goes on until everything has got its answer.
    ///
    /// - Throws: `SyncFailure` when it can't; what was confirmed until then is recorded all the same.
    func run() throws(SyncFailure) {
        do throws(SyncFailure) {
            try exchange()
            try book.settle(witness: self)
            questions.end()
            noteSeals()
            if hasUnaskedWipes, let failureMeanwhile { throw failureMeanwhile }
        } catch {
            let failure = transfer.reason ?? error
            noteSeals()
            try book.settle(after: failure)
            throw failure
        }
        connection.link.queue(.goodbye)
        // Everything is settled: whether the server hears the goodbye makes no difference.
        try? flush()
        connection.link.close()
    }

    private func exchange() throws(SyncFailure) {
        while true {
            try transfer.check()
            try keepAlive()
            if try isSlowedDown() { continue }
            if try sendNext() {
                // While small files are being gathered, looking for answers would cost a system call each.
                if connection.link.queuedBytes == 0 { try takeAnswers() }
                try book.recordIfDue()
            } else if ledger.isEmpty, backlog.isEmpty {
                return
            } else {
                try pause()
            }
        }
    }

    /// Waits a moment where enough was sent for now.
    private func isSlowedDown() throws(SyncFailure) -> Bool {
        let pause = min(rate.pause(), 0.25)
        guard pause > 0 else { return false }
        try flush()
        if try hasInput(within: pause) { try takeAnswers() }
        try book.recordIfDue()
        return true
    }

    /// Nothing can be sent before the server has answered: the time to write down and wipe what it has confirmed.
    private func pause() throws(SyncFailure) {
        try flush()
        // Each time that something is written down costs flushes: not while one answer follows the other.
        if try hasInput(within: book.isDue ? 0 : Self.quietSeconds) { return try awaitAnswer() }
        // While a wipe goes on nothing is sent, and the server gives up on uploads that it waits for.
        try book.settle(mayWipe: ledger.unfinishedCount == 0, witness: self)
        if let failureMeanwhile { throw failureMeanwhile }
        // The time that a wipe takes isn't the server's.
        progress = .now
        if !ledger.isEmpty { try awaitAnswer() }
    }
}

// MARK: - The link

extension Engine {
    /// When the server has been silent for too long.
    private var answerDeadline: Deadline {
        .after(seconds: patienceSeconds)
    }

    private var patienceSeconds: Double {
        Self.answerSeconds + Double(ledger.unansweredBytes) / 1_048_576 * Self.secondsPerMiB
    }

    func flush() throws(SyncFailure) {
        guard connection.link.queuedBytes > 0 else { return }
        postponePing()
        progress = .now
        do throws(LinkError) {
            try connection.link.flush(until: answerDeadline)
        } catch {
            throw try failure(ofWriting: error)
        }
    }

    /// Sends what is queued, and the frame behind it.
    func sendFrame() throws(SyncFailure) {
        postponePing()
        progress = .now
        do throws(LinkError) {
            try connection.link.send(frame: frame, until: answerDeadline)
        } catch {
            throw try failure(ofWriting: error)
        }
    }

    /// A server that ends the connection says why before; what it has confirmed before still counts.
    private func failure(ofWriting error: LinkError) throws(SyncFailure) -> SyncFailure {
        switch error {
        case .transport, .unreachable: try takeAnswers()
        case .wire, .timedOut, .truncated, .givenUp: break
        }
        return SyncFailure(error)
    }

    private func hasInput(within seconds: Double) throws(SyncFailure) -> Bool {
        do throws(LinkError) {
            return try connection.link.hasInput(until: .after(seconds: seconds))
        } catch {
            throw SyncFailure(error)
        }
    }

    /// Takes what has come, without waiting.
    func takeAnswers() throws(SyncFailure) {
        while let header = try availableHeader() {
            try take(connection.link.receive(header, until: answerDeadline))
        }
        book.tell()
        if connection.link.hasEnded { throw .broken("the server hung up") }
    }

    private func availableHeader() throws(SyncFailure) -> FrameHeader? {
        do throws(LinkError) {
            return try connection.link.nextHeaderIfAvailable()
        } catch {
            throw SyncFailure(error)
        }
    }

    func awaitAnswer() throws(SyncFailure) {
        let deadline = Deadline(at: progress.advanced(bySeconds: patienceSeconds))
        while true {
            let slice = isPingUnanswered ? deadline : min(deadline, Deadline(at: nextPing))
            if let header = try nextHeader(until: slice) {
                return try take(connection.link.receive(header, until: deadline))
            }
            if deadline.hasPassed { throw .broken("the server was silent for too long") }
            try keepAlive()
        }
    }

    /// - Returns: nil when the time was over first.
    private func nextHeader(until deadline: Deadline) throws(SyncFailure) -> FrameHeader? {
        do throws(LinkError) {
            if let header = try connection.link.nextHeader(until: deadline) { return header }
        } catch {
            if case .timedOut = error { return nil }
            throw SyncFailure(error)
        }
        throw .broken("the server hung up")
    }

    func keepAlive() throws(SyncFailure) {
        guard !isPingUnanswered, Instant.now >= nextPing else { return }
        isPingUnanswered = true
        connection.link.queue(.ping(Ping(opaque: nextPing.nanoseconds)))
        let earlier = progress
        try flush()
        progress = earlier
    }

    func postponePing() {
        nextPing = Instant.now.advanced(bySeconds: pingSeconds)
    }

    private func take(_ message: ServerMessage) throws(SyncFailure) {
        if case .pong = message { isPingUnanswered = false } else { progress = .now }
        handle(try ledger.receive(message))
    }
}
