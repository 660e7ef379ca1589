import Domain
import Wire

/// What is under way in one connection, and what each answer means for it: no clock, no socket, no disk. The rules are
/// those of docs/PROTOCOL.md, "Uploads and queries".
///
/// Here it is decided what counts as a confirmation: nothing but `stored` for an upload whose data was all sent, or
/// `present` for a query, with the number, the size and the SHA-256 of what this client read, and a receipt that is genuine
/// where the server has stated a key.
struct UploadLedger {
    enum Phase: Hashable {
        /// Offered; its data may be sent once the server says from where.
        case offered
        /// Its data is being sent.
        case sending
        /// All of it was sent, and it had this hash.
        case finished(ContentDigest)
        /// The server was asked whether it has the content with this hash.
        case asked(ContentDigest)
    }

    struct Entry: Hashable {
        fileprivate(set) var task: SyncTask
        /// Whether the server can't have bytes of it: it was never told of its id before.
        let isFresh: Bool
        fileprivate(set) var phase: Phase
        fileprivate var awaitsProceed: Bool

        /// Whether bytes of it were.
        var wasSent: Bool {
            switch phase {
            case .sending, .finished: true
            case .offered, .asked: false
            }
        }
    }

    /// What an answer means.
    enum Event: Hashable {
        case nothing
        case proceed(number: UInt32, offset: UInt64)
        case confirmed(SyncTask, Confirmation, Receipt?, alreadyThere: Bool)
        case refused(number: UInt32, Entry, Refusal)
    }

    private var receipts: ReceiptCheck
    private var entries: [UInt32: Entry] = [:]
    private var abandoned: Set<UInt32> = []
    private var last: UInt32 = 0
    /// Bytes of all files that are unanswered; the server may have to read them all again.
    private(set) var unansweredBytes: UInt64 = 0
    /// Bytes of those offered whose data wasn't all sent.
    private(set) var unfinishedBytes: UInt64 = 0
    private(set) var unfinishedCount = 0

    var count: Int { entries.count }
    /// What is under way.
    var all: some Collection<Entry> { entries.values }
    var isEmpty: Bool { entries.isEmpty }

    subscript(number: UInt32) -> Entry? { entries[number] }

    init(_ receipts: ReceiptCheck) {
        self.receipts = receipts
    }
}

// MARK: - What is sent

extension UploadLedger {
    /// Takes a number for an offer that is about to be sent.
    ///
    /// - Returns: nil when a connection's numbers are used up.
    mutating func offer(_ task: SyncTask, isFresh: Bool) -> UInt32? {
        let entry = Entry(task: task, isFresh: isFresh, phase: .offered, awaitsProceed: true)
        guard let number = add(entry) else { return nil }
        unfinishedCount += 1
        unfinishedBytes &+= task.size
        return number
    }

    /// Takes a number for a query that is about to be sent.
    mutating func query(_ task: SyncTask, _ digest: ContentDigest) -> UInt32? {
        add(Entry(task: task, isFresh: false, phase: .asked(digest), awaitsProceed: false))
    }

    /// The data of an upload is about to be sent.
    mutating func begin(_ number: UInt32) {
        entries[number]?.phase = .sending
    }

    /// All data of an upload was sent.
    mutating func finish(_ number: UInt32, _ content: ReadContent) {
        guard let entry = entries[number] else { return }
        endUnfinished(entry)
        entries[number]?.phase = .finished(content.digest)
        entries[number]?.task.standing = content.standing
        entries[number]?.task.writer = content.writer
        entries[number]?.task.plaintext = content.plaintext
        entries[number]?.task.mark = content.mark
    }

    /// The upload is given up; `proceed` or `refused` may still be under way.
    mutating func abandon(_ number: UInt32) {
        if remove(number) != nil { abandoned.insert(number) }
    }

    /// The offer or query wasn't sent after all; nobody else knows its number.
    mutating func withdraw(_ number: UInt32) {
        _ = remove(number)
    }

    private mutating func add(_ entry: Entry) -> UInt32? {
        guard last < UInt32.max else { return nil }
        last += 1
        entries[last] = entry
        unansweredBytes &+= entry.task.size
        return last
    }

    private mutating func remove(_ number: UInt32) -> Entry? {
        guard let entry = entries.removeValue(forKey: number) else { return nil }
        unansweredBytes &-= entry.task.size
        endUnfinished(entry)
        return entry
    }

    private mutating func endUnfinished(_ entry: Entry) {
        switch entry.phase {
        case .offered, .sending:
            unfinishedCount -= 1
            unfinishedBytes &-= entry.task.size
        case .finished, .asked: return
        }
    }
}

// MARK: - What is received

extension UploadLedger {
    /// Takes an answer.
    ///
    /// - Throws: `SyncFailure.notOurServer` for whatever the protocol doesn't allow here: nothing that follows counts.
    ///   `.closed` when the server says goodbye.
    mutating func receive(_ message: ServerMessage) throws(SyncFailure) -> Event {
        switch message {
        case .proceed(let number, let proceed): return try receive(proceed, number)
        case .stored(let number, let confirmation, let alreadyThere):
            guard case .finished(let digest) = entries[number]?.phase else {
                throw violation("it confirmed upload \(number), which wasn't finished")
            }
            return try confirm(number, confirmation, digest, alreadyThere: alreadyThere)
        case .present(let number, let confirmation):
            guard case .asked(let digest) = entries[number]?.phase else {
                throw violation("it confirmed \(number), which it wasn't asked about")
            }
            return try confirm(number, confirmation, digest, alreadyThere: true)
        case .refused(let number, let refusal): return try receive(refusal, number)
        case .pong: return .nothing
        case .closing(let refusal): throw .closed(refusal)
        case .welcome, .granted, .denied: throw violation("it began the session anew")
        }
    }

    private mutating func receive(_ proceed: Proceed, _ number: UInt32) throws(SyncFailure) -> Event {
        if abandoned.contains(number) { return .nothing }
        guard let entry = entries[number], entry.awaitsProceed else {
            throw violation("it let upload \(number) proceed, which wasn't offered just now")
        }
        entries[number]?.awaitsProceed = false
        guard !entry.isFresh || proceed.durableOffset == 0 else {
            throw violation("it has bytes of upload \(number), which is new")
        }
        // What is fresh and small was sent ahead.
        guard entry.phase == .offered else { return .nothing }
        guard proceed.durableOffset <= entry.task.size else {
            throw violation("it claims more bytes of upload \(number) than the file has")
        }
        return .proceed(number: number, offset: proceed.durableOffset)
    }

    private mutating func confirm(
        _ number: UInt32, _ confirmation: Confirmation, _ digest: ContentDigest, alreadyThere: Bool
    ) throws(SyncFailure) -> Event {
        guard let entry = remove(number) else { throw violation("it confirmed \(number), which isn't under way") }
        guard confirmation.digest == digest, confirmation.size == entry.task.size else {
            throw violation("what it confirmed for \(entry.task.file.path) isn't what was sent")
        }
        guard receipts.covers(confirmation) else {
            throw violation("what it confirmed for \(entry.task.file.path) isn't signed as it said that it signs")
        }
        return .confirmed(
            entry.task, confirmation, receipts.receipt(of: confirmation), alreadyThere: alreadyThere)
    }

    private mutating func receive(_ refusal: Refusal, _ number: UInt32) throws(SyncFailure) -> Event {
        if abandoned.contains(number) { return .nothing }
        guard let entry = remove(number) else { throw violation("it refused \(number), which isn't under way") }
        return .refused(number: number, entry, refusal)
    }

    private func violation(_ what: String) -> SyncFailure {
        .notOurServer("the server broke the protocol: \(what)")
    }
}
