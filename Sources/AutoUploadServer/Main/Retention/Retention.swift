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
    private let time = ClearingTime(.retention)
    /// What stood against it, as far as that was told.
    private let told = Monitor<Set<String>>([])

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
        do throws(ClearingObjection) {
            try requireCertain(services.catalogue)
            let (time, behind) = try time.read(now: now, instant, in: place.own)
            if behind > 0 { tell(Self.catchingUp) }
            try clear(DueFiles(rules: rules, time: time, files: place.files), services)
            told.change { $0 = [] }
        } catch {
            tell("nothing is cleared: \(error.text)")
        }
    }

    private func tell(_ text: String) {
        if told.change({ $0.insert(text).inserted }) { storehouse.services.report(.warning(text)) }
    }

    // MARK: What it rests on

    private func requireCertain(_ catalogue: Catalogue) throws(ClearingObjection) {
        if let trouble = catalogue.trouble { throw ClearingObjection("the catalogue can't be used: \(trouble)") }
        do throws(CatalogueError) {
            try catalogue.settle()
        } catch {
            throw ClearingObjection(error.description)
        }
        if catalogue.isRebuilding { throw ClearingObjection("the catalogue is being compared with the folder") }
    }

    private static let catchingUp =
        "the clock is far after the last look for files to clear: each hour goes what became due in a day, until it is reached. If the "
        + "clock is wrong, set it"

    // MARK: Deleting

    private func clear(_ due: DueFiles, _ services: Services) throws(ClearingObjection) {
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
            throw ClearingObjection(error.description)
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
