import Platform

/// Counts for how long held files have stayed as they are, also over restarts of the program and of the machine.
///
/// Within one run of the machine its own clock counts, whoever looked. Over a restart there is only the clock of the wall, which
/// may be wrong by decades at either end: it counts for some hours, so that no single jump has a file sent.
final class Holds {
    /// What is known of the time, now.
    struct Time {
        var boot: [UInt8]
        var now: Instant
        var clock: Int64

        static var present: Time { Time(boot: bootID ?? [], now: .now, clock: currentUnixTime()) }
    }

    private struct Entry {
        var record: HoldRecord
        var isTold = false
        /// Whether its time is over, rather than what it was held for.
        var isOver = false
        var isToldOver = false
    }

    private let table: HoldTable
    private let time: () -> Time
    private var entries: [LocalPath: Entry] = [:]
    private var databases = Databases(among: [])
    /// When the newest file of each folder was modified, where that counts.
    private var newest: [[FileName]: FileTime] = [:]
    /// Not in the state yet.
    private var unsaved: [HoldRecord] = []

    /// Seconds that a restart of the machine counts for at most.
    private static let mostOverRestart: Int64 = 6 * 3600

    init(_ table: HoldTable, time: @escaping () -> Time = { .present }) {
        self.table = table
        self.time = time
    }

    /// These files are there, and no others.
    func begin(_ files: [FoundFile]) {
        databases = Databases(among: files)
        if table.waitsForNext { findNewest(among: files) }
        if entries.isEmpty { return }
        let paths = Set(files.map(\.path))
        entries = entries.filter { paths.contains($0.key) }
    }

    private func findNewest(among files: [FoundFile]) {
        newest = [:]
        for file in files {
            let time = file.fingerprint.modified
            if let other = newest[file.path.folders], !Self.isLater(time, than: other) { continue }
            newest[file.path.folders] = time
        }
    }

    private func isNewest(_ file: FoundFile) -> Bool {
        newest[file.path.folders].map { !Self.isLater($0, than: file.fingerprint.modified) } ?? false
    }

    private static func isLater(_ time: FileTime, than other: FileTime) -> Bool {
        (time.seconds, time.nanoseconds) > (other.seconds, other.nanoseconds)
    }

    /// What the file is held for yet.
    func hold(_ file: FoundFile, _ state: ClientState) -> HoldTable.Hold? {
        if let family = databases.family(of: file.path), !isExempt(file) {
            let reason = "it is a database in use, or belongs to one: a journal (-wal, -shm, -journal) stands beside it"
            return rest(HoldTable.Hold(seconds: HoldTable.day, reason: reason), of: family, state)
        }
        guard let hold = table.hold(for: file, isNewest: isNewest(file)) else {
            // A journal that stood beside it has gone, say.
            entries[file.path]?.isOver = false
            return nil
        }
        return rest(of: hold, for: file, state)
    }

    /// What is left of a hold that somebody else has found.
    func rest(of hold: HoldTable.Hold, for file: FoundFile, _ state: ClientState) -> HoldTable.Hold? {
        rest(hold, of: [file], state)
    }

    /// The same where it isn't to be sent but wiped: only what is in use stays then.
    func holdOfDatabase(_ file: FoundFile, _ state: ClientState) -> HoldTable.Hold? {
        databases.family(of: file.path) == nil ? nil : hold(file, state)
    }

    private func isExempt(_ file: FoundFile) -> Bool {
        table.own.last { $0.pattern.covers(file.path) }.map { $0.seconds <= 0 } ?? false
    }

    /// What is left of a hold that the latest change of a family counts for.
    private func rest(
        _ hold: HoldTable.Hold, of family: [FoundFile], _ state: ClientState
    ) -> HoldTable.Hold? {
        let waited = family.map { self.waited($0, state) }.min() ?? 0
        for file in family { entries[file.path]?.isOver = waited >= hold.seconds }
        return waited >= hold.seconds ? nil : HoldTable.Hold(seconds: hold.seconds - waited, reason: hold.reason)
    }

    private func waited(_ file: FoundFile, _ state: ClientState) -> Double {
        let time = time()
        let earlier = entries[file.path]
        if let earlier, isUsable(earlier.record, file, time) { return seconds(of: earlier.record, time) }
        let record = record(file, state, time)
        entries[file.path] = Entry(record: record, isTold: earlier?.isTold ?? false)
        return seconds(of: record, time)
    }

    private func isUsable(_ record: HoldRecord, _ file: FoundFile, _ time: Time) -> Bool {
        record.boot == time.boot && record.fingerprint.resembles(file.fingerprint)
    }

    private func record(_ file: FoundFile, _ state: ClientState, _ time: Time) -> HoldRecord {
        var record = HoldRecord(
            path: file.path, fingerprint: file.fingerprint, waited: 0, boot: time.boot, since: time.now,
            clock: time.clock)
        // State that can't be read costs time, no more.
        if let known = try? state.holdRecord(of: file.path), known.fingerprint.resembles(file.fingerprint) {
            if isUsable(known, file, time), !time.boot.isEmpty { return known }
            let gap = max(0, time.clock.subtractingReportingOverflow(known.clock).partialValue)
            record.waited = known.waited.addingReportingOverflow(min(gap, Self.mostOverRestart)).partialValue
        }
        unsaved.append(record)
        return record
    }

    private func seconds(of record: HoldRecord, _ time: Time) -> Double {
        Double(max(0, record.waited)) + time.now.seconds(since: record.since)
    }

    /// Writes down what has begun to be counted.
    func save(_ state: ClientState) throws(StateError) {
        defer { unsaved = [] }
        try state.hold(unsaved)
    }
}

// MARK: - What people are told

extension Holds {
    /// Whether nobody was told yet that the file is held.
    func isNews(_ path: LocalPath) -> Bool {
        guard var entry = entries[path], !entry.isTold else { return false }
        entry.isTold = true
        entries[path] = entry
        return true
    }

    /// Whether the file was held for as long as it had to be, and nobody was told yet that it is sent all the same.
    func isNewsOver(_ path: LocalPath) -> Bool {
        guard var entry = entries[path], entry.isOver, !entry.isToldOver else { return false }
        entry.isToldOver = true
        entries[path] = entry
        return true
    }
}
