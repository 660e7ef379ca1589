import Catalogue
import Connections
import Domain
import Events
import Platform
import SQLite
import Storage

/// Deletes what is due to go, each hour, by way of the trash. On a thread of its own, as it may be much.
///
/// Nothing goes where the catalogue isn't sure of what is stored.
final class Retention: Sendable {
    private let storehouse: Storehouse
    private let rules: RetentionRules
    private let state = Monitor(State())

    private struct State {
        /// When the clock was read last.
        var last: Instant?
        /// What stood against it, as far as that was told.
        var told: Set<String> = []
    }

    /// Seconds between two looks.
    private static let interval = 3600.0
    /// Seconds until the first: a server that has just started has other work.
    private static let delay = 60.0

    init(_ storehouse: Storehouse, _ rules: RetentionRules) {
        (self.storehouse, self.rules) = (storehouse, rules)
    }

    /// Begins to look, for as long as the server serves.
    func start() throws(SystemError) {
        try Thread.detach { [self] in
            Thread.lowerPriority()
            Thread.sleep(seconds: Self.delay)
            while !storehouse.services.registry.isStopping {
                look()
                let next = Deadline.after(seconds: Self.interval)
                while !next.hasPassed, !storehouse.services.registry.isStopping { Thread.sleep(seconds: 10) }
            }
        }
    }

    /// Deletes what is due.
    ///
    /// - Parameters:
    ///   - now: the machine's clock, Unix seconds.
    ///   - instant: when that is, by a clock that never jumps.
    func look(now: Int64 = currentUnixTime(), instant: Instant = .now) {
        let services = storehouse.services
        guard let place = services.catalogue.place else { return }
        do throws(Objection) {
            try requireCertain(services.catalogue)
            let time = try time(now, instant, place.own)
            try clear(DueFiles(rules: rules, time: time, files: place.files), services)
            state.change { $0.told = [] }
        } catch {
            tell("nothing is cleared: \(error.text)")
        }
    }

    /// Why nothing goes.
    private struct Objection: Error {
        let text: String
    }

    private func tell(_ text: String) {
        if state.change({ $0.told.insert(text).inserted }) { storehouse.services.report(.warning(text)) }
    }

    // MARK: What it rests on

    private func requireCertain(_ catalogue: Catalogue) throws(Objection) {
        if let trouble = catalogue.trouble { throw Objection(text: "the catalogue can't be used: \(trouble)") }
        do throws(CatalogueError) {
            try catalogue.settle()
        } catch {
            throw Objection(text: error.description)
        }
        if catalogue.isRebuilding { throw Objection(text: "the catalogue is being compared with the folder") }
    }

    private func time(_ now: Int64, _ instant: Instant, _ folder: Directory) throws(Objection) -> Int64 {
        let elapsed = state.change { state in
            defer { state.last = instant }
            return state.last.map { Int64(instant.seconds(since: $0)) } ?? 0
        }
        let verdict: ClearingClock.Verdict
        do throws(SystemError) {
            var clock = try ClearingClock(in: folder)
            verdict = clock.read(now: now, elapsed: elapsed)
            try clock.write(to: folder)
        } catch {
            throw Objection(text: "\(Self.file): \(error)")
        }
        switch verdict {
        case .time(let time, let behind):
            if behind > 0 { tell(Self.catchingUp) }
            return time
        case .unset: throw Objection(text: "the clock isn't set")
        case .wentBack:
            throw Objection(
                text: "the clock is before the time of the last look: set it, or, if it is right, remove \(Self.file)")
        case .jumped:
            throw Objection(
                text:
                    "the clock is more than \(ClearingClock.longestPause / 86_400) days after the last look: set it, or, if it is "
                    + "right and the server was off for so long, remove \(Self.file)")
        }
    }

    private static let file = "the storage folder's .auto-upload/\(ClearingClock.name)"
    private static let catchingUp =
        "the clock is far after the last look for files to clear: each hour goes what became due in a day, until it is reached. If the "
        + "clock is wrong, set it"

    // MARK: Deleting

    private func clear(_ due: DueFiles, _ services: Services) throws(Objection) {
        do throws(CatalogueError) {
            let totals = try services.catalogue.read { connection throws(SQLiteError) in try connection.totals() }
            for user in totals {
                try due.forEach(of: user) { query throws(CatalogueError) in
                    try services.catalogue.read { connection throws(SQLiteError) in try connection.files(query) }
                } _: { files in
                    delete(files, of: user.user, services)
                }
            }
        } catch {
            throw Objection(text: error.description)
        }
    }

    /// - Returns: whether to go on.
    private func delete(_ files: [DueFiles.File], of user: FileName, _ services: Services) -> Bool {
        // Should it have come to be in doubt meanwhile, the rest waits.
        if services.registry.isStopping || services.catalogue.isRebuilding { return false }
        let outcomes = services.vault.delete(files.map(\.entry.path), of: user)
        for (file, outcome) in zip(files, outcomes) {
            switch outcome {
            case .success(let deleted?):
                services.report(
                    .cleared(owner: user, deleted, stored: file.entry.stored, reason: file.reason.rawValue))
            case .success(nil): break
            case .failure(let error): tell("a file of \(user) isn't cleared: \(error)")
            }
        }
        return outcomes.contains { (try? $0.get()) != nil }
    }
}
