import Platform
import Synchronization
import Wire

/// The uploads that aren't stored yet: open ones, and parked ones that wait for their clients to come back.
final class PartialStore: Sendable {
    private let stagings: StagingFolders
    private let staging: StagingFolder
    private let partials = Monitor<[OfferedFile.Key: Partial]>([:])
    private let isRetired = Atomic(false)

    /// Takes over what an earlier process has left, and removes what can't be gone on with.
    ///
    /// - Parameter keeping: whether records can be relied on after a power cut.
    init(_ stagings: StagingFolders, keeping: Bool) throws(SystemError) {
        self.stagings = stagings
        staging = stagings.central
        var found = try RecoveredPartials(in: staging, keeping: keeping).partials
        try stagings.forEachOwn { own, user in
            // One that can't be read or cleared is the user's, and stops nobody else.
            guard let more = try? RecoveredPartials(in: own, of: user, keeping: keeping).partials else { return }
            found.merge(more) { old, new in
                old.displace()
                return new
            }
        }
        partials.withLock { $0 = found }
        staging.note(uploads: found.count)
    }

    /// Begins an upload, or goes on with it, taking it over from whichever connection has it.
    ///
    /// - Parameters:
    ///   - isFresh: the client has never offered it before, and counts on beginning at 0.
    ///   - tell: is told of unfinished uploads that had to go to make room for it, with the bytes that were durable; also where
    ///     somebody else then takes that room.
    func begin(
        _ offered: OfferedFile, isFresh: Bool, tellingOfReclaimed tell: (OfferedFile, UInt64) -> Void = { _, _ in }
    ) throws(VaultError) -> PartialUpload {
        do throws(VaultError) {
            return try beginOnce(offered, isFresh: isFresh)
        } catch {
            guard reclaim(for: offered, after: error, tell) else { throw error }
            return try beginOnce(offered, isFresh: isFresh)
        }
    }

    private func beginOnce(_ offered: OfferedFile, isFresh: Bool) throws(VaultError) -> PartialUpload {
        while true {
            let staging = try stagings.folder(of: offered.user)
            let (partial, isNew) = try partial(for: offered, in: staging)
            if !isNew, isFresh || partial.offered != offered || partial.staging !== staging {
                partial.displace()
            } else {
                do throws(VaultError) {
                    if let claim = try partial.take() {
                        if !isFresh || claim.offset == 0 { return PartialUpload(partial, claim, self) }
                        // Another connection has come between, and has sent something already.
                        partial.displace()
                    }
                } catch {
                    forgetIfOver(partial)
                    throw error
                }
            }
            // Over in the meantime, by whoever's doing: the next one under this key begins at 0.
            forgetIfOver(partial)
        }
    }

    private func partial(
        for offered: OfferedFile, in staging: StagingFolder
    ) throws(VaultError) -> (Partial, isNew: Bool) {
        try partials.withLock { partials throws(VaultError) in
            if isRetired.load(ordering: .relaxed) { throw .away(Displacement(.reopened)) }
            if let partial = partials[offered.key] { return (partial, false) }
            let partial = Partial(offered, in: staging)
            partials[offered.key] = partial
            staging.note(uploads: partials.count)
            return (partial, true)
        }
    }

    func forgetIfOver(_ partial: Partial) {
        // Asked before, as its lock is held for whole flushes, and this one by everybody.
        guard partial.isOver else { return }
        partials.withLock { partials in
            if partials[partial.offered.key] === partial { partials[partial.offered.key] = nil }
            staging.note(uploads: partials.count)
        }
    }

    /// Removes what has come of a file that can't be stored, so that it takes no room.
    func remove(_ offered: OfferedFile) {
        guard let partial = partials.withLock({ $0[offered.key] }) else { return }
        partial.displace()
        forgetIfOver(partial)
    }

    /// Removes unfinished uploads of the same user that nobody goes on with, as many as must go, if the offer then has room: those
    /// of the same file first, as one is left where a client has lost its state, then the oldest. What was left a moment ago stays.
    ///
    /// - Returns: whether some were removed.
    private func reclaim(
        for offered: OfferedFile, after error: VaultError, _ tell: (OfferedFile, UInt64) -> Void
    ) -> Bool {
        switch error {
        case .quotaExceeded, .full: break
        default: return false
        }
        let all = partials.withLock { $0.values.filter { $0.offered.user == offered.user } }
        let own = all.first { $0.offered.key == offered.key }?.rest?.room
        let left = all.compactMap { reclaimable($0, for: offered) }.sorted { $0.order < $1.order }
        guard let count = Reservation.needed(left.map(\.room), for: offered, own: own, in: staging.space) else {
            return false
        }
        var isAnyGone = false
        for rest in left.prefix(count) {
            // Unless somebody has come back for it meanwhile.
            guard let durable = rest.partial.expire(rest.expires) else { continue }
            forgetIfOver(rest.partial)
            tell(rest.partial.offered, durable)
            isAnyGone = true
        }
        return isAnyGone
    }

    private struct Reclaimable {
        let partial: Partial
        let room: Reservation
        let expires: Instant
        /// The lowest goes first.
        let order: (Int, Instant)
    }

    private func reclaimable(_ partial: Partial, for offered: OfferedFile) -> Reclaimable? {
        guard partial.offered.key != offered.key, let (_, room, expires) = partial.rest else { return nil }
        let isSame = partial.offered.isSameFile(as: offered)
        let age = isSame ? staging.rules.reclaimAgeOfSame : staging.rules.reclaimAge
        guard expires <= .now.advanced(bySeconds: staging.rules.expiry - age) else { return nil }
        return Reclaimable(partial: partial, room: room, expires: expires, order: (isSame ? 0 : 1, expires))
    }

    /// Parks all, and begins nothing any more: another vault may take over what is parked.
    func retire() {
        let all = partials.withLock { partials in
            isRetired.store(true, ordering: .relaxed)
            return Array(partials.values)
        }
        for partial in all { partial.retire() }
    }

    /// Removes what nobody has come back for in time.
    ///
    /// - Returns: what was removed, with the bytes that were durable.
    func removeExpired(_ now: Instant = .now) -> [(file: OfferedFile, offset: UInt64)] {
        let all = partials.withLock { Array($0.values) }
        return all.compactMap { partial in
            guard let offset = partial.expire(now) else { return nil }
            forgetIfOver(partial)
            return (partial.offered, offset)
        }
    }
}

/// What an earlier process has left in the staging folder.
struct RecoveredPartials {
    private(set) var partials: [OfferedFile.Key: Partial] = [:]
    private let staging: StagingFolder
    private let user: FileName?
    private let wallClock = currentUnixTime()

    /// - Parameter user: whose folder it lies in; nil: it is the server's own.
    init(in staging: StagingFolder, of user: FileName? = nil, keeping: Bool) throws(SystemError) {
        self.staging = staging
        self.user = user
        let names = Set(try staging.folder.names())
        var kept: Set<FileName> = []
        for record in names.sorted() where keeping {
            guard let data = RecordFile.partial(of: record), names.contains(data), recover(data, record) else {
                continue
            }
            kept.formUnion([data, record])
        }
        for name in names.subtracting(kept) { try staging.folder.remove(name) }
        // Seeing a name proves nothing: a predecessor may have been killed before it flushed it.
        if kept.isEmpty { return }
        try staging.flushNames()
        try staging.calls.requireIntact(staging.folder)
    }

    /// - Returns: whether it can be gone on with.
    private mutating func recover(_ data: FileName, _ record: FileName) -> Bool {
        guard let (found, modified) = read(record), let age = age(modified), partials[found.record.offered.key] == nil,
            user == nil || user == found.record.offered.user, let status = try? staging.folder.status(of: data)
        else { return false }
        let parked = ParkedFile(
            name: data, durable: found.offset, slot: found.slot,
            expires: .now.advanced(bySeconds: staging.rules.expiry - age), prefix: nil,
            reservation: staging.space.hold(user: found.record.offered.user, bytes: found.offset))
        guard (try? parked.requireFit(status)) != nil else { return false }
        let offered = found.record.offered
        partials[offered.key] = Partial(offered, in: staging, parked: parked)
        return true
    }

    private func read(_ name: FileName) -> (PartialRecord.Found, modified: FileTime)? {
        guard let file = try? staging.folder.open(name, .reading), let status = try? file.status(),
            status.kind == .regular, status.size == UInt64(PartialRecord.byteCount),
            let bytes = try? file.readAll(limit: PartialRecord.byteCount), let found = PartialRecord.parse(bytes),
            // The bytes that it states were flushed before it was written; it may not have been.
            (try? staging.calls.file(file)) != nil
        else { return nil }
        return (found, status.modified)
    }

    /// Seconds since it was last written, by the wall clock: the only one that outlives a process. One that was set back
    /// makes nothing older.
    ///
    /// - Returns: nil when it has expired.
    private func age(_ modified: FileTime) -> Double? {
        let (age, overflow) = wallClock.subtractingReportingOverflow(modified.seconds)
        let seconds = overflow ? 0 : max(0, Double(age))
        return seconds < staging.rules.expiry ? seconds : nil
    }
}
