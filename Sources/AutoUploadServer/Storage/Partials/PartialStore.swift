import Platform
import Synchronization

/// The uploads that aren't stored yet: open ones, and parked ones that wait for their clients to come back.
final class PartialStore: Sendable {
    private let stagings: StagingFolders
    private let staging: StagingFolder
    private let partials = Monitor<[OfferedFile.Key: Partial]>([:])
    private let isRetired = Atomic(false)
    /// Whether a later process can go on with them.
    private let keepsPartials: Bool
    /// What an admin should know of what was found.
    let warnings: [String]
    /// Whether nothing is left in the server's own folder that may be a stored file's.
    let isClear: Bool

    /// Takes over what an earlier process has left, and removes what can't be gone on with.
    ///
    /// - Parameter leftovers: knows what a power cut may have left besides; nil: nothing.
    init(_ stagings: StagingFolders, after leftovers: Leftovers? = nil) throws(SystemError) {
        self.stagings = stagings
        staging = stagings.central
        keepsPartials = leftovers?.traces.keepsPartials ?? true
        stagings.clearTrials()
        let central = try RecoveredPartials(in: staging, after: leftovers)
        isClear = central.isClear
        var found = central.partials
        var warnings = central.warnings
        try stagings.forEachOwn { own, user in
            // One that can't be read or cleared is the user's, and stops nobody else.
            guard let more = try? RecoveredPartials(in: own, of: user, after: leftovers) else { return }
            warnings += more.warnings
            found.merge(more.partials) { old, new in
                old.displace()
                return new
            }
        }
        self.warnings = warnings
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
    func remove(_ key: OfferedFile.Key) {
        guard let partial = partials.withLock({ $0[key] }) else { return }
        partial.displace()
        forgetIfOver(partial)
    }

    /// Takes it from whichever connection has it, and parks it. Waits for a commit that has begun.
    ///
    /// - Returns: what is kept of it; nil: nothing.
    /// - Throws: `VaultError.beingStored` when that takes longer than until the deadline.
    func interrupt(
        _ key: OfferedFile.Key, before deadline: Deadline
    ) throws(VaultError) -> (durable: UInt64, expires: Instant)? {
        guard let partial = partials.withLock({ $0[key] }) else { return nil }
        let rest = try partial.interrupt(before: deadline)
        forgetIfOver(partial)
        return rest
    }

    var underWay: [UploadUnderWay] { partials.withLock { Array($0.values) }.map(\.underWay) }

    /// How many there are, and since when this process knows of the oldest.
    var tally: (count: Int, oldest: Instant?) {
        partials.withLock { ($0.count, $0.values.lazy.map(\.begun).min()) }
    }

    func contains(_ key: OfferedFile.Key) -> Bool { partials.withLock { $0[key] != nil } }

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

    /// Removes what has come of an upload, if nobody has gone on with it for so long.
    ///
    /// - Parameter tell: as for `begin`.
    /// - Returns: whether nothing is left of it.
    func giveUp(_ key: OfferedFile.Key, idleFor seconds: Double, _ tell: (OfferedFile, UInt64) -> Void) -> Bool {
        guard let partial = partials.withLock({ $0[key] }) else { return true }
        guard let durable = partial.expire(latestExpiry(idleFor: seconds)) else { return false }
        forgetIfOver(partial)
        tell(partial.offered, durable)
        return true
    }

    /// When what nobody has gone on with for so many seconds expires, at the latest.
    private func latestExpiry(idleFor seconds: Double) -> Instant {
        .now.advanced(bySeconds: staging.rules.expiry - seconds)
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
        guard expires <= latestExpiry(idleFor: age) else { return nil }
        return Reclaimable(partial: partial, room: room, expires: expires, order: (isSame ? 0 : 1, expires))
    }

    /// Removes what no later process could go on with, which couldn't tell it from published files either.
    func end() {
        if !keepsPartials { _ = removeExpired(.now.advanced(bySeconds: staging.rules.expiry + 1)) }
    }

    /// Parks all, and begins nothing any more: another vault may take over what is parked.
    func retire() {
        let all = partials.withLock { partials in
            isRetired.store(true, ordering: .relaxed)
            return Array(partials.values)
        }
        for partial in all {
            if keepsPartials { partial.retire() } else { partial.displace() }
        }
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
