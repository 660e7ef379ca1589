import Domain
import Encodings
import Platform

/// Where the records of upload resources lie, in the server's own folder: in one folder for each user, so that nobody finds
/// another's. None is held in memory: there may be many, and each is asked for seldom.
final class ResourceFolders: Sendable {
    private let own: Directory
    private let calls: FlushCalls
    private let rules: PartialRules
    private let state = Monitor(State())

    private struct State {
        /// Records of each user, as far as they were counted.
        var counts: [FileName: Int] = [:]
        /// Users whose folder's name is durable.
        var durable: Set<FileName> = []
        /// What a predecessor may have left unflushed, and was flushed since.
        var trusted: Set<OfferedFile.Key> = []
    }

    private static let name = FileName(constant: "uploads")
    /// How many keys and users are remembered, at most.
    private static let capacity = 20_000

    /// - Parameter own: the server's own folder.
    init(in own: Directory, _ calls: FlushCalls, _ rules: PartialRules) {
        (self.own, self.calls, self.rules) = (own, calls, rules)
    }

    private static func name(of id: UploadID) throws(SystemError) -> FileName {
        guard let name = FileName(id.description) else { throw SystemError("name a record", errno: .invalid) }
        return name
    }

    /// - Returns: nil when the user has none.
    private func folder(of user: FileName) throws(SystemError) -> Directory? {
        do throws(SystemError) {
            return try own.openFolderWithinMount(Self.name).openFolderWithinMount(user)
        } catch {
            if error.errno == .noEntry { return nil }
            throw error
        }
    }
}

// MARK: - Making

extension ResourceFolders {
    /// Makes a record, durable with its name.
    ///
    /// - Parameter giveUp: removes what has come of another upload, if nobody has gone on with it for so many seconds, and tells whether
    ///   nothing is left of it.
    /// - Throws: `VaultError.busy` where the user has as many unfinished uploads as may be, and none that can be given up.
    func make(
        _ record: ResourceRecord, givingUp giveUp: (OfferedFile.Key, Double) -> Bool
    ) throws(VaultError) {
        let user = record.traits.user
        do throws(SystemError) {
            let folder = try madeFolder(of: user)
            try requireRoom(for: user, in: folder, giveUp)
            try make(record, in: folder)
            trust(record.traits.key)
        } catch {
            throw VaultError(error)
        }
    }

    private func make(_ record: ResourceRecord, in folder: Directory) throws(SystemError) {
        let name = try Self.name(of: record.traits.id)
        let file = try folder.open(name, .creating(permissions: 0o600))
        do throws(SystemError) {
            try file.write(record.header)
            try calls.file(file)
            try calls.folder(folder)
            try calls.requireIntact(folder)
        } catch {
            try? folder.remove(name)
            throw error
        }
        state.withLock { $0.counts[record.traits.user, default: 0] += 1 }
    }

    private func madeFolder(of user: FileName) throws(SystemError) -> Directory {
        let all = try Storage.openOrMake(Self.name, in: own)
        let folder = try Storage.openOrMake(user, in: all)
        if state.withLock({ $0.durable.contains(user) }) { return folder }
        // Seeing a name proves nothing: a predecessor may have been killed before it flushed it.
        try calls.folder(all)
        try calls.folder(own)
        state.withLock { state in
            if state.durable.count >= Self.capacity { state.durable.removeAll() }
            state.durable.insert(user)
        }
        return folder
    }

    /// Where there are too many, forgets what was finished longest ago, or else gives up what nobody has gone on with for longest.
    private func requireRoom(
        for user: FileName, in folder: Directory, _ giveUp: (OfferedFile.Key, Double) -> Bool
    ) throws(SystemError) {
        let known = state.withLock { $0.counts[user] }
        if let known, known < rules.mostResources { return }
        let records = try records(in: folder).sorted { $0.modified < $1.modified }
        let surplus = max(0, records.count - rules.mostResources + 1)
        // To list all of them for each new one would take long: of what nobody counts on, some more go than must.
        let some = surplus > 0 ? surplus + rules.mostResources / 10 : 0
        var gone = Array(records.filter(\.isFinished).prefix(some))
        let now = currentUnixTime()
        for record in records where !record.isFinished && gone.count < (record.isBegun ? surplus : some) {
            guard let id = record.id, now - record.modified >= Int64(patience(record)) else { continue }
            if giveUp(OfferedFile.Key(user: user, id: id), patience(record)) { gone.append(record) }
        }
        for record in gone { try folder.remove(record.name) }
        state.withLock { $0.counts[user] = records.count - gone.count }
        guard records.count - gone.count < rules.mostResources else {
            throw SystemError("keep one more unfinished upload of the user", errno: .tryAgain)
        }
    }

    /// Seconds for which one isn't given up.
    private func patience(_ record: Record) -> Double {
        record.isBegun ? rules.reclaimAge : rules.reclaimAgeOfUntold
    }

    private struct Record {
        let name: FileName
        let isFinished: Bool
        /// Whether the client was told of durable bytes.
        let isBegun: Bool
        /// Unix seconds.
        let modified: Int64

        var id: UploadID? { UploadID(hex: String(decoding: name.bytes, as: UTF8.self)) }
    }

    private func records(in folder: Directory) throws(SystemError) -> [Record] {
        try folder.names().compactMap { name in
            guard let status = try? folder.status(of: name) else { return nil }
            return Record(
                name: name, isFinished: status.size > ResourceRecord.longestUnfinished,
                isBegun: status.size > ResourceRecord.longestUntold,
                modified: status.modified.seconds)
        }
    }
}

// MARK: - Finding and changing

extension ResourceFolders {
    /// - Returns: nil when there is none, or none that is whole; and when it was written last, in Unix seconds.
    func find(_ key: OfferedFile.Key) throws(VaultError) -> (found: ResourceRecord.Found, modified: Int64)? {
        do throws(SystemError) {
            guard let folder = try folder(of: key.user) else { return nil }
            let file = try folder.open(try Self.name(of: key.id), .reading)
            let status = try file.status()
            guard status.kind == .regular, let found = ResourceRecord.parse(try file.readAll(limit: Self.limit)),
                found.record.traits.key == key
            else { return nil }
            if !state.withLock({ $0.trusted.contains(key) }) {
                try calls.file(file)
                try calls.folder(folder)
                trust(key)
            }
            return (found, status.modified.seconds)
        } catch {
            if error.errno == .noEntry { return nil }
            throw VaultError(error)
        }
    }

    /// A user's that aren't finished, as far as they can be read.
    func unfinished(of user: FileName) throws(VaultError) -> [ResourceRecord.Found] {
        do throws(SystemError) {
            guard let folder = try folder(of: user) else { return [] }
            return try records(in: folder).filter { !$0.isFinished }.compactMap { record in
                (try? folder.open(record.name, .reading).readAll(limit: Self.limit)).flatMap(ResourceRecord.parse)
            }
        } catch {
            throw VaultError(error)
        }
    }

    /// Who has any, finished or not.
    var users: [FileName] { (try? own.openFolderWithinMount(Self.name).names()) ?? [] }

    private static let limit = ResourceRecord.mostBytes

    private func trust(_ key: OfferedFile.Key) {
        state.withLock { state in
            if state.trusted.count >= Self.capacity { state.trusted.removeAll() }
            state.trusted.insert(key)
        }
    }

    /// Adds what has become of it, durable.
    func add(_ value: [UInt8], as entry: ResourceRecord.Entry, to record: ResourceRecord) throws(VaultError) {
        try FolderTree.wrap { () throws(SystemError) in
            guard let bytes = record.encoded(value, as: entry) else {
                throw SystemError("write to a record", errno: .noMemory)
            }
            guard let folder = try folder(of: record.traits.user) else {
                throw SystemError("open the folder of records", errno: .noEntry)
            }
            let file = try folder.open(try Self.name(of: record.traits.id), .readingAndWriting)
            try file.seek(to: entry.position)
            try file.write(bytes)
            try calls.file(file)
            try calls.requireIntact(folder)
        }
    }

    func remove(_ key: OfferedFile.Key) {
        guard let name = try? Self.name(of: key.id), let folder = try? folder(of: key.user),
            (try? folder.remove(name)) != nil
        else { return }
        state.withLock { state in
            state.trusted.remove(key)
            if let count = state.counts[key.user] { state.counts[key.user] = max(0, count - 1) }
        }
    }

    /// Removes the records that nobody has come back for in time.
    ///
    /// - Parameter isKept: whether an unfinished upload's bytes are still there.
    func removeExpired(_ now: Int64, unless isKept: (OfferedFile.Key) -> Bool) {
        guard let all = try? own.openFolderWithinMount(Self.name) else { return }
        try? all.forEachName { user throws(SystemError) in
            guard let folder = try? all.openFolderWithinMount(user) else { return }
            for record in (try? records(in: folder)) ?? [] {
                guard let id = record.id, expiry(record.modified, isFinished: record.isFinished) <= now
                else { continue }
                let key = OfferedFile.Key(user: user, id: id)
                if record.isFinished || !isKept(key) { remove(key) }
            }
        }
    }

    /// - Returns: when a record is removed whose upload has no bytes, in Unix seconds.
    func expiry(_ modified: Int64, isFinished: Bool) -> Int64 {
        modified.addingReportingOverflow(Int64(isFinished ? rules.finishedExpiry : rules.expiry)).partialValue
    }
}
